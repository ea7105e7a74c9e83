-- Files by their content, in pieces that fit into memory; one file per database, because the databases spell bytes differently.
create table blob (
    digest text   not null primary key,
    length bigint not null
);

create table blob_chunk (
    digest   text   not null references blob (digest),
    position bigint not null,
    bytes    bytea  not null,
    primary key (digest, position)
);
