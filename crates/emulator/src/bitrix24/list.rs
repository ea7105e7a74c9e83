//! Lists: filter, order, select and pages of 50.
//! <https://apidocs.bitrix24.com/settings/how-to-call-rest-api/list-methods-pecularities.html>,
//! <https://apidocs.bitrix24.com/settings/performance/huge-data.html>

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::call::{Params, Refusal};
use super::catalog::{Catalog, Field, Kind, Naming, Source};
use super::php::{Array, Php};
use super::table::{Raw, Row, Table};

/// The page of every list; callers cannot change it.
pub(crate) const PAGE: usize = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Test {
    Equal,
    NotEqual,
    Greater,
    GreaterOrEqual,
    Less,
    LessOrEqual,
    /// `%`: the value somewhere inside.
    Contains,
    NotContains,
    /// `=%`: the value with `%` as wildcard.
    Like,
    NotLike,
}

/// Longest prefix first.
const PREFIXES: [(&str, Test); 17] = [
    ("!=%", Test::NotLike),
    ("!%=", Test::NotLike),
    ("!@", Test::NotEqual),
    ("!%", Test::NotContains),
    ("!=", Test::NotEqual),
    (">=", Test::GreaterOrEqual),
    ("<=", Test::LessOrEqual),
    ("=%", Test::Like),
    ("%=", Test::Like),
    ("=@", Test::Equal),
    ("@", Test::Equal),
    ("%", Test::Contains),
    ("=", Test::Equal),
    ("!", Test::NotEqual),
    (">", Test::Greater),
    ("<", Test::Less),
    ("", Test::Equal),
];

#[derive(Clone, Debug)]
struct Condition {
    field: u16,
    test: Test,
    /// Several are «one of these».
    values: Vec<Wanted>,
}

/// A value of a filter, read by the kind of its field.
#[derive(Clone, Debug)]
enum Wanted {
    Empty,
    Int(i64),
    Time(Timestamp),
    Number(f64),
    Text(String),
    /// Nothing is equal to it, as to a word where a number should be.
    Nonsense,
}

#[derive(Clone, Debug)]
enum Clause {
    One(Condition),
    All(Vec<Clause>),
    Any(Vec<Clause>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Start {
    /// -1: no total, no next.
    Uncounted,
    At(usize),
}

/// What a list method was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Query {
    filter: Vec<Clause>,
    order: Vec<(u16, bool)>,
    start: Start,
}

/// A page.
pub(crate) struct Page<'a> {
    pub(crate) rows: Vec<&'a Row>,
    pub(crate) total: i64,
    pub(crate) next: Option<i64>,
}

impl Query {
    /// For old methods: names that the catalog does not know are dropped without a word, `logic` too.
    pub(crate) fn old(params: Params<'_>, catalog: &Catalog, zone: &TimeZone) -> Result<Self, Refusal> {
        let order = params.array("order")?;
        let filter = params.array("filter")?;
        let clauses = filter
            .iter()
            .filter_map(|(key, value)| condition(&key.to_string(), value, catalog, Naming::Old, zone))
            .map(Clause::One)
            .collect();
        let order = order
            .iter()
            .filter_map(|(key, way)| {
                let (at, _) = catalog.find(&key.to_string(), Naming::Old)?;
                Some((at, way.as_text().is_some_and(|way| way.eq_ignore_ascii_case("desc"))))
            })
            .collect();
        Ok(Self { filter: clauses, order, start: start(params.get("start"), true) })
    }

    /// For `crm.item.list`: unknown names are errors, `logic` and nesting work.
    pub(crate) fn item(
        params: &Array,
        catalog: &Catalog,
        naming: Naming,
        zone: &TimeZone,
    ) -> Result<Self, Refusal> {
        let nothing = Array::default();
        let filter = match params.get("filter") {
            None | Some(Php::Null) => &nothing,
            Some(value) => {
                value.as_array().ok_or_else(|| Refusal::hundred("Parameter filter must be array"))?
            }
        };
        let order = params.get("order").and_then(Php::as_array).unwrap_or(&nothing);
        let mut sorted = Vec::new();
        for (key, way) in order.iter() {
            let key = key.to_string();
            let Some((at, _)) = catalog.find(&key, naming) else {
                return Err(invalid(format!("Invalid order: field '{key}' is not allowed in order")));
            };
            let way = way.as_text().unwrap_or_default();
            if !way.eq_ignore_ascii_case("asc") && !way.eq_ignore_ascii_case("desc") {
                return Err(invalid(format!(
                    "Invalid order: allowed sort directions are ASC, DESC. But got '{way}' for field '{key}'"
                )));
            }
            sorted.push((at, way.eq_ignore_ascii_case("desc")));
        }
        let clauses = clauses(filter, catalog, naming, zone)?;
        Ok(Self { filter: clauses, order: sorted, start: start(params.get("start"), false) })
    }

