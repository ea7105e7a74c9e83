-- What is or was wrong with the whole, so that people are told of it. One row per time that it was so.
create table alert (
    -- A word of crates/alerts, such as `onec-silent`.
    cause      text   not null,
    since      bigint not null,
    -- What is wrong and what to do, in the newest words.
    title      text   not null,
    advice     text   not null,
    -- Since when the cause is not seen any more; the alert ends when that has lasted.
    calm_since bigint,
    -- How often messages of it were made, and when the next one is.
    told       bigint not null,
    remind_at  bigint not null,
    ended_at   bigint,
    primary key (cause, since)
);
create unique index alert_open on alert (cause) where ended_at is null;
create index alert_ended on alert (since, cause) where ended_at is not null;

-- What is to be said on one channel. Made in the transaction that decided it.
create table alert_message (
    -- What it is about; the same is said once on a channel.
    topic     text   not null,
    channel   text   not null,
    subject   text   not null,
    body      text   not null,
    made_at   bigint not null,
    attempts  bigint not null,
    -- Attempts of which nobody knows whether they arrived, with the one under way.
    unclear   bigint not null,
    -- When it is tried next; null once it was said or given up.
    due_at    bigint,
    said_at   bigint,
    primary key (topic, channel)
);
create index alert_message_due on alert_message (due_at, topic) where due_at is not null;

-- The channels of the settings, and how they fare.
create table alert_channel (
    name     text   not null primary key,
    -- Whom it reaches, for people.
    target   text   not null,
    said_at  bigint,
    -- Since when it fails, when it failed last, and how; null while it works.
    fails_since bigint,
    failed_at   bigint,
    error       text
);

-- Causes that nobody wants to be told of for a time; an empty cause stands for all.
create table alert_mute (
    cause text   not null primary key,
    until bigint not null,
    who   text   not null,
    since bigint not null
);
