-- Small facts about the service itself, one row each.
create table cursor (
    name  text not null primary key,
    value text not null
);

-- A row here is a stopped lane; an open lane has none.
create table stopped_lane (
    side   text   not null primary key check (side in ('onec', 'bitrix')),
    reason text   not null,
    since  bigint not null
);

-- Totals of what only grows, kept in the transaction that changes them, so that `status` counts no history.
create table counter (
    name  text   not null primary key,
    value bigint not null
);

-- How the adapter of 1C introduced itself last. JSON of store::Hello.
create table adapter (
    id    bigint not null primary key check (id = 1),
    hello text   not null
);

create table last_seen (
    side text   not null primary key check (side in ('onec', 'bitrix')),
    at   bigint not null
);
