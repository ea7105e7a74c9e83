-- What employees have to be told, once: a notification and comments in timelines.
create table telling (
    -- What it is about, so that the same thing is told once.
    topic      text   not null primary key,
    company_id bigint not null,
    -- JSON of store::Message.
    message    text   not null,
    -- JSON of store::Told: which parts have arrived.
    told       text   not null,
    attempts   bigint not null,
    since      bigint not null,
    -- When it is tried next; null once everything was told or nobody could be told.
    due_at     bigint
);
create index telling_due on telling (due_at) where due_at is not null;
create index telling_of_company on telling (company_id);

-- Companies whose field with 1C's code has to be written. `wanted` counts the wishes, so that one that comes while the
-- field is written is not forgotten with it.
create table code_to_show (
    company_id bigint not null primary key,
    wanted     bigint not null,
    due_at     bigint not null
);
create index code_to_show_due on code_to_show (due_at, company_id);

-- Who of several nodes does what only one may do.
create table watch (
    name   text   not null primary key,
    holder text   not null,
    until  bigint not null
);
