//! Figures that the database keeps in the transaction that changes them (triggers of migration 14), so that nobody counts
//! tables to show a page.

use std::collections::BTreeMap;

use domain::{ReasonCode, Side, Timestamp};

use crate::dialect::{Conn, Dialects};
use crate::outbox::reason_code;
use crate::{DocumentFigures, HeldKind, InquiryFigures, Outcomes, Result, codec};

/// How many there are of everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tallies {
    /// Counterparties known to Parom.
    pub links: i64,
    /// Those of them that are known on both shores.
    pub linked: i64,
    /// Counterparties with remarks.
    pub with_remarks: i64,
    /// What waits, by kind and cause; nothing that is nought.
    pub held: Vec<HeldCount>,
    /// Deliveries to 1C.
    pub onec: DeliveryFigures,
    /// Deliveries to Bitrix24.
    pub bitrix: DeliveryFigures,
    /// Inquiries by where they stand.
    pub inquiries: InquiryFigures,
    /// Documents by where they stand.
    pub documents: DocumentFigures,
    /// Payments.
    pub payments: PaymentFigures,
    /// How long each of the small queues is.
    pub(crate) queues: BTreeMap<String, i64>,
}

/// How many things of a kind wait for a cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HeldCount {
    /// What waits.
    pub kind: HeldKind,
    /// Why.
    pub code: ReasonCode,
    /// How many.
    pub count: i64,
}

/// Deliveries to one side.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFigures {
    /// Wait for their time.
    pub due: i64,
    /// Somebody works on them.
    pub leased: i64,
    /// Settled since the beginning, by outcome.
    pub outcomes: Outcomes,
}

/// Payments of 1C that count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PaymentFigures {
    /// All of them.
    pub counted: i64,
    /// Those of them whose deal is not known yet.
    pub unplaced: i64,
}

/// Something that waits for its turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum QueueKind {
    /// Counterparties for Bitrix24.
    ToBitrix,
    /// Counterparties for 1C.
    ToOneC,
    /// Inquiries for 1C.
    Inquiries,
    /// Deals that do not show the newest of 1C.
    Deals,
    /// Records for timelines of deals.
    Notes,
    /// What employees have to be told.
    Tellings,
    /// Companies that have to show 1C's code.
    Codes,
    /// Cards of the portal to be looked at.
    Looks,
}

impl QueueKind {
    /// All of them.
    pub const ALL: [Self; 8] = [
        Self::ToBitrix,
        Self::ToOneC,
        Self::Inquiries,
        Self::Deals,
        Self::Notes,
        Self::Tellings,
        Self::Codes,
        Self::Looks,
    ];

    /// The word for programs.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ToBitrix => "to-bitrix24",
            Self::ToOneC => "to-1c",
            Self::Inquiries => "inquiries",
            Self::Deals => "deals",
            Self::Notes => "notes",
            Self::Tellings => "tellings",
            Self::Codes => "codes",
            Self::Looks => "looks",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::ToBitrix => "Контрагенты в Битрикс24",
            Self::ToOneC => "Контрагенты в 1С",
            Self::Inquiries => "Сделки в 1С",
            Self::Deals => "Документы и оплаты в сделки",
            Self::Notes => "Записи в ленты сделок",
            Self::Tellings => "Уведомления сотрудникам",
            Self::Codes => "Код 1С в карточки компаний",
            Self::Looks => "Карточки на чтение из Битрикс24",
        }
    }
}

/// How long a queue is, and since when its oldest entry could have gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Queue {
    /// Which.
    pub kind: QueueKind,
    /// How many wait, with those that somebody works on.
    pub waiting: i64,
    /// When the oldest of those that nobody works on is or was due. `None`: there are none. In the future: it waits for its
    /// retry.
    pub oldest_due: Option<Timestamp>,
}

impl Tallies {
    /// The figures of deliveries to a side.
    pub fn of(&self, side: Side) -> &DeliveryFigures {
        match side {
            Side::OneC => &self.onec,
            Side::Bitrix => &self.bitrix,
        }
    }

    /// How many things of a kind wait.
    pub fn held_of(&self, kind: HeldKind) -> i64 {
        self.held.iter().filter(|held| held.kind == kind).map(|held| held.count).sum()
    }

    /// How many things wait for a person.
    pub fn needs_person(&self) -> i64 {
        self.held.iter().filter(|held| held.kind.needs_person()).map(|held| held.count).sum()
    }

    /// How many things of these kinds wait for each cause, by the word of the cause.
    pub(crate) fn by_cause(&self, kinds: &[HeldKind]) -> Vec<(ReasonCode, i64)> {
        let mut causes: BTreeMap<&'static str, (ReasonCode, i64)> = BTreeMap::new();
        for held in self.held.iter().filter(|held| kinds.contains(&held.kind)) {
            causes.entry(held.code.as_str()).or_insert((held.code, 0)).1 += held.count;
        }
        causes.into_values().collect()
    }

    fn take(&mut self, name: &str, value: i64) -> Result<()> {
        match name.split('/').collect::<Vec<_>>()[..] {
            ["links"] => self.links = value,
            ["linked"] => self.linked = value,
            ["remarks"] => self.with_remarks = value,
            ["settled", side, outcome] => {
                self.of_mut(codec::side(side)?).outcomes.insert(outcome.to_owned(), value);
            }
            ["delivery", side, "due"] => self.of_mut(codec::side(side)?).due = value,
            ["delivery", side, "leased"] => self.of_mut(codec::side(side)?).leased = value,
            ["held", kind, code] if value != 0 => {
                if let Some(kind) = HeldKind::parse(kind) {
                    self.held.push(HeldCount { kind, code: reason_code(code)?, count: value });
                }
            }
            ["inquiry", "known"] => self.inquiries.known = value,
            ["inquiry", "due" | "handed"] => self.inquiries.under_way += value,
            ["document", "placed"] => self.documents.placed = value,
            ["payment", "placed"] => self.payments.counted += value,
            ["payment", "unplaced"] => {
                self.payments.counted += value;
                self.payments.unplaced = value;
            }
            ["queue", queue] => {
                self.queues.insert(queue.to_owned(), value);
            }
            // A newer version may count more; an older one that reads it need not know.
            _ => {}
        }
        Ok(())
    }

