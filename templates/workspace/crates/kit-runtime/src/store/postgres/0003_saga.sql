create table kit_saga (
    saga text collate "C" not null,
    saga_id uuid not null,
    version bigint not null,
    status text not null
        check (status in ('running', 'compensating', 'completed', 'compensated', 'parked')),
    step text,
    due_at bigint,
    reason text,
    correlation_id text not null,
    data jsonb not null,
    started_at bigint not null,
    updated_at bigint not null,
    primary key (saga, saga_id)
) with (fillfactor = 50);

create index kit_saga_due on kit_saga (due_at) where due_at is not null;
create index kit_saga_status on kit_saga (status, updated_at);
create index kit_saga_correlation on kit_saga (correlation_id);

create table kit_operation (
    op_id uuid primary key,
    version bigint not null,
    data jsonb not null,
    updated_at bigint not null
) with (fillfactor = 50);

-- Moves sagas and operations from the version that was read to the next one, or refuses the unit: somebody was faster.
-- Two who make the same row meet at its key: the second waits for the first, and then finds it made.
create function kit_move_sagas(
    p_now bigint, g_saga text[], g_id uuid[], g_from bigint[], g_status text[], g_step text[],
    g_due bigint[], g_reason text[], g_correlation text[], g_data jsonb[]
) returns void language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, kit_now());
begin
    for i in 1 .. cardinality(g_saga) loop
        if g_from[i] = 0 then
            insert into kit_saga (saga, saga_id, version, status, step, due_at, reason,
                    correlation_id, data, started_at, updated_at)
                values (g_saga[i], g_id[i], 1, g_status[i], g_step[i], g_due[i], g_reason[i],
                    g_correlation[i], g_data[i], moment, moment)
                on conflict do nothing;
        else
            update kit_saga
                set version = version + 1, status = g_status[i], step = g_step[i],
                    due_at = g_due[i], reason = g_reason[i], data = g_data[i], updated_at = moment
                where saga = g_saga[i] and saga_id = g_id[i] and version = g_from[i];
        end if;
        continue when found;
        perform kit_refuse(jsonb_build_object('code', 'saga', 'index', i));
    end loop;
end
$$;

create function kit_move_operations(
    p_now bigint, p_id uuid[], p_from bigint[], p_data jsonb[]
) returns void language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, kit_now());
begin
    for i in 1 .. cardinality(p_id) loop
        if p_from[i] = 0 then
            insert into kit_operation (op_id, version, data, updated_at)
                values (p_id[i], 1, p_data[i], moment)
                on conflict do nothing;
        else
            update kit_operation
                set version = version + 1, data = p_data[i], updated_at = moment
                where op_id = p_id[i] and version = p_from[i];
        end if;
        continue when found;
        perform kit_refuse(jsonb_build_object('code', 'operation', 'index', i));
    end loop;
end
$$;
