-- The single write path. Locks are taken in one order everywhere: watermarks, cursors, rows, reserved values, numbers,
-- streams, event shards, outbox shards, the key of the caller; each sorted by the caller. A shard's lock is held until
-- the commit is visible, and the position is read from the rows after the lock was taken: so commit order is position
-- order, and a rolled-back unit leaves no hole.
--
-- The key comes last because its row names the positions. A unit whose key is taken fails on it, whatever else it
-- wrote; one that fails earlier looks whether the key is the reason: a repeat finds the stream moved by the first.
--
-- An assignment runs a function call without the cost of a query; that is why locks are taken by assignment.

create function kit_now() returns bigint language sql volatile as $$
    select (extract(epoch from clock_timestamp()) * 1000000)::bigint
$$;

-- Ends a unit that has already written something: the error takes everything back, its detail is the outcome.
create function kit_refuse(outcome jsonb) returns void language plpgsql as $$
begin
    raise exception 'the unit is refused' using errcode = 'KC001', detail = outcome::text;
end
$$;

-- The outcome of a unit that does not fit: that of its key if that is taken.
create function kit_misfit(
    p_now bigint, p_tenant text, p_principal text, p_key text, outcome jsonb
) returns jsonb language plpgsql as $$
begin
    if p_key is not null then
        perform from kit_idempotency
            where tenant = p_tenant and principal = p_principal and idem_key = p_key
                and expires_at > p_now;
        if found then
            return '{"code": "replayed"}';
        end if;
    end if;
    return outcome;
end
$$;

-- Where a stream stands that is not as expected.
create function kit_conflict(p_index integer, p_tenant text, p_type text, p_id text)
returns jsonb language plpgsql as $$
declare
    seen record;
begin
    select version, state into seen from kit_stream
        where tenant = p_tenant and stream_type = p_type and stream_id = p_id;
    return jsonb_build_object('code', 'conflict', 'index', p_index,
        'version', coalesce(seen.version, 0), 'state', coalesce(seen.state, 'open'));
end
$$;

-- Moves a stream on by some events and gives its version; null if it is not as expected. Without events it only looks,
-- and holds the stream until the commit. Expectation: a version, 0 for no stream, -1 for any, -2 for one that exists.
create function kit_advance(
    p_now bigint, p_tenant text, p_type text, p_id text, p_shard smallint,
    p_expect bigint, p_count bigint, p_close boolean
) returns bigint language plpgsql as $$
declare
    found_version bigint;
    found_state text;
begin
    if p_count = 0 then
        select version, state into found_version, found_state from kit_stream
            where tenant = p_tenant and stream_type = p_type and stream_id = p_id
            for update;
        if not found then
            return case when p_expect in (0, -1) then 0 end;
        end if;
        return case when found_state = 'open' and p_expect in (found_version, -1, -2) then found_version end;
    elsif p_expect > 0 or p_expect = -2 then
        update kit_stream
            set version = version + p_count, updated_at = p_now,
                state = case when p_close then 'closed' else 'open' end
            where tenant = p_tenant and stream_type = p_type and stream_id = p_id
                and state = 'open' and (version = p_expect or p_expect = -2)
            returning version into found_version;
    else
        insert into kit_stream as s
            (tenant, stream_type, stream_id, shard, version, state, updated_at)
            values (p_tenant, p_type, p_id, p_shard, p_count,
                case when p_close then 'closed' else 'open' end, p_now)
            on conflict (tenant, stream_type, stream_id) do update
            set version = s.version + p_count, updated_at = p_now, state = excluded.state
            where p_expect = -1 and s.state = 'open'
            returning version into found_version;
    end if;
    return found_version;
end
$$;

-- Locks a shard of the event log until the commit, and gives its last position.
create function kit_lock_events(p_shard smallint) returns bigint language plpgsql as $$
declare
    nothing text;
    last bigint;
begin
    nothing := pg_advisory_xact_lock(('kit_event'::regclass::oid::bigint - 2147483648)::integer, p_shard);
    select pos into last from kit_event where shard = p_shard order by pos desc limit 1;
    if not found then
        select pos into last from kit_shard_floor where log = 'e' and shard = p_shard;
    end if;
    return coalesce(last, 0);
end
$$;

-- The same for the outbox.
create function kit_lock_outbox(p_shard smallint) returns bigint language plpgsql as $$
declare
    nothing text;
    last bigint;
begin
    nothing := pg_advisory_xact_lock(('kit_outbox'::regclass::oid::bigint - 2147483648)::integer, p_shard);
    select pos into last from kit_outbox where shard = p_shard order by pos desc limit 1;
    if not found then
        select pos into last from kit_shard_floor where log = 'o' and shard = p_shard;
    end if;
    return coalesce(last, 0);
end
$$;

