-- What the pages for people read: figures, the search, what waits and since when, runs of the reconciliation.
-- One file per database, because the databases spell triggers differently.

-- Since when something waits, so that groups of what waits can be read in that order.
alter table inquiry add column held_since bigint;
alter table document add column waits text;
alter table document add column waits_since bigint;
alter table payment add column waits text;

update inquiry set held_since = seen_at where state in ('waits', 'rejected');
update document
   set waits = case when is_deleted = 1 then null
                    when digest is null then 'no-content'
                    when told_deal is null
                         and not exists (select 1 from inquiry where inquiry.onec_ref = document.inquiry_ref)
                    then 'no-inquiry'
                end;
update document set waits_since = seen_at where waits is not null;
update payment
   set waits = 'no-inquiry'
 where told_deal is null and not exists (select 1 from inquiry where inquiry.onec_ref = payment.inquiry_ref);
update deal_face set since = coalesce(since, due_at, 0) where reason_code is not null;
update portal_company set waits_since = seen_at where waits_code is not null and waits_since is null;

create index delivery_held on delivery (side, reason_code, at, id, link_id) where state = 'parked';
create index inquiry_held_by_cause on inquiry (state, reason_code, held_since, deal_id)
    where state in ('waits', 'rejected');
create index document_held on document (waits, waits_since, onec_ref) where waits is not null;
create index deal_face_held_by_cause on deal_face (reason_code, since, deal_id) where reason_code is not null;
create index conflict_held on conflict (since, (link_id || '/' || field));
-- Companies that are somebody's task, and those that nobody deals with yet.
create index portal_company_held on portal_company (waits_code, waits_since, company_id)
    where waits_code is not null
      and waits_code <> 'no-deal'
      and (has_deal = 1 or waits_code = 'duplicate-in-portal');
create index portal_company_idle on portal_company (waits_code, waits_since, company_id)
    where waits_code is not null
      and (waits_code = 'no-deal' or (has_deal = 0 and waits_code <> 'duplicate-in-portal'));

create index inquiry_by_time on inquiry (seen_at, deal_id);
create index inquiry_of_state on inquiry (state, seen_at, deal_id);
create index document_by_time on document (seen_at, onec_ref);
create index payment_by_time on payment (seen_at, onec_ref);

-- An inquiry that becomes known, or ceases to be, is what its documents and payments wait for.
create function know_inquiry() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        update document set waits = 'no-inquiry', waits_since = old.seen_at
         where inquiry_ref = old.onec_ref and waits is null and is_deleted = 0 and told_deal is null;
        update payment set waits = 'no-inquiry' where inquiry_ref = old.onec_ref and told_deal is null;
    end if;
    if tg_op <> 'DELETE' then
        update document set waits = null, waits_since = null
         where inquiry_ref = new.onec_ref and waits = 'no-inquiry';
        update payment set waits = null where inquiry_ref = new.onec_ref and waits is not null;
    end if;
    return null;
end $$;
create trigger inquiry_known_in after insert on inquiry
    for each row when (new.onec_ref is not null) execute function know_inquiry();
create trigger inquiry_known_out after delete on inquiry
    for each row when (old.onec_ref is not null) execute function know_inquiry();
create trigger inquiry_known_over after update on inquiry
    for each row when (old.onec_ref is distinct from new.onec_ref) execute function know_inquiry();

-- Figures. A row counts under the names that its `tallies` says, in the table `counter`; a null counts nowhere.
create function tallies(r delivery) returns text[] language sql immutable as $$
    select array[case when r.state in ('due', 'leased') then 'delivery/' || r.side || '/' || r.state
                      when r.state = 'parked' then 'held/' || r.side || '/' || r.reason_code
                  end]
$$;
create function tallies(r link) returns text[] language sql immutable as $$
    select array[case when r.remark_count > 0 then 'remarks' end]
