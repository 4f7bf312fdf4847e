create table kit_meta (
    singleton boolean primary key default true check (singleton),
    service text not null,
    log_generation uuid not null,
    shards smallint not null,
    created_at bigint not null
);

-- A check on `state` would be parsed again for every command; kit_advance writes only open and closed.
create table kit_stream (
    tenant text collate "C" not null default '',
    stream_type text collate "C" not null,
    stream_id text collate "C" not null,
    shard smallint not null,
    version bigint not null,
    state text not null default 'open',
    subject_id text,
    updated_at bigint not null,
    primary key (tenant, stream_type, stream_id)
) with (fillfactor = 80);

create table kit_event (
    shard smallint not null,
    pos bigint not null,
    id uuid not null,
    tenant text collate "C" not null default '',
    stream_type text collate "C" not null,
    stream_id text collate "C" not null,
    version bigint not null,
    event_type text not null,
    schema_version smallint not null,
    data jsonb not null,
    meta jsonb not null,
    recorded_at bigint not null,
    primary key (shard, pos),
    unique (tenant, stream_type, stream_id, version)
);

create table kit_outbox (
    shard smallint not null,
    pos bigint not null,
    id uuid not null,
    kind char(1) not null check (kind in ('C', 'R', 'I', 'T')),
    topic text not null,
    msg_key text not null,
    msg_type text not null,
    schema_version smallint not null,
    headers jsonb not null,
    payload jsonb not null,
    not_after bigint,
    recorded_at bigint not null,
    primary key (shard, pos)
);

create table kit_shard_floor (
    log char(1) not null check (log in ('e', 'o')),
    shard smallint not null,
    pos bigint not null,
    id uuid not null,
    primary key (log, shard)
);

create table kit_cursor (
    name text collate "C" not null,
    shard smallint not null,
    pos bigint not null,
    id uuid not null,
    epoch bigint not null default 0,
    state text not null default 'running' check (state in ('running', 'paused', 'poisoned')),
    error text not null default '',
    updated_at bigint not null,
    primary key (name, shard)
) with (fillfactor = 50);

create table kit_watermark (
    consumer text collate "C" not null,
    source text collate "C" not null,
    generation uuid not null,
    shard smallint not null,
    pos bigint not null,
    id uuid not null,
    gap_since bigint,
    primary key (consumer, source, shard)
) with (fillfactor = 50);

create table kit_idempotency (
    tenant text collate "C" not null default '',
    principal text collate "C" not null,
    idem_key text collate "C" not null,
    route text not null,
    fingerprint bytea not null,
    http_status integer not null,
    headers jsonb not null,
    body bytea not null,
    position text not null,
    created_at bigint not null,
    expires_at bigint not null,
    primary key (tenant, principal, idem_key)
);

create index kit_idempotency_expiry on kit_idempotency (expires_at);

create table kit_unique (
    tenant text collate "C" not null default '',
    rule text collate "C" not null,
    value text collate "C" not null,
    stream_type text not null,
    stream_id text not null,
    primary key (tenant, rule, value)
);

create table kit_number (
    tenant text collate "C" not null default '',
    name text collate "C" not null,
    part text collate "C" not null,
    value bigint not null,
    primary key (tenant, name, part)
) with (fillfactor = 50);

create table kit_view (
    name text not null,
    version integer not null,
    status text not null check (status in ('building', 'live', 'standby', 'retired')),
    code_hash text not null,
    cutover_at bigint,
    primary key (name, version)
);

create unique index kit_view_live on kit_view (name) where status = 'live';
