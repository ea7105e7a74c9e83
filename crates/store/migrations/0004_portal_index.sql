-- Who has which ИНН in the portal: read once in bulk, so that a load need not ask for every counterparty.
create table portal_requisite (
    requisite_id bigint not null primary key,
    company_id   bigint not null,
    inn          text   not null,
    kpp          text,
    seen_at      bigint not null
);

create index portal_requisite_by_inn on portal_requisite (inn);
create index portal_requisite_by_company on portal_requisite (company_id);
