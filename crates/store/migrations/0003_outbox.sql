-- What a side still has to take. Settled and dropped rows stay for a while, so that people can see what happened.
create table delivery (
    id          text   not null primary key,
    link_id     text   not null references link (id) deferrable initially deferred,
    side        text   not null check (side in ('onec', 'bitrix')),
    state       text   not null check (state in ('due', 'leased', 'parked', 'settled', 'dropped')),
    -- Due and leased: not before this moment. Parked, settled, dropped: since this moment.
    at          bigint not null,
    lease_until bigint,
    version     bigint not null,
    fence       bigint not null,
    attempts    bigint not null,
    -- JSON of domain::Intent.
    intent      text,
    -- Of a parked one; of a dropped one the text only.
    reason_code text,
    reason_text text,
    -- Of a settled one: created, linked, updated, unchanged.
    outcome     text,
    check ((state = 'leased') = (lease_until is not null)),
    check (state <> 'parked' or (reason_code is not null and reason_text is not null))
);

-- The promise of one open delivery per link and side.
create unique index delivery_open on delivery (link_id, side) where state in ('due', 'leased', 'parked');
create index delivery_of_link on delivery (link_id, side, id);
create index delivery_ready on delivery (side, at, id, state) where state in ('due', 'leased');
create index delivery_leased on delivery (side, lease_until) where state = 'leased';
create index delivery_parked on delivery (id) where state = 'parked';
create index delivery_parked_by_reason on delivery (reason_code, id, side) where state = 'parked';
create index delivery_done on delivery (at, id) where state in ('settled', 'dropped');
