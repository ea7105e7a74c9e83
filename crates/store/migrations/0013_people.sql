-- Who may use the console, who is signed in, who guesses passwords, and who did what.
create table person (
    id            text   not null primary key,
    -- In lower case: `Anna` and `anna` are one.
    login         text   not null unique,
    name          text   not null,
    role          text   not null check (role in ('viewer', 'operator', 'administrator')),
    -- PHC string of Argon2id.
    password      text   not null,
    -- The password was given by somebody else: it has to be changed before anything else.
    must_change   bigint not null,
    is_blocked    bigint not null,
    created_at    bigint not null,
    seen_at       bigint
);

create table session (
    -- SHA-256 of the token in the cookie: who reads this table signs in nowhere.
    token_digest text   not null primary key,
    person_id    text   not null references person (id),
    created_at   bigint not null,
    -- Written now and then, not at every request.
    seen_at      bigint not null,
    expires_at   bigint not null,
    address      text   not null,
    agent        text   not null
);
create index session_of_person on session (person_id);
create index session_expired on session (expires_at);

-- Wrong passwords of late, by login, by address and by both.
create table sign_in_failure (
    key   text   not null primary key,
    count bigint not null,
    last  bigint not null
);
create index sign_in_failure_old on sign_in_failure (last);

-- Every action of a person: written before it is done, completed afterwards.
create table audit (
    id      text   not null primary key,
    at      bigint not null,
    -- Null: nobody was signed in.
    person_id text,
    login   text   not null,
    address text   not null,
    act    text   not null,
    subject text   not null,
    -- begun: its process died before it could tell how it ended.
    result  text   not null check (result in ('begun', 'done', 'refused', 'failed')),
    detail  text   not null
);
create index audit_of_login on audit (login, id);
create index audit_of_act on audit (act, id);
