-- The single write path. Locks are taken in one order everywhere: key of the caller, reserved values, numbers,
-- streams, event shards, outbox shards; each sorted by the caller. A shard's lock is held until the commit is
-- visible, and the position is read from the rows after the lock was taken: so commit order is position order,
-- and a rolled-back unit leaves no hole.

create function kit_now() returns bigint language sql volatile as $$
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;

-- Ends a unit that has already written something: the error takes everything back, its detail is the outcome.
create function kit_refuse(outcome jsonb) returns void language plpgsql as $$
begin
    raise exception 'the unit is refused' using errcode = 'KC001', detail = outcome::text;
end
$$;

create function kit_append(
    p_now bigint,
    p_dirty boolean,
    p_key_lock bigint,
    p_tenant text, p_principal text, p_key text, p_route text, p_fingerprint bytea,
    p_status integer, p_headers jsonb, p_body bytea, p_expires bigint,
    u_take boolean[], u_tenant text[], u_rule text[], u_value text[], u_type text[], u_id text[],
    n_tenant text[], n_name text[], n_part text[], n_seen bigint[], n_now bigint[],
    s_tenant text[], s_type text[], s_id text[], s_shard smallint[], s_expect bigint[],
    s_count bigint[], s_close boolean[],
    e_shards smallint[], e_counts bigint[],
    e_stream integer[], e_step bigint[], e_slot integer[], e_offset bigint[],
    e_id uuid[], e_type text[], e_schema smallint[], e_data jsonb[], e_meta jsonb[],
    o_shards smallint[], o_slot integer[], o_offset bigint[],
    o_id uuid[], o_kind text[], o_topic text[], o_key text[], o_type text[], o_schema smallint[],
    o_headers jsonb[], o_payload jsonb[], o_not_after bigint[],
    out outcome jsonb, out versions bigint[], out e_base bigint[], out o_base bigint[],
    out r_fingerprint bytea, out r_status integer, out r_headers jsonb, out r_body bytea,
    out r_position text
) language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
    class_event constant integer := ('kit_event'::regclass::oid::bigint - 2147483648)::integer;
    class_outbox constant integer := ('kit_outbox'::regclass::oid::bigint - 2147483648)::integer;
    dirty boolean := p_dirty;
    num bigint;
    seen_type text;
    seen_id text;
    seen_state text;
    places text := '';
