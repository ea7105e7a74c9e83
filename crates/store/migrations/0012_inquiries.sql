-- Deals of the portal that are, or may become, a «Запрос» of 1C.
create table inquiry (
    deal_id        bigint not null primary key,
    title          text   not null,
    company_id     bigint,
    responsible_id bigint,
    -- JSON of domain::Inquiry; null: nobody has read the deal yet.
    snapshot       text,
    changed_at     bigint,
    is_closed      bigint not null,
    is_lost        bigint not null,
    is_gone        bigint not null,
    seen_at        bigint not null,
    onec_ref       text   unique,
    -- JSON of domain::InquiryPaper; null: 1C has told nothing.
    paper          text,
    paper_at       bigint,
    -- What 1C has to take: the newest delivery and where it stands.
    delivery       text,
    state          text   not null check (state in ('still', 'waits', 'due', 'handed', 'rejected')),
    -- Due: since when. Handed: when it is offered again.
    at             bigint not null,
    reason_code    text,
    reason_text    text,
    -- JSON of store::SentInquiry that 1C confirmed last.
    taken          text
);
create index inquiry_ready on inquiry (at, deal_id) where state in ('due', 'handed');
create index inquiry_of_company on inquiry (company_id);
create index inquiry_held on inquiry (state, deal_id) where state in ('waits', 'rejected');
create index inquiry_open on inquiry (deal_id) where is_closed = 0 and onec_ref is not null;

-- Deliveries that 1C was given, so that a late receipt is understood. JSON of store::SentInquiry.
create table handed_inquiry (
    delivery text   not null primary key,
    deal_id  bigint not null,
    sent     text   not null,
    at       bigint not null
);
create index handed_inquiry_of_deal on handed_inquiry (deal_id);

-- ТКП, Договор, Счёт: what 1C told of them, and what of it the portal has.
create table document (
    onec_ref    text   not null primary key,
    kind        text   not null,
    inquiry_ref text,
    told_deal   bigint,
    number      text   not null,
    dated       text,
    amount      text,
    currency    text   not null,
    file_name   text   not null,
    digest      text,
    length      bigint,
    is_deleted  bigint not null,
    changed_at  bigint,
    seen_at     bigint not null,
    -- The file in the portal: JSON of store::Placed; null: it is not there.
    placed_deal bigint,
    placed      text
);
create index document_of_inquiry on document (inquiry_ref) where inquiry_ref is not null;
create index document_of_deal on document (told_deal) where told_deal is not null;
create index document_placed on document (placed_deal) where placed_deal is not null;
create index document_by_digest on document (digest) where digest is not null;

create table payment (
    onec_ref     text   not null primary key,
    inquiry_ref  text,
    told_deal    bigint,
    number       text   not null,
    dated        text,
    amount       text   not null,
    currency     text   not null,
    is_cancelled bigint not null,
    -- 1C has sent the complete list of the inquiry, and it was not in it.
    is_left_out  bigint not null,
    changed_at   bigint,
    seen_at      bigint not null
);
create index payment_of_inquiry on payment (inquiry_ref) where inquiry_ref is not null;
create index payment_of_deal on payment (told_deal) where told_deal is not null;

-- What deals have to show of 1C. `wanted` counts the wishes, so that one that comes while the deal is written is not
-- forgotten with it.
create table deal_face (
    deal_id     bigint not null primary key,
    wanted      bigint not null,
    -- Null: it shows what it should, or waits for a person.
    due_at      bigint,
    attempts    bigint not null,
    -- JSON of store::Face: what the portal has confirmed.
    shown       text   not null,
    -- JSON of store::FaceIntent: files that were about to be written when an attempt began and did not end.
    intent      text,
    reason_code text,
    reason_text text,
    since       bigint
);
create index deal_face_due on deal_face (due_at, deal_id) where due_at is not null;
create index deal_face_held on deal_face (deal_id) where reason_code is not null;

-- Records for timelines of deals, written once.
create table deal_note (
    topic    text   not null primary key,
    deal_id  bigint not null,
    text     text   not null,
    attempts bigint not null,
    due_at   bigint not null
);
create index deal_note_due on deal_note (due_at, topic);

-- Contents that are still arriving, or never came to their end.
create table blob_arriving (
    name     text   not null primary key,
    since    bigint not null
);