$$;
create function tallies(r portal_company) returns text[] language sql immutable as $$
    select array[case when r.waits_code is null then null
                      when r.waits_code <> 'no-deal' and (r.has_deal = 1 or r.waits_code = 'duplicate-in-portal')
                      then 'held/company/' || r.waits_code
                      else 'held/company-without-deal/' || r.waits_code
                  end]
$$;
create function tallies(r inquiry) returns text[] language sql immutable as $$
    select array[case r.state when 'waits' then 'held/inquiry-waiting/' || r.reason_code
                              when 'rejected' then 'held/inquiry/' || r.reason_code
                              when 'still' then null
                              else 'inquiry/' || r.state
                  end,
                 case when r.onec_ref is not null then 'inquiry/known' end]
$$;
create function tallies(r document) returns text[] language sql immutable as $$
    select array['held/document/' || r.waits, case when r.placed_deal is not null then 'document/placed' end]
$$;
create function tallies(r payment) returns text[] language sql immutable as $$
    select array[case when r.is_cancelled = 0 and r.is_left_out = 0
                      then case when r.waits is null then 'payment/placed' else 'payment/unplaced' end
                  end]
$$;
create function tallies(r deal_face) returns text[] language sql immutable as $$
    select array['held/deal/' || r.reason_code, case when r.due_at is not null then 'queue/face' end]
$$;
create function tallies(r telling) returns text[] language sql immutable as $$
    select array[case when r.due_at is not null then 'queue/telling' end]
$$;
create function tallies(r conflict) returns text[] language sql immutable as $$
    select array['held/conflict/conflict']
$$;
create function tallies(r look) returns text[] language sql immutable as $$ select array['queue/look'] $$;
create function tallies(r deal_note) returns text[] language sql immutable as $$ select array['queue/note'] $$;
create function tallies(r code_to_show) returns text[] language sql immutable as $$ select array['queue/code'] $$;

insert into counter (name, value)
select name, count(*)
  from (select unnest(tallies(delivery)) as name from delivery
         union all select unnest(tallies(link)) from link
         union all select unnest(tallies(portal_company)) from portal_company
         union all select unnest(tallies(inquiry)) from inquiry
         union all select unnest(tallies(document)) from document
         union all select unnest(tallies(payment)) from payment
         union all select unnest(tallies(deal_face)) from deal_face
         union all select unnest(tallies(telling)) from telling
         union all select unnest(tallies(conflict)) from conflict
         union all select unnest(tallies(look)) from look
         union all select unnest(tallies(deal_note)) from deal_note
         union all select unnest(tallies(code_to_show)) from code_to_show) as counted
 where name is not null
 group by name;

-- By how much the figures change is gathered in the transaction and added to `counter` when it commits, in the order
-- of names: several nodes wait for each other's rows shortly, and never in a circle.
create function gather_tallies(names text[], by bigint) returns void language plpgsql as $$
declare
    gathered jsonb := coalesce(nullif(current_setting('parom.tallies', true), ''), '{}')::jsonb;
    name text;
begin
    foreach name in array names loop
        if name is not null then
            gathered := gathered || jsonb_build_object(name, coalesce((gathered ->> name)::bigint, 0) + by);
        end if;
    end loop;
    perform set_config('parom.tallies', gathered::text, true);
end $$;

create function tally_in() returns trigger language plpgsql as $$
begin
    perform gather_tallies(tallies(new), 1);
    return null;
end $$;
create function tally_out() returns trigger language plpgsql as $$
begin
    perform gather_tallies(tallies(old), -1);
    return null;
end $$;
create function tally_over() returns trigger language plpgsql as $$
begin
    if tallies(old) is distinct from tallies(new) then
        perform gather_tallies(tallies(old), -1);
        perform gather_tallies(tallies(new), 1);
    end if;
    return null;
end $$;

create function keep_tallies() returns trigger language plpgsql as $$
declare
    gathered text := nullif(current_setting('parom.tallies', true), '');