    /// Whether the answer carries `total`.
    fn is_counted(&self) -> bool {
        self.start != Start::Uncounted
    }

    /// The ids of `field` that the filter asks for, when it asks for single ones.
    pub(crate) fn ids_of(&self, field: &str, catalog: &Catalog) -> Option<Vec<i64>> {
        let field = catalog.index_of(field)?;
        self.conditions().find_map(|condition| condition.ints(field))
    }

    fn conditions(&self) -> impl Iterator<Item = &Condition> {
        self.filter.iter().filter_map(|clause| if let Clause::One(one) = clause { Some(one) } else { None })
    }

    /// Takes the page out of the table. `hint` are the only ids that can match, when the caller knows them.
    pub(crate) fn page<'a>(&self, table: &'a Table, hint: Option<Vec<i64>>) -> Page<'a> {
        let backwards = match self.order.as_slice() {
            [] => Some(false),
            [(at, desc), ..] if is_id(table, *at) => Some(*desc),
            _ => None,
        };
        let (skip, take) = match self.start {
            Start::Uncounted => (0, PAGE),
            Start::At(at) => (at, PAGE),
        };
        let candidates = self.candidates(table, hint);
        let matching = candidates.filter(|row| self.filter.iter().all(|one| holds(table, row, one)));
        // Without a count, in natural order, the first 50 are enough: that is why start=-1 is quick.
        let mut rows: Vec<&Row> = match backwards {
            Some(false) if !self.is_counted() => matching.take(take).collect(),
            Some(true) if !self.is_counted() => matching.rev().take(take).collect(),
            Some(true) => matching.rev().collect(),
            Some(false) => matching.collect(),
            None => {
                let mut rows: Vec<&Row> = matching.collect();
                rows.sort_by(|a, b| self.compare(table, a, b));
                rows
            }
        };
        let found = rows.len();
        let total = if self.is_counted() { i64::try_from(found).unwrap_or(i64::MAX) } else { 0 };
        rows = rows.into_iter().skip(skip).take(take).collect();
        let after = skip + rows.len();
        let next = (self.is_counted() && after < found).then(|| i64::try_from(after).unwrap_or(i64::MAX));
        Page { rows, total, next }
    }

    fn compare(&self, table: &Table, a: &Row, b: &Row) -> Ordering {
        for (at, desc) in &self.order {
            let Some(field) = table.catalog.at(*at) else { continue };
            let ordering = raw_order(&a.raw(*at, field), &b.raw(*at, field));
            if ordering != Ordering::Equal {
                return if *desc { ordering.reverse() } else { ordering };
            }
        }
        a.id.cmp(&b.id)
    }

    /// Rows that can match, by the narrowest thing the filter names, ordered by id.
    fn candidates<'a>(&self, table: &'a Table, hint: Option<Vec<i64>>) -> Candidates<'a> {
        let by_ids = |ids: Vec<i64>| -> Candidates<'a> {
            let ids: BTreeSet<i64> = ids.into_iter().collect();
            Box::new(ids.into_iter().filter_map(|id| table.get(id)))
        };
        if let Some(ids) = hint {
            return by_ids(ids);
        }
        let (mut id_window, mut owner_window) = (Window::ALL, Window::ALL);
        for condition in self.conditions() {
            let Some(field) = table.catalog.at(condition.field) else { continue };
            match field.source {
                Source::Id => {
                    if let Some(ids) = condition.ints(condition.field) {
                        return by_ids(ids);
                    }
                    id_window.narrow(condition);
                }
                Source::Owner => {
                    if let Some(owners) = condition.ints(condition.field) {
                        return by_ids(owners.into_iter().flat_map(|owner| table.of_owner(owner)).collect());
                    }
                    owner_window.narrow(condition);
                }
                Source::Cell if condition.test == Test::Equal => {
                    let found: Option<Vec<i64>> = condition
                        .values
                        .iter()
                        .map(|wanted| match wanted {
                            Wanted::Text(text) => table.by_text(condition.field, text),
                            _ => None,
                        })
                        .collect::<Option<Vec<_>>>()
                        .map(|lists| lists.concat());
                    if let Some(ids) = found {
                        return by_ids(ids);
                    }
                }
                _ => {}
            }
        }
        if owner_window.is_narrow() {
            return by_ids(table.owned(owner_window.from, owner_window.to));
        }
        Box::new(table.range(id_window.from, id_window.to))
    }
}

