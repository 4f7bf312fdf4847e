create table kit_lease (
    name text not null,
    slot integer not null,
    owner text not null,
    epoch integer not null,
    expires_at integer not null,
    primary key (name, slot)
) strict, without rowid;

create table kit_worker (
    name text not null,
    owner text not null,
    seen_at integer not null,
    primary key (name, owner)
) strict, without rowid;
