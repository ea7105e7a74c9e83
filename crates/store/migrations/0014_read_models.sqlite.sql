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
create trigger inquiry_known_in after insert on inquiry when new.onec_ref is not null begin
    update document set waits = null, waits_since = null
     where inquiry_ref = new.onec_ref and waits = 'no-inquiry';
    update payment set waits = null where inquiry_ref = new.onec_ref and waits is not null;
end;
create trigger inquiry_known_over after update on inquiry when old.onec_ref is not new.onec_ref begin
    update document set waits = 'no-inquiry', waits_since = new.seen_at
     where inquiry_ref = old.onec_ref and waits is null and is_deleted = 0 and told_deal is null;
    update payment set waits = 'no-inquiry' where inquiry_ref = old.onec_ref and told_deal is null;
    update document set waits = null, waits_since = null
     where inquiry_ref = new.onec_ref and waits = 'no-inquiry';
    update payment set waits = null where inquiry_ref = new.onec_ref and waits is not null;
end;
create trigger inquiry_known_out after delete on inquiry when old.onec_ref is not null begin
    update document set waits = 'no-inquiry', waits_since = old.seen_at
     where inquiry_ref = old.onec_ref and waits is null and is_deleted = 0 and told_deal is null;
    update payment set waits = 'no-inquiry' where inquiry_ref = old.onec_ref and told_deal is null;
end;

-- Figures. A row counts under the name that its `tally` says, in the table `counter`; null: it counts nowhere.
alter table delivery add column tally text generated always as (
    case when state in ('due', 'leased') then 'delivery/' || side || '/' || state
         when state = 'parked' then 'held/' || side || '/' || reason_code
     end) virtual;
alter table link add column tally text generated always as (
    case when remark_count > 0 then 'remarks' end) virtual;
alter table portal_company add column tally text generated always as (
    case when waits_code is null then null
         when waits_code <> 'no-deal' and (has_deal = 1 or waits_code = 'duplicate-in-portal')
         then 'held/company/' || waits_code
         else 'held/company-without-deal/' || waits_code
     end) virtual;
alter table inquiry add column tally text generated always as (
    case state when 'waits' then 'held/inquiry-waiting/' || reason_code
               when 'rejected' then 'held/inquiry/' || reason_code
               when 'still' then null
               else 'inquiry/' || state
     end) virtual;
alter table inquiry add column tally_known text generated always as (
    case when onec_ref is not null then 'inquiry/known' end) virtual;
alter table document add column tally text generated always as ('held/document/' || waits) virtual;
alter table document add column tally_placed text generated always as (
    case when placed_deal is not null then 'document/placed' end) virtual;
alter table payment add column tally text generated always as (
    case when is_cancelled = 0 and is_left_out = 0
         then case when waits is null then 'payment/placed' else 'payment/unplaced' end
     end) virtual;
alter table deal_face add column tally text generated always as ('held/deal/' || reason_code) virtual;
alter table deal_face add column tally_due text generated always as (
    case when due_at is not null then 'queue/face' end) virtual;
alter table telling add column tally text generated always as (
    case when due_at is not null then 'queue/telling' end) virtual;

insert into counter (name, value)
select name, count(*)
  from (select tally as name from delivery
         union all select tally from link
         union all select tally from portal_company
         union all select tally from inquiry
         union all select tally_known from inquiry
         union all select tally from document
         union all select tally_placed from document
         union all select tally from payment
         union all select tally from deal_face
         union all select tally_due from deal_face
         union all select tally from telling
         union all select 'held/conflict/conflict' from conflict
         union all select 'queue/look' from look
         union all select 'queue/note' from deal_note
         union all select 'queue/code' from code_to_show)
 where name is not null
 group by name;

create trigger delivery_tally_in after insert on delivery when new.tally is not null begin
    insert into counter (name, value) values (new.tally, 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger delivery_tally_out after delete on delivery when old.tally is not null begin
    update counter set value = value - 1 where name = old.tally;
end;
create trigger delivery_tally_over after update on delivery when old.tally is not new.tally begin
    update counter set value = value - 1 where name = old.tally;
    insert into counter (name, value) select new.tally, 1 where new.tally is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger link_tally_in after insert on link when new.tally is not null begin
    insert into counter (name, value) values (new.tally, 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger link_tally_over after update on link when old.tally is not new.tally begin
    update counter set value = value - 1 where name = old.tally;
    insert into counter (name, value) select new.tally, 1 where new.tally is not null
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger link_tally_out after delete on link when old.tally is not null begin
    update counter set value = value - 1 where name = old.tally;
end;

create trigger portal_company_tally_in after insert on portal_company when new.tally is not null begin
    insert into counter (name, value) values (new.tally, 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger portal_company_tally_out after delete on portal_company when old.tally is not null begin
    update counter set value = value - 1 where name = old.tally;
end;
create trigger portal_company_tally_over after update on portal_company when old.tally is not new.tally begin
    update counter set value = value - 1 where name = old.tally;
    insert into counter (name, value) select new.tally, 1 where new.tally is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger inquiry_tally_in after insert on inquiry begin
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_known) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger inquiry_tally_out after delete on inquiry begin
    update counter set value = value - 1 where name in (old.tally, old.tally_known);
end;
create trigger inquiry_tally_over after update on inquiry
when old.tally is not new.tally or old.tally_known is not new.tally_known begin
    update counter set value = value - 1 where name in (old.tally, old.tally_known);
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_known) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger document_tally_in after insert on document begin
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_placed) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger document_tally_out after delete on document begin
    update counter set value = value - 1 where name in (old.tally, old.tally_placed);