-- Keeps the answer under the key; false if the key is taken.
create function kit_keep_answer(
    p_now bigint, p_tenant text, p_principal text, p_key text, p_route text, p_fingerprint bytea,
    p_status integer, p_headers jsonb, p_body bytea, p_expires bigint, p_position text
) returns boolean language plpgsql as $$
begin
    insert into kit_idempotency (tenant, principal, idem_key, route, fingerprint, http_status,
            headers, body, position, created_at, expires_at)
        values (p_tenant, p_principal, p_key, p_route, p_fingerprint, p_status, p_headers,
            p_body, p_position, p_now, p_expires)
        on conflict (tenant, principal, idem_key) do update
        set route = excluded.route, fingerprint = excluded.fingerprint,
            http_status = excluded.http_status, headers = excluded.headers,
            body = excluded.body, position = excluded.position,
            created_at = excluded.created_at, expires_at = excluded.expires_at
        where kit_idempotency.expires_at <= p_now;
    return found;
end
$$;

-- The usual command: events for one stream, and perhaps an answer. Gives the version and the position before the first
-- event; or a refusal as kit_append does.
create function kit_append_one(
    p_now bigint,
    p_tenant text, p_principal text, p_key text, p_route text, p_fingerprint bytea,
    p_status integer, p_headers jsonb, p_body bytea, p_expires bigint,
    s_tenant text, s_type text, s_id text, s_shard smallint, s_expect bigint, s_close boolean,
    e_id uuid[], e_type text[], e_schema smallint[], e_data jsonb[], e_meta jsonb[],
    out outcome jsonb, out after bigint, out base bigint
) language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
    count constant bigint := cardinality(e_id);
begin
    if s_expect > 0 then
        update kit_stream
            set version = version + count, updated_at = moment,
                state = case when s_close then 'closed' else 'open' end
            where tenant = s_tenant and stream_type = s_type and stream_id = s_id
                and version = s_expect and state = 'open'
            returning version into after;
    else
        after := kit_advance(moment, s_tenant, s_type, s_id, s_shard, s_expect, count, s_close);
    end if;
    if after is null then
        outcome := kit_misfit(moment, p_tenant, p_principal, p_key,
            kit_conflict(1, s_tenant, s_type, s_id));
        return;
    end if;
    base := kit_lock_events(s_shard);
    if count = 1 then
        insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version,
                event_type, schema_version, data, meta, recorded_at)
            values (s_shard, base + 1, e_id[1], s_tenant, s_type, s_id, after,
                e_type[1], e_schema[1], e_data[1], e_meta[1], moment);
    else
        insert into kit_event (shard, pos, id, tenant, stream_type, stream_id, version,
                event_type, schema_version, data, meta, recorded_at)
            select s_shard, base + step, id, s_tenant, s_type, s_id, after - count + step,
                kind, revision, content, about, moment
            from unnest(e_id, e_type, e_schema, e_data, e_meta) with ordinality
                as e (id, kind, revision, content, about, step);
    end if;
    if p_key is not null and not kit_keep_answer(moment, p_tenant, p_principal, p_key, p_route,
            p_fingerprint, p_status, p_headers, p_body, p_expires,
            s_shard || ':' || (base + count)) then
        perform kit_refuse('{"code": "replayed"}');
    end if;
end
$$;

-- Everything a unit can append. Refuses with an error once it has written something, else with the outcome as data.
create function kit_append(
    p_now bigint,
    p_dirty boolean,
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
    out outcome jsonb, out versions bigint[], out e_base bigint[], out o_base bigint[]
) language plpgsql as $$
declare
    moment constant bigint := coalesce(p_now, (extract(epoch from clock_timestamp()) * 1000000)::bigint);
    dirty boolean := p_dirty;
    num bigint;
    seen_type text;
    seen_id text;
    places text := '';
begin
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
                outcome := kit_misfit(moment, p_tenant, p_principal, p_key,
                    jsonb_build_object('code', 'taken', 'index', i));
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
            outcome := kit_misfit(moment, p_tenant, p_principal, p_key,
                    jsonb_build_object('code', 'number', 'index', i, 'value', coalesce(num, 0)));
            if dirty then
                perform kit_refuse(outcome);
            end if;
            return;
        end if;
        dirty := true;
    end loop;

    for i in 1 .. cardinality(s_id) loop
        num := kit_advance(moment, s_tenant[i], s_type[i], s_id[i], s_shard[i], s_expect[i],
            s_count[i], s_close[i]);
        if num is null then
            outcome := kit_misfit(moment, p_tenant, p_principal, p_key,
                kit_conflict(i, s_tenant[i], s_type[i], s_id[i]));
            if dirty then
                perform kit_refuse(outcome);
            end if;
            return;
        end if;
        versions[i] := num;
        dirty := dirty or s_count[i] > 0;
    end loop;

    for i in 1 .. cardinality(e_shards) loop
        e_base[i] := kit_lock_events(e_shards[i]);
    end loop;
    for i in 1 .. cardinality(o_shards) loop
        o_base[i] := kit_lock_outbox(o_shards[i]);
    end loop;

    if cardinality(e_id) > 0 then
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
        dirty := true;
    end if;

    if p_key is not null then
        for i in 1 .. cardinality(e_shards) loop
            places := places || case when i > 1 then ',' else '' end
                || e_shards[i] || ':' || (e_base[i] + e_counts[i]);
        end loop;
        if not kit_keep_answer(moment, p_tenant, p_principal, p_key, p_route, p_fingerprint,
                p_status, p_headers, p_body, p_expires, places) then
            outcome := '{"code": "replayed"}';
            if dirty then
                perform kit_refuse(outcome);
            end if;
        end if;
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
