//! The statements of every kind: the same questions of different tables. Each finds its rows in an index of the cause and
//! the time; where the index has a condition, the statement repeats it word for word.

use super::HeldKind;

/// The questions that are asked of everything that waits.
pub(super) struct Statements {
    /// `$1` cause, `$2` and `$3` time and key of the last row before the page, `$4` and `$5` bounds of the time, `$6` how many.
    pub(super) page: &'static str,
    /// The same for what has a rare word: `$7` to `$8`, beside the patterns `$9` to `$13`.
    pub(super) page_looked_up: &'static str,
    /// The same for what has a common word: patterns `$7` to `$12`.
    pub(super) page_looked_through: &'static str,
    /// `$1` cause.
    pub(super) oldest: &'static str,
    /// `$1` cause, `$2` and `$3` bounds of the time.
    pub(super) count: &'static str,
    /// `$1` key.
    pub(super) one: &'static str,
}

macro_rules! statements {
    (
        $name:literal,
        columns: $columns:literal,
        from: $from:literal,
        with: $with:literal,
        state: $state:literal,
        cause: $cause:literal,
        since: $since:literal,
        key: $key:literal,
        key_parameter: $parameter:literal,
        key_parameter_of_one: $one:literal,
        found: $kind:literal, $found:literal
    ) => {
        Statements {
            page: statements!(@page $name, $columns, $from, $with, $state, $cause, $since, $key, $parameter, ""),
            page_looked_up: statements!(@page $name, $columns, $from, $with, $state, $cause, $since, $key, $parameter,
                " and ", $found, " in (select key
                                         from search_word
                                        where kind = '", $kind, "' and word >= $7 and word < $8)
                   and exists (select 1
                                 from search_entry e
                                where e.kind = '", $kind, "' and e.key = ", $found, "
                                  and e.words like $9 and e.words like $10 and e.words like $11
                                  and e.words like $12 and e.words like $13)"),
            page_looked_through: statements!(@page $name, $columns, $from, $with, $state, $cause, $since, $key, $parameter,
                " and exists (select 1
                                from search_entry e
                               where e.kind = '", $kind, "' and e.key = ", $found, "
                                 and e.words like $7 and e.words like $8 and e.words like $9
                                 and e.words like $10 and e.words like $11 and e.words like $12)"),
            oldest: concat!("-- held, ", $name, ": the oldest
                select min(", $since, ") from ", $from, " where ", $state, " and ", $cause, " = $1"),
            count: concat!("-- held, ", $name, ": how many
                select count(*) from ", $from, "
                 where ", $state, " and ", $cause, " = $1 and ", $since, " >= $2 and ", $since, " <= $3"),
            one: concat!("-- held, ", $name, ": one
                select ", $columns, ", ", $cause, " as code
                  from ", $from, " ", $with, "
                 where ", $state, " and ", $key, " = ", $one),
        }
    };
    (@page $name:literal, $columns:literal, $from:literal, $with:literal, $state:literal, $cause:literal,
     $since:literal, $key:literal, $parameter:literal, $($found:literal),*) => {
        concat!("-- held, ", $name, ": page
            select ", $columns, "
              from ", $from, " ", $with, "
             where ", $state, " and ", $cause, " = $1
               and (", $since, ", ", $key, ") < ($2, ", $parameter, ")
               and ", $since, " >= $4 and ", $since, " <= $5", $($found,)* "
             order by ", $since, " desc, ", $key, " desc
             limit $6")
    };
}

macro_rules! deliveries {
    ($name:literal, $state:literal) => {
        statements!(
            $name,
            columns: "d.id as key, l.title as title, d.reason_text as text, d.at as since, d.link_id as link_id,
                      l.company_id as company_id, cast(null as bigint) as deal_id",
            from: "delivery d",
            with: "join link l on l.id = d.link_id",
            state: $state,
            cause: "d.reason_code",
            since: "d.at",
            key: "d.id",
            key_parameter: "$3",
            key_parameter_of_one: "$1",
            found: "link", "d.link_id"
        )
    };
}

macro_rules! companies {
    ($name:literal, $state:literal) => {
        statements!(
            $name,
            columns: "cast(p.company_id as text) as key, p.title as title, coalesce(p.waits_text, '') as text,
                      p.waits_since as since, cast(null as text) as link_id, p.company_id as company_id,
                      cast(null as bigint) as deal_id",
            from: "portal_company p",
            with: "",
            state: $state,
            cause: "p.waits_code",
            since: "p.waits_since",
            key: "p.company_id",
            key_parameter: "cast($3 as bigint)",
            key_parameter_of_one: "cast($1 as bigint)",
            found: "firm", "cast(p.company_id as text)"
        )
    };
}

macro_rules! inquiries {
    ($name:literal, $state:literal) => {
        statements!(
            $name,
            columns: "cast(i.deal_id as text) as key, i.title as title, coalesce(i.reason_text, '') as text,
                      i.held_since as since, cast(null as text) as link_id, i.company_id as company_id,
                      i.deal_id as deal_id",
            from: "inquiry i",
            with: "",
            state: $state,
            cause: "i.reason_code",
            since: "i.held_since",
            key: "i.deal_id",
            key_parameter: "cast($3 as bigint)",
            key_parameter_of_one: "cast($1 as bigint)",
            found: "deal", "cast(i.deal_id as text)"
        )
    };
}

const TO_BITRIX: Statements =
    deliveries!("deliveries to Bitrix24", "d.state = 'parked' and d.side = 'bitrix'");
const TO_ONEC: Statements = deliveries!("deliveries to 1C", "d.state = 'parked' and d.side = 'onec'");
const COMPANY: Statements = companies!(
    "companies",
    "p.waits_code is not null and p.waits_code <> 'no-deal'
     and (p.has_deal = 1 or p.waits_code = 'duplicate-in-portal')"
);
const COMPANY_WITHOUT_DEAL: Statements = companies!(
    "companies without a deal",
    "p.waits_code is not null
     and (p.waits_code = 'no-deal' or (p.has_deal = 0 and p.waits_code <> 'duplicate-in-portal'))"
);
const INQUIRY: Statements =
    inquiries!("inquiries", "i.state in ('waits', 'rejected') and i.state = 'rejected'");
const INQUIRY_WAITING: Statements =
    inquiries!("inquiries that go by themselves", "i.state in ('waits', 'rejected') and i.state = 'waits'");
const DOCUMENT: Statements = statements!(
    "documents",
    columns: "d.onec_ref as key, d.kind || '/' || d.number as title, '' as text, d.waits_since as since,
              cast(null as text) as link_id, i.company_id as company_id,
              coalesce(i.deal_id, d.told_deal) as deal_id",
    from: "document d",
    with: "left join inquiry i on i.onec_ref = d.inquiry_ref",
    state: "d.waits is not null",
    cause: "d.waits",
    since: "d.waits_since",
    key: "d.onec_ref",
    key_parameter: "$3",
    key_parameter_of_one: "$1",
    found: "doc", "d.onec_ref"
);
const DEAL: Statements = statements!(
    "deals",
    columns: "cast(f.deal_id as text) as key, coalesce(i.title, '') as title, coalesce(f.reason_text, '') as text,
              f.since as since, cast(null as text) as link_id, i.company_id as company_id, f.deal_id as deal_id",
    from: "deal_face f",
    with: "left join inquiry i on i.deal_id = f.deal_id",
    state: "f.reason_code is not null",
    cause: "f.reason_code",
    since: "f.since",
    key: "f.deal_id",
    key_parameter: "cast($3 as bigint)",
    key_parameter_of_one: "cast($1 as bigint)",
    found: "deal", "cast(f.deal_id as text)"
);
const CONFLICT: Statements = statements!(
    "conflicts",
    columns: "c.link_id || '/' || c.field as key, l.title as title,
              coalesce(c.onec, '') || '\u{1f}' || coalesce(c.bitrix, '') as text, c.since as since,
              c.link_id as link_id, l.company_id as company_id, cast(null as bigint) as deal_id",
    from: "conflict c",
    with: "join link l on l.id = c.link_id",
    state: "c.since is not null",
    cause: "'conflict'",
    since: "c.since",
    key: "(c.link_id || '/' || c.field)",
    key_parameter: "$3",
    key_parameter_of_one: "$1",
    found: "link", "c.link_id"
);

impl Statements {
    pub(super) fn of(kind: HeldKind) -> &'static Self {
        match kind {
            HeldKind::ToBitrix => &TO_BITRIX,
            HeldKind::ToOneC => &TO_ONEC,
            HeldKind::Company => &COMPANY,
            HeldKind::CompanyWithoutDeal => &COMPANY_WITHOUT_DEAL,
            HeldKind::Conflict => &CONFLICT,
            HeldKind::Inquiry => &INQUIRY,
            HeldKind::InquiryWaiting => &INQUIRY_WAITING,
            HeldKind::Document => &DOCUMENT,
            HeldKind::Deal => &DEAL,
        }
    }
}
