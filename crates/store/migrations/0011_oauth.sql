-- The newest tokens of a local application of Bitrix24: whoever reads this row acts as the administrator who connected
-- it, so the file of the database is as secret as the settings. Of each client_id the last pair only.
create table application_token (
    client_id  text   not null primary key,
    access     text   not null,
    refresh    text   not null,
    expires_at bigint not null
);
