-- What 1C was given with a delivery: JSON of store::Sent. A delivery that has it was handed out and stands for exactly
-- this state.
alter table delivery add column sent text;

-- Cards of the portal that somebody said have changed. `noticed` counts the notices, so that one that comes while the
-- card is read is not forgotten with it.
create table look (
    entity    text   not null,
    entity_id bigint not null,
    owner_id  bigint,
    noticed   bigint not null,
    at        bigint not null,
    primary key (entity, entity_id)
);
create index look_in_order on look (at, entity, entity_id);

-- Companies of the portal, whether they travel or wait.
create table portal_company (
    company_id     bigint not null primary key,
    title          text   not null,
    responsible_id bigint,
    created_by     bigint,
    modified_by    bigint,
    has_deal       bigint not null,
    -- Of everything that its card shows; empty for one that was never read.
    fingerprint    text   not null,
    waits_code     text,
    waits_text     text,
    waits_inn      text,
    waits_since    bigint,
    seen_at        bigint not null
);
create index portal_company_waiting on portal_company (waits_code, company_id) where waits_code is not null;
create index portal_company_waiting_for_inn on portal_company (waits_inn) where waits_inn is not null;

-- Fields that both sides changed and a person has to decide.
create table conflict (
    link_id           text   not null,
    field             text   not null,
    base              text,
    onec              text,
    bitrix            text,
    onec_changed_at   bigint,
    bitrix_changed_at bigint,
    bitrix_changed_by bigint,
    since             bigint not null,
    primary key (link_id, field)
);

-- A merge in the portal takes a requisite to another company; it is known by its number.
create index link_by_requisite on link (requisite_id) where requisite_id is not null;