type Candidates<'a> = Box<dyn DoubleEndedIterator<Item = &'a Row> + 'a>;

fn is_id(table: &Table, at: u16) -> bool {
    table.catalog.at(at).is_some_and(|field| field.source == Source::Id)
}

/// A window of ids, both ends included.
struct Window {
    from: i64,
    to: i64,
}

impl Window {
    const ALL: Self = Self { from: i64::MIN, to: i64::MAX };

    fn is_narrow(&self) -> bool {
        self.from > i64::MIN || self.to < i64::MAX
    }

    fn narrow(&mut self, condition: &Condition) {
        let [Wanted::Int(value)] = condition.values.as_slice() else { return };
        match condition.test {
            Test::Greater => self.from = self.from.max(value.saturating_add(1)),
            Test::GreaterOrEqual => self.from = self.from.max(*value),
            Test::Less => self.to = self.to.min(value.saturating_sub(1)),
            Test::LessOrEqual => self.to = self.to.min(*value),
            _ => {}
        }
    }
}

impl Condition {
    fn ints(&self, field: u16) -> Option<Vec<i64>> {
        if self.field != field || self.test != Test::Equal {
            return None;
        }
        self.values
            .iter()
            .map(|wanted| match wanted {
                Wanted::Int(value) => Some(*value),
                // An empty id is nobody's id; 0 has no row.
                Wanted::Empty | Wanted::Nonsense => Some(i64::MIN),
                _ => None,
            })
            .collect()
    }
}

fn invalid(text: String) -> Refusal {
    Refusal::coded(400, "INVALID_ARG_VALUE", text)
}

fn start(value: Option<&Php>, whole_pages: bool) -> Start {
    match value.map_or(0, Php::as_int) {
        negative if negative < 0 => Start::Uncounted,
        at => {
            let at = usize::try_from(at).unwrap_or(0);
            // Old methods turn `start` into a number of page.
            Start::At(if whole_pages { at / PAGE * PAGE } else { at })
        }
    }
}

fn split_prefix(key: &str) -> (Test, &str) {
    PREFIXES
        .iter()
        .find_map(|(prefix, test)| key.strip_prefix(prefix).map(|name| (*test, name)))
        .unwrap_or((Test::Equal, key))
}

fn condition(
    key: &str,
    value: &Php,
    catalog: &Catalog,
    naming: Naming,
    zone: &TimeZone,
) -> Option<Condition> {
    let (test, name) = split_prefix(key);
    let (at, field) = catalog.find(name, naming)?;
    // «The LIKE filter does not work with fields of type crm_status».
    let test = match (field.kind, test) {
        (Kind::Status | Kind::Multi, Test::Contains | Test::Like) if naming == Naming::Old => Test::Equal,
        (_, test) => test,
    };
    let values = match value {
        Php::Array(list) => list.values().map(|value| wanted(value, field, zone)).collect(),
        one => vec![wanted(one, field, zone)],
    };
    Some(Condition { field: at, test, values })
}

fn clauses(
    filter: &Array,
    catalog: &Catalog,
    naming: Naming,
    zone: &TimeZone,
) -> Result<Vec<Clause>, Refusal> {
    let mut clauses = Vec::new();
    for (key, value) in filter.iter() {
        let key = key.to_string();
        if key.eq_ignore_ascii_case("logic") {
            continue;
        }
        if key.parse::<u32>().is_ok() {
            let inner = value.as_array().ok_or_else(|| invalid_value(&key))?;
            let nested = self::clauses(inner, catalog, naming, zone)?;
            clauses.push(if is_or(inner) { Clause::Any(nested) } else { Clause::All(nested) });
            continue;
        }
        let (_, name) = split_prefix(&key);
        let Some(condition) = condition(&key, value, catalog, naming, zone) else {
            return Err(invalid(format!("Invalid filter: field '{name}' is not allowed in filter")));
        };
        if condition.values.iter().any(|value| matches!(value, Wanted::Nonsense)) {
            return Err(invalid_value(name));
        }
        clauses.push(Clause::One(condition));
    }
    if is_or(filter) {
        return Ok(vec![Clause::Any(clauses)]);
    }
    Ok(clauses)
}

fn is_or(filter: &Array) -> bool {
    filter.get_any_case("logic").and_then(Php::as_text).is_some_and(|logic| logic.eq_ignore_ascii_case("or"))
}

fn invalid_value(name: &str) -> Refusal {
    invalid(format!("Invalid filter: field '{name}' has invalid value"))
}

