-- The wish that 1C show everything again: the last one, open or ended.
create table show_all (
    id          bigint not null primary key check (id = 1),
    asked_at    bigint not null,
    -- When 1C was told first.
    told_at     bigint,
    -- Whether 1C has shown anything since it was told last, and how often that happened.
    is_answered bigint not null,
    runs        bigint not null,
    ended_at    bigint
);

-- When 1C showed the counterparty last, changed or not. Kept up only while a wish is open: at other times what 1C shows
-- unchanged writes nothing.
alter table link add column onec_shown_at bigint;
