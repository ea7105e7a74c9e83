-- What each side showed and when, never changed afterwards; one file per database, because the databases spell growing numbers differently.
create table change (
    seq        integer primary key autoincrement,
    -- Checked at the end of the transaction: a link is planned, and saved, after it was shown.
    link_id    text   not null references link (id) deferrable initially deferred,
    side       text   not null check (side in ('onec', 'bitrix')),
    source     text   not null,
    changed_at bigint,
    seen_at    bigint not null,
    -- JSON of domain::Counterparty.
    snapshot   text   not null,
    note       text   not null
);

create index change_of_link on change (link_id, seq);