end;
create trigger document_tally_over after update on document
when old.tally is not new.tally or old.tally_placed is not new.tally_placed begin
    update counter set value = value - 1 where name in (old.tally, old.tally_placed);
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_placed) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger payment_tally_in after insert on payment when new.tally is not null begin
    insert into counter (name, value) values (new.tally, 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger payment_tally_out after delete on payment when old.tally is not null begin
    update counter set value = value - 1 where name = old.tally;
end;
create trigger payment_tally_over after update on payment when old.tally is not new.tally begin
    update counter set value = value - 1 where name = old.tally;
    insert into counter (name, value) select new.tally, 1 where new.tally is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger deal_face_tally_in after insert on deal_face begin
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_due) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger deal_face_tally_out after delete on deal_face begin
    update counter set value = value - 1 where name in (old.tally, old.tally_due);
end;
create trigger deal_face_tally_over after update on deal_face
when old.tally is not new.tally or old.tally_due is not new.tally_due begin
    update counter set value = value - 1 where name in (old.tally, old.tally_due);
    insert into counter (name, value)
    select name, 1 from (select new.tally as name union all select new.tally_due) where name is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger telling_tally_in after insert on telling when new.tally is not null begin
    insert into counter (name, value) values (new.tally, 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger telling_tally_out after delete on telling when old.tally is not null begin
    update counter set value = value - 1 where name = old.tally;
end;
create trigger telling_tally_over after update on telling when old.tally is not new.tally begin
    update counter set value = value - 1 where name = old.tally;
    insert into counter (name, value) select new.tally, 1 where new.tally is not null
        on conflict (name) do update set value = counter.value + 1;
end;

create trigger conflict_tally_in after insert on conflict begin
    insert into counter (name, value) values ('held/conflict/conflict', 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger conflict_tally_out after delete on conflict begin
    update counter set value = value - 1 where name = 'held/conflict/conflict';
end;
create trigger look_tally_in after insert on look begin
    insert into counter (name, value) values ('queue/look', 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger look_tally_out after delete on look begin
    update counter set value = value - 1 where name = 'queue/look';
end;
create trigger deal_note_tally_in after insert on deal_note begin
    insert into counter (name, value) values ('queue/note', 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger deal_note_tally_out after delete on deal_note begin
    update counter set value = value - 1 where name = 'queue/note';
end;
create trigger code_to_show_tally_in after insert on code_to_show begin
    insert into counter (name, value) values ('queue/code', 1)
        on conflict (name) do update set value = counter.value + 1;
end;
create trigger code_to_show_tally_out after delete on code_to_show begin
    update counter set value = value - 1 where name = 'queue/code';
end;

-- What crossed, by hours of UTC: whoever shows days knows where they begin.
create table activity (
    hour  bigint not null,
    what  text   not null,
    count bigint not null,
    primary key (hour, what)
) without rowid;

-- What people find things by. `words` is a JSON array of folded words; each of them has a row in `search_word`.
create table search_entry (
    kind  text not null,
    key   text not null,
    title text not null,
    hint  text not null,
    words text not null,
    primary key (kind, key)
) without rowid;

create table search_word (
    kind text not null,
    word text not null,
    key  text not null,
    primary key (kind, word, key)
) without rowid;

create trigger search_entry_in after insert on search_entry begin
    insert into search_word (kind, word, key)
    select new.kind, value, new.key from json_each(new.words) where true
        on conflict do nothing;
end;
create trigger search_entry_over after update on search_entry when old.words <> new.words begin
    delete from search_word
     where kind = old.kind
       and word in (select value from json_each(old.words) except select value from json_each(new.words))
       and key = old.key;
    insert into search_word (kind, word, key)
    select new.kind, value, new.key from json_each(new.words) where true
        on conflict do nothing;
end;
create trigger search_entry_out after delete on search_entry begin
    delete from search_word
     where kind = old.kind and word in (select value from json_each(old.words)) and key = old.key;
end;

-- A company that travels is found as a counterparty.
create trigger portal_company_found_over after update on portal_company
when old.waits_code is not null and new.waits_code is null begin
    delete from search_entry where kind = 'firm' and key = cast(old.company_id as text);
end;
create trigger portal_company_found_out after delete on portal_company when old.waits_code is not null begin
    delete from search_entry where kind = 'firm' and key = cast(old.company_id as text);
end;

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
    id           integer primary key autoincrement,
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
