-- What people said of a link: JSON of domain::Word; null: nothing.
alter table link add column word text;

-- Fields that are named to the side although it may show them already: JSON array of domain::Field. A person asked for
-- it, or the side may have written something that is not to stay.
alter table delivery add column named text;

-- A person wants the deal looked at whatever is known of it.
alter table deal_face add column checks bigint not null default 0;

-- What people did to records, so that it can be told and undone.
create table deed (
    id        text   not null primary key,
    by_whom   text   not null,
    at        bigint not null,
    kind      text   not null,
    link_id   text,
    deal_id   bigint,
    job_id    text,
    -- The sentence for people.
    said      text   not null,
    -- JSON array of store::Chosen: values before and after.
    chosen    text   not null,
    undone_by text,
    undone_at bigint
);
create index deed_of_link on deed (link_id, id) where link_id is not null;
create index deed_of_deal on deed (deal_id, id) where deal_id is not null;

-- Work that a person asked for and that takes its time. It goes on where it stopped, whoever was killed.
create table job (
    id           text   not null primary key,
    -- The word of the task, and JSON of engine::Task.
    kind         text   not null,
    task         text   not null,
    state        text   not null check (state in ('open', 'done', 'cancelled', 'failed')),
    by_whom      text   not null,
    asked_at     bigint not null,
    began_at     bigint,
    ended_at     bigint,
    -- What is being done, and how much of about how much.
    phase        text   not null,
    done         bigint not null,
    total        bigint,
    -- Where to go on; null: at the beginning of the phase.
    place        text,
    -- JSON of what it came to so far.
    found        text   not null,
    -- A person wants it to end.
    is_cancelled bigint not null,
    -- What holds it up, or why it failed.
    trouble      text
);
create index job_open on job (id) where state = 'open';
create index job_of_kind on job (kind, id);