begin
    if gathered is not null then
        perform set_config('parom.tallies', '', true);
        insert into counter (name, value)
        select key, value::bigint from jsonb_each_text(gathered::jsonb) where value <> '0' order by key collate "C"
            on conflict (name) do update set value = counter.value + excluded.value;
    end if;
    return null;
end $$;

do $$
declare
    counted text;
begin
    foreach counted in array array['delivery', 'link', 'portal_company', 'inquiry', 'document', 'payment',
                                   'deal_face', 'telling', 'conflict', 'look', 'deal_note', 'code_to_show'] loop
        execute format('create trigger tally_in after insert on %I for each row execute function tally_in()', counted);
        execute format('create trigger tally_out after delete on %I for each row execute function tally_out()', counted);
        execute format('create trigger tally_over after update on %I for each row execute function tally_over()', counted);
        execute format('create constraint trigger tally_kept after insert or update or delete on %I
                            deferrable initially deferred for each row execute function keep_tallies()', counted);
    end loop;
end $$;

-- What crossed, by hours of UTC: whoever shows days knows where they begin.
create table activity (
    hour  bigint not null,
    what  text   not null,
    count bigint not null,
    primary key (hour, what)
);

-- What people find things by. `words` is a JSON array of folded words; each of them has a row in `search_word`.
-- Words are compared as bytes, so that all that begin alike stand together.
create table search_entry (
    kind  text not null,
    key   text not null,
    title text not null,
    hint  text not null,
    words text not null,
    primary key (kind, key)
);

create table search_word (
    kind text not null,
    word text collate "C" not null,
    key  text collate "C" not null,
    primary key (kind, word, key)
);

create function keep_search_words() returns trigger language plpgsql as $$
begin
    if tg_op <> 'INSERT' then
        delete from search_word
         where kind = old.kind and word in (select value from json_each(old.words)) and key = old.key;
    end if;
    if tg_op <> 'DELETE' then
        insert into search_word (kind, word, key)
        select distinct new.kind, value, new.key from json_each(new.words)
            on conflict do nothing;
    end if;
    return null;
end $$;
create trigger search_entry_in after insert or delete on search_entry
    for each row execute function keep_search_words();
create trigger search_entry_over after update on search_entry
    for each row when (old.words <> new.words) execute function keep_search_words();

-- A company that travels is found as a counterparty.
create function forget_company_that_travels() returns trigger language plpgsql as $$
begin
    delete from search_entry where kind = 'firm' and key = old.company_id::text;
    return null;
end $$;
create trigger portal_company_found_over after update on portal_company
    for each row when (old.waits_code is not null and new.waits_code is null)
    execute function forget_company_that_travels();
create trigger portal_company_found_out after delete on portal_company
    for each row when (old.waits_code is not null) execute function forget_company_that_travels();

-- What is empty has nothing to be made findable.
insert into cursor (name, value)
select 'search-index', '1 complete'
 where not exists (select 1 from link)
   and not exists (select 1 from portal_company)
   and not exists (select 1 from inquiry)
   and not exists (select 1 from document)
   and not exists (select 1 from payment);

-- Runs of the reconciliation, and what they found.
create table reconcile_run (
    id           bigint generated always as identity primary key,
    started_at   bigint not null,
    -- Null: it is under way, or was interrupted.
    ended_at     bigint,
    seen_at      bigint not null,
    heals        bigint not null,
    looked       bigint not null,
    needs_person bigint not null,
    found        bigint not null,
    kept         bigint not null,
    -- JSON of store::RunFigure.
    figures      text   not null
);

create table reconcile_row (
    run          bigint not null,
    position     bigint not null,
    kind         text   not null,
    standing     text   not null,
    needs_person bigint not null,
    link_id      text,
    title        text   not null,
    -- JSON of the whole difference.
    body         text   not null,
    primary key (run, position)
);
create index reconcile_row_of_kind on reconcile_row (run, kind, standing, position);
