-- Links come first, because everything else is about one of them.
create table link (
    id           text   not null primary key,
    -- The name that people know it by, kept apart so that lists need not read snapshots.
    title        text   not null,
    onec_ref     text   unique,
    onec_code    text,
    -- Fingerprint of the body that 1C showed last: the same body again changes nothing.
    onec_print   text,
    company_id   bigint,
    requisite_id bigint,
    -- JSON of domain::Shown.
    onec         text,
    bitrix       text,
    -- JSON of domain::Counterparty.
    base         text   not null,
    -- JSON array of domain::Remark, and its length for the index below.
    remarks      text   not null,
    remark_count bigint not null,
    -- Whether it was known on both shores before it was last saved; null: it was new.
    was_linked   bigint,
    -- The key that the link asked for when somebody else had it; means something as long as it has none.
    wanted_key   text,
    unique (company_id, requisite_id)
);

create index link_with_remarks on link (id) where remark_count > 0;
create index link_wanting_a_key on link (wanted_key, id) where wanted_key is not null;

-- Apart from `link`, so that a claim that comes too late is an answer and not a failed transaction.
create table claimed_key (
    match_key text not null primary key,
    link_id   text not null unique references link (id) deferrable initially deferred
);
