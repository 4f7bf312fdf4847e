create table kit_lease (
    name text collate "C" not null,
    slot smallint not null,
    owner text not null,
    epoch bigint not null,
    expires_at bigint not null,
    primary key (name, slot)
) with (fillfactor = 50);

create table kit_worker (
    name text collate "C" not null,
    owner text collate "C" not null,
    seen_at bigint not null,
    primary key (name, owner)
) with (fillfactor = 50);