fn wanted(value: &Php, field: &Field, zone: &TimeZone) -> Wanted {
    let text = value.as_text().unwrap_or_default();
    if text.is_empty() {
        return Wanted::Empty;
    }
    match field.kind {
        Kind::Int | Kind::User => text.trim().parse().map_or(Wanted::Nonsense, Wanted::Int),
        Kind::Time => moment(&text, zone).map_or(Wanted::Nonsense, Wanted::Time),
        Kind::Number | Kind::Amount => text.trim().parse().map_or(Wanted::Nonsense, Wanted::Number),
        _ => Wanted::Text(text),
    }
}

/// ISO 8601, with the portal's zone where none is written.
pub(crate) fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    if let Ok(at) = text.parse::<Timestamp>() {
        return Some(at);
    }
    let local: DateTime = text.replace(' ', "T").parse().ok()?;
    local.to_zoned_datetime(zone.clone()).ok().map(|zoned| zoned.timestamp())
}

fn holds(table: &Table, row: &Row, clause: &Clause) -> bool {
    match clause {
        Clause::All(clauses) => clauses.iter().all(|clause| holds(table, row, clause)),
        Clause::Any(clauses) => clauses.iter().any(|clause| holds(table, row, clause)),
        Clause::One(condition) => {
            let Some(field) = table.catalog.at(condition.field) else { return true };
            let raw = row.raw(condition.field, field);
            let any =
                |test: fn(&Raw<'_>, &Wanted) -> bool| condition.values.iter().any(|value| test(&raw, value));
            match condition.test {
                Test::Equal => any(equal),
                Test::NotEqual => !any(equal),
                Test::Greater => any(|raw, value| order(raw, value) == Some(Ordering::Greater)),
                Test::GreaterOrEqual => any(|raw, value| order(raw, value).is_some_and(Ordering::is_ge)),
                Test::Less => any(|raw, value| order(raw, value) == Some(Ordering::Less)),
                Test::LessOrEqual => any(|raw, value| order(raw, value).is_some_and(Ordering::is_le)),
                Test::Contains => any(contains),
                Test::NotContains => !any(contains),
                Test::Like => any(like),
                Test::NotLike => !any(like),
            }
        }
    }
}

fn equal(raw: &Raw<'_>, wanted: &Wanted) -> bool {
    match (raw, wanted) {
        (Raw::Empty | Raw::Int(0), Wanted::Empty) => true,
        (Raw::Many(values), Wanted::Empty) => values.is_empty(),
        (Raw::Many(values), Wanted::Text(text)) => values.iter().any(|value| value == text),
        _ => order(raw, wanted) == Some(Ordering::Equal),
    }
}

fn order(raw: &Raw<'_>, wanted: &Wanted) -> Option<Ordering> {
    match (raw, wanted) {
        (Raw::Int(a), Wanted::Int(b)) => Some(a.cmp(b)),
        (Raw::Time(a), Wanted::Time(b)) => Some(a.as_second().cmp(&b.as_second())),
        (Raw::Number(a), Wanted::Number(b)) => a.partial_cmp(b),
        (Raw::Text(a), Wanted::Text(b)) => Some(a.as_ref().cmp(b.as_str())),
        _ => None,
    }
}

fn raw_order(a: &Raw<'_>, b: &Raw<'_>) -> Ordering {
    match (a, b) {
        (Raw::Int(a), Raw::Int(b)) => a.cmp(b),
        (Raw::Time(a), Raw::Time(b)) => a.cmp(b),
        (Raw::Number(a), Raw::Number(b)) => a.total_cmp(b),
        (Raw::Text(a), Raw::Text(b)) => a.cmp(b),
        (Raw::Empty, Raw::Empty) => Ordering::Equal,
        (Raw::Empty, _) => Ordering::Less,
        (_, Raw::Empty) => Ordering::Greater,
        _ => Ordering::Equal,
    }
}

fn contains(raw: &Raw<'_>, wanted: &Wanted) -> bool {
    match (raw, wanted) {
        (Raw::Text(text), Wanted::Text(part)) => text.to_lowercase().contains(&part.to_lowercase()),
        (Raw::Int(number), Wanted::Int(part)) => number.to_string().contains(&part.to_string()),
        _ => false,
    }
}

/// SQL LIKE with `%` alone.
fn like(raw: &Raw<'_>, wanted: &Wanted) -> bool {
    let (Raw::Text(text), Wanted::Text(pattern)) = (raw, wanted) else { return equal(raw, wanted) };
    let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
    let parts: Vec<&str> = pattern.split('%').collect();
    let [first, middle @ .., last] = parts.as_slice() else { return text == pattern };
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}
