create table kit_meta (
    singleton integer primary key check (singleton = 1),
    service text not null,
    log_generation blob not null,
    shards integer not null,
    created_at integer not null
) strict;

create table kit_stream (
    tenant text not null default '',
    stream_type text not null,
    stream_id text not null,
    shard integer not null,
    version integer not null,
    state text not null default 'open' check (state in ('open', 'closed', 'archived')),
    subject_id text,
    updated_at integer not null,
    primary key (tenant, stream_type, stream_id)
) strict, without rowid;

create table kit_event (
    shard integer not null,
    pos integer not null,
    id blob not null,
    tenant text not null default '',
    stream_type text not null,
    stream_id text not null,
    version integer not null,
    event_type text not null,
    schema_version integer not null,
    data text not null,
    meta text not null,
    recorded_at integer not null,
    primary key (shard, pos),
    unique (tenant, stream_type, stream_id, version)
) strict;

create table kit_outbox (
    shard integer not null,
    pos integer not null,
    id blob not null,
    kind text not null check (kind in ('C', 'R', 'I', 'T')),
    topic text not null,
    msg_key text not null,
    msg_type text not null,
    schema_version integer not null,
    headers text not null,
    payload text not null,
    not_after integer,
    recorded_at integer not null,
    primary key (shard, pos)
) strict;

create table kit_shard_floor (
    log text not null check (log in ('e', 'o')),
    shard integer not null,
    pos integer not null,
    id blob not null,
    primary key (log, shard)
) strict, without rowid;

create table kit_cursor (
    name text not null,
    shard integer not null,
    pos integer not null,
    id blob not null,
    epoch integer not null default 0,
    state text not null default 'running' check (state in ('running', 'paused', 'poisoned')),
    error text not null default '',
    updated_at integer not null,
    primary key (name, shard)
) strict, without rowid;

create table kit_watermark (
    consumer text not null,
    source text not null,
    generation blob not null,
    shard integer not null,
    pos integer not null,
    id blob not null,
    gap_since integer,
    primary key (consumer, source, shard)
) strict, without rowid;

create table kit_idempotency (
    tenant text not null default '',
    principal text not null,
    idem_key text not null,
    route text not null,
    fingerprint blob not null,
    http_status integer not null,
    headers text not null,
    body blob not null,
    position text not null,
    created_at integer not null,
    expires_at integer not null,
    primary key (tenant, principal, idem_key)
) strict;

create index kit_idempotency_expiry on kit_idempotency (expires_at);

create table kit_unique (
    tenant text not null default '',
    rule text not null,
    value text not null,
    stream_type text not null,
    stream_id text not null,
    primary key (tenant, rule, value)
) strict, without rowid;

create table kit_number (
    tenant text not null default '',
    name text not null,
    part text not null,
    value integer not null,
    primary key (tenant, name, part)
) strict, without rowid;

create table kit_view (
    name text not null,
    version integer not null,
    status text not null check (status in ('building', 'live', 'standby', 'retired')),
    code_hash text not null,
    cutover_at integer,
    primary key (name, version)
) strict, without rowid;

create unique index kit_view_live on kit_view (name) where status = 'live';
