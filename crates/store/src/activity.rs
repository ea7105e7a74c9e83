//! What went across, by hours of UTC: counted in the transaction that brought it about. Days begin where whoever looks is.

use domain::{Date, Side, SignedDuration, Timestamp};
use jiff::tz::TimeZone;

use crate::dialect::Conn;
use crate::{Result, StoreError, Write, codec};

/// What crossed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    /// A counterparty.
    Counterparty,
    /// A deal that is a «Запрос».
    Inquiry,
    /// ТКП, Договор, Счёт.
    Document,
    /// A payment.
    Payment,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Happened {
    /// The side made it.
    Created,
    /// The side had it already; both are one from then on.
    Linked,
    /// The side changed it.
    Updated,
    /// The side had nothing to change.
    Unchanged,
    /// It waits for a person.
    Parked,
}

/// How often something happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActivityCount {
    /// With what.
    pub subject: Subject,
    /// The side that took it, or did not.
    pub side: Side,
    /// What.
    pub happened: Happened,
    /// How often.
    pub count: i64,
}

/// What happened on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ActivityDay {
    /// The day, where whoever looks is.
    pub day: Date,
    /// Sorted; nothing that never happened.
    pub counts: Vec<ActivityCount>,
}

impl ActivityDay {
    /// How often something happened, whichever of `None`.
    pub fn count(&self, subject: Option<Subject>, side: Option<Side>, happened: Option<Happened>) -> i64 {
        let fits = |count: &&ActivityCount| {
            subject.is_none_or(|subject| subject == count.subject)
                && side.is_none_or(|side| side == count.side)
                && happened.is_none_or(|happened| happened == count.happened)
        };
        self.counts.iter().filter(fits).map(|count| count.count).sum()
    }
}

impl Subject {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Counterparty, Self::Inquiry, Self::Document, Self::Payment];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Counterparty => "counterparty",
            Self::Inquiry => "inquiry",
            Self::Document => "document",
            Self::Payment => "payment",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Counterparty => "Контрагенты",
            Self::Inquiry => "Сделки и запросы",
            Self::Document => "Документы",
            Self::Payment => "Оплаты",
        }
    }
}

impl Happened {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Created, Self::Linked, Self::Updated, Self::Unchanged, Self::Parked];

    /// The word that the database keeps.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Linked => "linked",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Parked => "parked",
        }
    }

    /// The words for people.
    pub fn title(self) -> &'static str {
        match self {
            Self::Created => "создано",
            Self::Linked => "связано",
            Self::Updated => "обновлено",
            Self::Unchanged => "без изменений",
            Self::Parked => "ждёт человека",
        }
    }

    /// Reads the word back.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|happened| happened.as_str() == word)
    }
}

reads! {
    /// What happened on the day of `now` and the `days` before it, days being those of `zone`; every day is there, the
    /// oldest first. In zones that are no whole hours from UTC, what happened within the hour of midnight may count for the
    /// day before.
    fn activity(now: Timestamp, days: u32, zone: &TimeZone) -> Vec<ActivityDay>;
}

async fn activity(
    mut conn: Conn<'_>,
    now: Timestamp,
    days: u32,
    zone: &TimeZone,
) -> Result<Vec<ActivityDay>> {
    const SQL: &str = "
        -- activity: of a day
        select what, cast(sum(count) as bigint)
          from activity
         where hour >= $1 and hour < $2
         group by what";
    let mut told = Vec::new();
    let mut day = zone.to_datetime(now).date();
    // What has just happened may be later than the caller's `now`.
    let mut end = i64::MAX;
    for _ in 0..=days {
        let midnight = day.to_zoned_datetime(zone.clone());
        let begin = midnight.map_or(i64::MIN, |midnight| first_hour_from(midnight.timestamp()));
        let rows: Vec<(String, i64)> = on_db!(conn.again(), db => {
            sqlx::query_as(SQL).bind(begin).bind(end).fetch_all(db).await?
        });
        let counts = rows.iter().map(|(what, count)| {
            let (subject, side, happened) = parse(what)?;
            Ok(ActivityCount { subject, side, happened, count: *count })
        });
        let mut counts = counts.collect::<Result<Vec<_>>>()?;
        counts.sort_by_key(|count| (count.subject, count.side, count.happened));
        told.push(ActivityDay { day, counts });
        end = begin;
        day = day.yesterday().unwrap_or(day);
    }
    told.reverse();
    Ok(told)
}

impl Write {
    /// Something happened, and counts if this transaction commits.
    pub fn happened(&mut self, subject: Subject, side: Side, happened: Happened, now: Timestamp) {
        let what = format!("{}/{}/{}", subject.as_str(), side.as_str(), happened.as_str());
        self.count_activity(hour_of(now), what);
    }

    /// Forgets what happened before `before`, by whole hours.
    pub async fn prune_activity(&mut self, before: Timestamp) -> Result<u64> {
        const PRUNE: &str = "
            -- activity: prune
            delete from activity
             where hour < $1";
        Ok(on_db!(self.conn(), db => {
            sqlx::query(PRUNE).bind(hour_of(before)).execute(db).await?.rows_affected()
        }))
    }
}

const HOUR: SignedDuration = SignedDuration::from_hours(1);

fn hour_of(at: Timestamp) -> i64 {
    at.as_second().div_euclid(HOUR.as_secs())
}

/// The first hour that begins then or later.
fn first_hour_from(at: Timestamp) -> i64 {
    hour_of(at - SignedDuration::from_secs(1)) + 1
}

fn parse(what: &str) -> Result<(Subject, Side, Happened)> {
    let unknown = || StoreError::corrupt(format!("`{what}` не событие обмена"));
    let mut words = what.split('/');
    let (Some(subject), Some(side), Some(happened)) = (words.next(), words.next(), words.next()) else {
        return Err(unknown());
    };
    let subject = Subject::ALL.into_iter().find(|known| known.as_str() == subject).ok_or_else(unknown)?;
    Ok((subject, codec::side(side)?, Happened::parse(happened).ok_or_else(unknown)?))
}