begin
    if p_key is not null then
        perform pg_advisory_xact_lock(p_key_lock);
        select fingerprint, http_status, headers, body, position
            into r_fingerprint, r_status, r_headers, r_body, r_position
            from kit_idempotency
            where tenant = p_tenant and principal = p_principal and idem_key = p_key
                and expires_at > moment;
        if found then
            outcome := '{"code": "replayed"}';
            if dirty then
                perform kit_refuse(outcome);
            end if;
            return;
        end if;
    end if;

    for i in 1 .. cardinality(u_take) loop
        if not u_take[i] then
            delete from kit_unique
                where tenant = u_tenant[i] and rule = u_rule[i] and value = u_value[i]
                    and stream_type = u_type[i] and stream_id = u_id[i];
            dirty := dirty or found;
            continue;
        end if;
        loop
            insert into kit_unique (tenant, rule, value, stream_type, stream_id)
                values (u_tenant[i], u_rule[i], u_value[i], u_type[i], u_id[i])
                on conflict do nothing;
            if found then
                dirty := true;
                exit;
            end if;
            select stream_type, stream_id into seen_type, seen_id from kit_unique
                where tenant = u_tenant[i] and rule = u_rule[i] and value = u_value[i]
                for share;
            if found then
                exit when seen_type = u_type[i] and seen_id = u_id[i];
                outcome := jsonb_build_object('code', 'taken', 'index', i);
                if dirty then
                    perform kit_refuse(outcome);
                end if;
                return;
            end if;
        end loop;
    end loop;

    for i in 1 .. cardinality(n_name) loop
        if n_seen[i] = 0 then
            insert into kit_number (tenant, name, part, value)
                values (n_tenant[i], n_name[i], n_part[i], n_now[i])
                on conflict do nothing;
        else
            update kit_number set value = n_now[i]
                where tenant = n_tenant[i] and name = n_name[i] and part = n_part[i]
                    and value = n_seen[i];
        end if;
        if not found then
            select value into num from kit_number
                where tenant = n_tenant[i] and name = n_name[i] and part = n_part[i];
            outcome := jsonb_build_object('code', 'number', 'index', i, 'value', coalesce(num, 0));
            if dirty then
                perform kit_refuse(outcome);
            end if;
            return;
        end if;
        dirty := true;
    end loop;

    -- Expectation: a version, 0 for no stream, -1 for any, -2 for one that exists.
    for i in 1 .. cardinality(s_id) loop
        if s_count[i] = 0 then
            select version, state into num, seen_state from kit_stream
                where tenant = s_tenant[i] and stream_type = s_type[i] and stream_id = s_id[i]
                for update;
            if not found then
                num := 0;
                seen_state := 'open';
            end if;
            if (s_expect[i] >= 0 and num = s_expect[i] and (num = 0 or seen_state = 'open'))
                or (s_expect[i] = -1 and seen_state = 'open')
                or (s_expect[i] = -2 and seen_state = 'open' and num > 0) then
                versions[i] := num;
                continue;
            end if;
        elsif s_expect[i] > 0 then
            update kit_stream
                set version = version + s_count[i], updated_at = moment,
                    state = case when s_close[i] then 'closed' else 'open' end
                where tenant = s_tenant[i] and stream_type = s_type[i] and stream_id = s_id[i]
                    and version = s_expect[i] and state = 'open'
                returning version into num;
        elsif s_expect[i] = -2 then
            update kit_stream
                set version = version + s_count[i], updated_at = moment,
                    state = case when s_close[i] then 'closed' else 'open' end
                where tenant = s_tenant[i] and stream_type = s_type[i] and stream_id = s_id[i]
                    and state = 'open'
                returning version into num;
        else
            insert into kit_stream as s
                (tenant, stream_type, stream_id, shard, version, state, updated_at)
                values (s_tenant[i], s_type[i], s_id[i], s_shard[i], s_count[i],
                    case when s_close[i] then 'closed' else 'open' end, moment)
                on conflict (tenant, stream_type, stream_id) do update
                set version = s.version + s_count[i], updated_at = moment, state = excluded.state
                where s_expect[i] = -1 and s.state = 'open'
                returning version into num;
        end if;
        if not found or s_count[i] = 0 then
            select version, state into num, seen_state from kit_stream
                where tenant = s_tenant[i] and stream_type = s_type[i] and stream_id = s_id[i];
            outcome := jsonb_build_object('code', 'conflict', 'index', i,
                'version', coalesce(num, 0), 'state', coalesce(seen_state, 'open'));
            if dirty then
                perform kit_refuse(outcome);
            end if;
            return;
        end if;
        versions[i] := num;
        dirty := true;
    end loop;

    for i in 1 .. cardinality(e_shards) loop
        perform pg_advisory_xact_lock(class_event, e_shards[i]);
        select pos into num from kit_event where shard = e_shards[i] order by pos desc limit 1;
        if not found then
            select pos into num from kit_shard_floor where log = 'e' and shard = e_shards[i];
        end if;
        e_base[i] := coalesce(num, 0);
    end loop;
    for i in 1 .. cardinality(o_shards) loop
        perform pg_advisory_xact_lock(class_outbox, o_shards[i]);
        select pos into num from kit_outbox where shard = o_shards[i] order by pos desc limit 1;
        if not found then
            select pos into num from kit_shard_floor where log = 'o' and shard = o_shards[i];
        end if;
        o_base[i] := coalesce(num, 0);
    end loop;

    if cardinality(e_id) = 1 then
        insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version,
                event_type, schema_version, data, meta, recorded_at)
            values (e_shards[1], e_base[1] + 1, e_id[1], s_tenant[e_stream[1]],
                s_type[e_stream[1]], s_id[e_stream[1]], versions[e_stream[1]],
                e_type[1], e_schema[1], e_data[1], e_meta[1], moment);
    elsif cardinality(e_id) > 1 then
        insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version,
                event_type, schema_version, data, meta, recorded_at)
            select e_shards[slot], e_base[slot] + place, id, s_tenant[stream], s_type[stream],
                s_id[stream], versions[stream] - s_count[stream] + step,
                kind, revision, content, about, moment
            from unnest(e_stream, e_step, e_slot, e_offset, e_id, e_type, e_schema, e_data, e_meta)
                as e (stream, step, slot, place, id, kind, revision, content, about);
    end if;
    if cardinality(o_id) > 0 then
        insert into kit_outbox (shard, pos, id, kind, topic, msg_key, msg_type, schema_version,
                headers, payload, not_after, recorded_at)
            select o_shards[slot], o_base[slot] + place, id, kind, topic, msg_key, msg_type,
                revision, headers, payload, not_after, moment
            from unnest(o_slot, o_offset, o_id, o_kind, o_topic, o_key, o_type, o_schema,
                o_headers, o_payload, o_not_after)
                as o (slot, place, id, kind, topic, msg_key, msg_type, revision, headers,
                    payload, not_after);
    end if;

    if p_key is not null then
        for i in 1 .. cardinality(e_shards) loop
            places := places || case when i > 1 then ',' else '' end
                || e_shards[i] || ':' || (e_base[i] + e_counts[i]);
        end loop;
        insert into kit_idempotency (tenant, principal, idem_key, route, fingerprint, http_status,
                headers, body, position, created_at, expires_at)
            values (p_tenant, p_principal, p_key, p_route, p_fingerprint, p_status, p_headers,
                p_body, places, moment, p_expires)
            on conflict (tenant, principal, idem_key) do update
            set route = excluded.route, fingerprint = excluded.fingerprint,
                http_status = excluded.http_status, headers = excluded.headers,
                body = excluded.body, position = excluded.position,
                created_at = excluded.created_at, expires_at = excluded.expires_at;
    end if;
