-- What was said to a side and what it answered, for people who look for a cause; pruned, and nothing depends on it. One
-- file per database, because the databases spell growing numbers differently.
create table transcript (
    seq         integer primary key autoincrement,
    side        text   not null check (side in ('onec', 'bitrix')),
    link_id     text,
    deal_id     bigint,
    delivery_id text,
    at          bigint not null,
    -- Microseconds; null where nobody waited for an answer.
    took        bigint,
    -- JSON of store::Line, without secrets.
    lines       text   not null
);

create index transcript_of_link on transcript (link_id, seq) where link_id is not null;
create index transcript_of_deal on transcript (deal_id, seq) where deal_id is not null;
