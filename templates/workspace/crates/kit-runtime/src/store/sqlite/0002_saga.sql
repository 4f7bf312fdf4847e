create table kit_saga (
    saga text not null,
    saga_id blob not null,
    version integer not null,
    status text not null
        check (status in ('running', 'compensating', 'completed', 'compensated', 'parked')),
    step text,
    due_at integer,
    reason text,
    correlation_id text not null,
    data text not null,
    started_at integer not null,
    updated_at integer not null,
    primary key (saga, saga_id)
) strict;

create index kit_saga_due on kit_saga (due_at) where due_at is not null;
create index kit_saga_status on kit_saga (status, updated_at);
create index kit_saga_correlation on kit_saga (correlation_id);

create table kit_operation (
    op_id blob primary key,
    version integer not null,
    data text not null,
    updated_at integer not null
) strict, without rowid;