end
$$;

create function kit_move_watermarks(
    w_consumer text[], w_source text[], w_generation uuid[], w_shard smallint[],
    w_from_pos bigint[], w_from_id uuid[], w_to_pos bigint[], w_to_id uuid[]
) returns void language plpgsql as $$
declare
    seen record;
begin
    for i in 1 .. cardinality(w_consumer) loop
        update kit_watermark set pos = w_to_pos[i], id = w_to_id[i], gap_since = null
            where consumer = w_consumer[i] and source = w_source[i] and shard = w_shard[i]
                and generation = w_generation[i] and pos = w_from_pos[i] and id = w_from_id[i];
        continue when found;
        if w_from_pos[i] = 0 then
            insert into kit_watermark (consumer, source, generation, shard, pos, id)
                values (w_consumer[i], w_source[i], w_generation[i], w_shard[i], w_to_pos[i],
                    w_to_id[i])
                on conflict do nothing;
            continue when found;
        end if;
        select pos, id, generation into seen from kit_watermark
            where consumer = w_consumer[i] and source = w_source[i] and shard = w_shard[i];
        perform kit_refuse(jsonb_build_object('code', 'watermark', 'index', i, 'pos', seen.pos,
            'id', seen.id, 'generation', seen.generation));
    end loop;
end
$$;

create function kit_move_cursors(
    p_now bigint, c_name text[], c_epoch bigint[], c_shard smallint[],
    c_from_pos bigint[], c_from_id uuid[], c_to_pos bigint[], c_to_id uuid[]
) returns void language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, kit_now());
    seen record;
begin
    for i in 1 .. cardinality(c_name) loop
        update kit_cursor
            set pos = c_to_pos[i], id = c_to_id[i], epoch = c_epoch[i], updated_at = moment
            where name = c_name[i] and shard = c_shard[i] and epoch <= c_epoch[i]
                and pos = c_from_pos[i] and id = c_from_id[i];
        continue when found;
        if c_from_pos[i] = 0 then
            insert into kit_cursor (name, shard, pos, id, epoch, updated_at)
                values (c_name[i], c_shard[i], c_to_pos[i], c_to_id[i], c_epoch[i], moment)
                on conflict do nothing;
            continue when found;
        end if;
        select pos, id into seen from kit_cursor where name = c_name[i] and shard = c_shard[i];
        perform kit_refuse(jsonb_build_object('code', 'cursor', 'index', i, 'pos', seen.pos,
            'id', seen.id));
    end loop;
end
$$;
