-- Commands of several callers in one commit: what a commit, a call and a round trip cost is shared.
--
-- Each command is a stream with its events, and perhaps an answer under a key. Expectation: a version, or 0 for no
-- stream. Locks are taken in the order of kit_append: streams, event shards, keys; each sorted by the caller.
--
-- Gives the last position of each command. A command whose stream is not as expected has none, and the others go on. A
-- taken key is rarer, and takes everything back. Who was left out is sent alone, and learns its outcome there.
--
-- A crowd that meets a lock gives way early: the one that holds it may be a hanging client, and the crowd keeps others
-- waiting. Arrays make the planner believe that a plan for each call is worth its cost; it is not.

create function kit_append_many(
    p_now bigint,
    s_tenant text[], s_type text[], s_id text[], s_shard smallint[], s_slot integer[],
    s_expect bigint[], s_count bigint[], s_close boolean[], l_shards smallint[],
    e_of integer[], e_step bigint[], e_id uuid[], e_type text[], e_schema smallint[],
    e_data jsonb[], e_meta jsonb[],
    k_of integer[], k_tenant text[], k_principal text[], k_key text[], k_route text[],
    k_fingerprint bytea[], k_status integer[], k_headers jsonb[], k_body bytea[], k_expires bigint[],
    out lasts bigint[]
) language plpgsql
    set lock_timeout = '100ms' set plan_cache_mode = force_generic_plan as $$
declare
    moment constant bigint := coalesce(p_now, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
    fits boolean[];
    ends bigint[];
    kept bigint;
begin
    for i in 1 .. cardinality(s_id) loop
        if s_expect[i] > 0 then
            update kit_stream
                set version = s_expect[i] + s_count[i], updated_at = moment,
                    state = case when s_close[i] then 'closed' else 'open' end
                where tenant = s_tenant[i] and stream_type = s_type[i] and stream_id = s_id[i]
                    and version = s_expect[i] and state = 'open';
        else
            insert into kit_stream (tenant, stream_type, stream_id, shard, version, state, updated_at)
                values (s_tenant[i], s_type[i], s_id[i], s_shard[i], s_count[i],
                    case when s_close[i] then 'closed' else 'open' end, moment)
                on conflict do nothing;
        end if;
        fits[i] := found;
    end loop;
    for i in 1 .. cardinality(l_shards) loop
        ends[i] := kit_lock_events(l_shards[i]);
    end loop;
    for i in 1 .. cardinality(s_id) loop
        if fits[i] then
            ends[s_slot[i]] := ends[s_slot[i]] + s_count[i];
            lasts[i] := ends[s_slot[i]];
        else
            lasts[i] := null;
        end if;
    end loop;

    insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version,
            event_type, schema_version, data, meta, recorded_at)
        select s_shard[unit], lasts[unit] - s_count[unit] + step, id, s_tenant[unit], s_type[unit],
            s_id[unit], s_expect[unit] + step, kind, revision, content, about, moment
        from unnest(e_of, e_step, e_id, e_type, e_schema, e_data, e_meta)
            as e (unit, step, id, kind, revision, content, about)
        where lasts[unit] is not null;

    if cardinality(k_of) > 0 then
        insert into kit_idempotency (tenant, principal, idem_key, route, fingerprint, http_status,
                headers, body, position, created_at, expires_at)
            select tenant, principal, key, route, fingerprint, status, headers, body,
                s_shard[unit] || ':' || lasts[unit], moment, expires
            from unnest(k_of, k_tenant, k_principal, k_key, k_route, k_fingerprint, k_status,
                    k_headers, k_body, k_expires)
                as k (unit, tenant, principal, key, route, fingerprint, status, headers, body, expires)
            where lasts[unit] is not null
            on conflict (tenant, principal, idem_key) do update
            set route = excluded.route, fingerprint = excluded.fingerprint,
                http_status = excluded.http_status, headers = excluded.headers,
                body = excluded.body, position = excluded.position,
                created_at = excluded.created_at, expires_at = excluded.expires_at
            where kit_idempotency.expires_at <= moment;
        get diagnostics kept = row_count;
        if kept < (select count(*) from unnest(k_of) as k (unit) where lasts[unit] is not null) then
            perform kit_refuse('{"code": "crowd"}');
        end if;
    end if;
end
$$;
