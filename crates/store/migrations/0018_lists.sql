-- Lists of what is in one state, the newest first: an index per list, so that a list that is nearly empty costs as little
-- as a long one. The statements of crates/store/src/lists.rs repeat the conditions word for word.
drop index inquiry_of_state;
create index inquiry_under_way_by_time on inquiry (seen_at, deal_id) where state in ('due', 'handed');
create index inquiry_waiting_by_time on inquiry (seen_at, deal_id) where state = 'waits';
create index inquiry_rejected_by_time on inquiry (seen_at, deal_id) where state = 'rejected';
create index inquiry_open_by_time on inquiry (seen_at, deal_id) where is_closed = 0 and onec_ref is not null;
create index inquiry_closed_by_time on inquiry (seen_at, deal_id) where is_closed = 1;
create index document_by_kind_and_time on document (kind, seen_at, onec_ref);
create index document_waiting_by_time on document (seen_at, onec_ref) where waits is not null;
create index payment_unplaced_by_time on payment (seen_at, onec_ref)
    where waits is not null and is_cancelled = 0 and is_left_out = 0;
create index payment_not_counted_by_time on payment (seen_at, onec_ref) where (is_cancelled = 1 or is_left_out = 1);

-- What is forgotten by its time.
create index handed_inquiry_by_time on handed_inquiry (at);