    pub(crate) fn queue(&self, name: &str) -> i64 {
        self.queues.get(name).copied().unwrap_or_default()
    }

    fn of_mut(&mut self, side: Side) -> &mut DeliveryFigures {
        match side {
            Side::OneC => &mut self.onec,
            Side::Bitrix => &mut self.bitrix,
        }
    }
}

reads! {
    /// How many there are of everything. Costs the same however much that is.
    fn tallies() -> Tallies;
    /// How long the queues are, and since when the first of each waits.
    fn queues() -> Vec<Queue>;
}

async fn tallies(conn: Conn<'_>) -> Result<Tallies> {
    read(conn).await
}

pub(crate) async fn read(conn: Conn<'_>) -> Result<Tallies> {
    // PostgreSQL adds what a transaction has changed when that commits; until then it sees its own changes apart.
    const SQL: Dialects = Dialects {
        sqlite: "
        -- tallies: all of them
        select name, value
          from counter",
        postgres: "
        -- tallies: all of them
        select name, cast(sum(value) as bigint)
          from (select name, value
                  from counter
                 union all
                select key, value::bigint
                  from jsonb_each_text(coalesce(nullif(current_setting('parom.tallies', true), ''), '{}')::jsonb)
               ) as known
         group by name",
    };
    let sql = conn.pick(&SQL);
    let rows: Vec<(String, i64)> = on_db!(conn, db => sqlx::query_as(sql).fetch_all(db).await?);
    let mut tallies = Tallies::default();
    for (name, value) in rows {
        tallies.take(&name, value)?;
    }
    tallies.held.sort_by_key(|held| (held.kind, held.code));
    tallies.inquiries.waiting = tallies.held_of(HeldKind::InquiryWaiting);
    tallies.inquiries.rejected = tallies.held_of(HeldKind::Inquiry);
    let documents = |code| -> i64 {
        let of_cause =
            tallies.held.iter().filter(|held| held.kind == HeldKind::Document && held.code == code);
        of_cause.map(|held| held.count).sum()
    };
    tallies.documents.without_content = documents(ReasonCode::NoContent);
    tallies.documents.without_inquiry = documents(ReasonCode::NoInquiry);
    Ok(tallies)
}

async fn queues(mut conn: Conn<'_>) -> Result<Vec<Queue>> {
    const INQUIRIES: &str = "
        -- queue: oldest inquiry
        select at from inquiry where state in ('due', 'handed') and state = 'due' order by at limit 1";
    const DEALS: &str = "
        -- queue: oldest deal
        select due_at from deal_face where due_at is not null order by due_at limit 1";
    const NOTES: &str = "
        -- queue: oldest record for a timeline
        select due_at from deal_note order by due_at limit 1";
    const TELLINGS: &str = "
        -- queue: oldest telling
        select due_at from telling where due_at is not null order by due_at limit 1";
    const CODES: &str = "
        -- queue: oldest code to show
        select due_at from code_to_show order by due_at limit 1";
    const LOOKS: &str = "
        -- queue: oldest look
        select at from look order by at limit 1";
    let tallies = read(conn.again()).await?;
    let mut queues = Vec::with_capacity(QueueKind::ALL.len());
    for kind in QueueKind::ALL {
        let (waiting, sql) = match kind {
            QueueKind::ToBitrix => (tallies.bitrix.due + tallies.bitrix.leased, None),
            QueueKind::ToOneC => (tallies.onec.due + tallies.onec.leased, None),
            QueueKind::Inquiries => (tallies.inquiries.under_way, Some(INQUIRIES)),
            QueueKind::Deals => (tallies.queue("face"), Some(DEALS)),
            QueueKind::Notes => (tallies.queue("note"), Some(NOTES)),
            QueueKind::Tellings => (tallies.queue("telling"), Some(TELLINGS)),
            QueueKind::Codes => (tallies.queue("code"), Some(CODES)),
            QueueKind::Looks => (tallies.queue("look"), Some(LOOKS)),
        };
        let oldest_due = match sql {
            None if kind == QueueKind::ToOneC => oldest_due(conn.again(), Side::OneC).await?,
            None => oldest_due(conn.again(), Side::Bitrix).await?,
            Some(sql) => {
                let row: Option<(i64,)> =
                    on_db!(conn.again(), db => sqlx::query_as(sql).fetch_optional(db).await?);
                row.map(|(at,)| codec::moment(at)).transpose()?
            }
        };
        queues.push(Queue { kind, waiting, oldest_due });
    }
    Ok(queues)
}

/// When the delivery that waits longest is or was due.
pub(crate) async fn oldest_due(conn: Conn<'_>, side: Side) -> Result<Option<Timestamp>> {
    const SQL: &str = "
        -- queue: oldest delivery
        select at
          from delivery
         where side = $1 and state in ('due', 'leased') and state = 'due'
         order by at
         limit 1";
    let row: Option<(i64,)> =
        on_db!(conn, db => sqlx::query_as(SQL).bind(side.as_str()).fetch_optional(db).await?);
    row.map(|(at,)| codec::moment(at)).transpose()
}
