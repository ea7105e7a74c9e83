//! One command of a list: a range of keys, or some values of a field.

use serde_json::Value;

use super::{Listing, PAGE_ROWS};
use crate::answer::as_u64;
use crate::args::{Arg, Args};
use crate::batch::Command;

/// What one command asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Span {
    /// Keys greater than this.
    pub(super) after: Option<i64>,
    /// Keys up to this.
    pub(super) to: Option<i64>,
    /// Only rows with one of these values in this field.
    pub(super) of: Option<(String, Vec<Arg>)>,
}

/// What is left to ask for after an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Rest {
    /// Nothing: the rows are all.
    Nothing,
    /// The rows are good, and there are more.
    Further(Span),
    /// The rows with smaller keys are good; those of this key may not all be here and come again with the rest.
    Below(i64, Span),
    /// More rows than fit on a page and no way to continue: ask for the halves instead and forget these rows.
    Instead(Span, Span),
}

impl Span {
    pub(super) fn after(key: i64) -> Self {
        Self { after: Some(key), to: None, of: None }
    }

    pub(super) fn window(after: i64, to: i64) -> Self {
        Self { after: Some(after), to: Some(to), of: None }
    }

    pub(super) fn of(field: &str, values: Vec<Arg>) -> Self {
        Self { after: None, to: None, of: Some((field.to_owned(), values)) }
    }

    /// Spans for these values, as many in each as the key's width says. Owners usually have one row each: one owner
    /// less, and the page is not full and need not be asked for its rest.
    pub(super) fn of_all(field: &str, values: &[Arg], listing: &Listing) -> Vec<Self> {
        let width = usize::try_from(listing.key.width).unwrap_or(1);
        let are_owners = listing.key.unique && field != listing.key.field;
        let width = if are_owners { width - 1 } else { width }.max(1);
        values.chunks(width).map(|values| Self::of(field, values.to_vec())).collect()
    }

    pub(super) fn command(&self, listing: &Listing, key: String) -> Command {
        let field = &listing.key.field;
        let mut filter = listing.filter.clone();
        if let Some((name, values)) = &self.of {
            filter.push(format!("@{name}"), values.clone());
        }
        if let Some(after) = self.after {
            filter.push(format!(">{field}"), after);
        }
        if let Some(to) = self.to {
            filter.push(format!("<={field}"), to);
        }
        let args = listing.common(filter, "ASC");
        // Without a count the portal answers at once; where rows may overflow, the count is how we know.
        let args = if listing.key.unique { args.set("start", -1) } else { args };
        Command::new(key, listing.method.clone(), args)
    }

    /// What the answer leaves open.
    pub(super) fn rest(&self, listing: &Listing, rows: &[Value], total: Option<u64>) -> Rest {
        if rows.len() < PAGE_ROWS {
            return Rest::Nothing;
        }
        if listing.key.unique {
            let wanted = self.of.as_ref().filter(|(field, _)| *field == listing.key.field);
            if wanted.is_some_and(|(_, values)| rows.len() >= values.len()) {
                return Rest::Nothing;
            }
            let last = rows.iter().filter_map(|row| listing.key_of(row)).max();
            return match last.filter(|last| self.to != Some(*last) && self.after != Some(*last)) {
                Some(last) => Rest::Further(Self { after: Some(last), ..self.clone() }),
                None => Rest::Nothing,
            };
        }
        let complete = total.is_some_and(|total| u64::try_from(rows.len()).is_ok_and(|seen| seen >= total));
        if complete {
            return Rest::Nothing;
        }
        match self.halves() {
            Some((left, right)) => Rest::Instead(left, right),
            None => self.below(listing, rows),
        }
    }

    /// Rows come in the order of their keys, so only the last key can be cut.
    fn below(&self, listing: &Listing, rows: &[Value]) -> Rest {
        let last = rows.iter().filter_map(|row| listing.key_of(row)).max();
        match last {
            Some(last) if self.after.is_some_and(|after| after < last - 1) => {
                Rest::Below(last, Self { after: Some(last - 1), ..self.clone() })
            }
            _ => Rest::Nothing,
        }
    }

    fn halves(&self) -> Option<(Self, Self)> {
        if let Some((name, values)) = &self.of {
            let (left, right) = values.split_at(values.len() / 2);
            return (!left.is_empty())
                .then(|| (Self::of(name, left.to_vec()), Self::of(name, right.to_vec())));
        }
        let (after, to) = (self.after?, self.to?);
        let middle = after + (to - after) / 2;
        (middle > after).then(|| (Self::window(after, middle), Self::window(middle, to)))
    }
}

impl Listing {
    /// Arguments of every command of the list.
    pub(super) fn common(&self, filter: Args, direction: &str) -> Args {
        let mut args = self.args.clone();
        if !filter.is_empty() {
            args.push("filter", filter);
        }
        if !self.select.is_empty() {
            let mut select = self.select.clone();
            if !select.contains(&self.key.field) && !select.iter().any(|field| field == "*") {
                select.insert(0, self.key.field.clone());
            }
            args.push("select", select);
        }
        args.set("order", Args::new().set(self.key.field.clone(), direction))
    }

    /// The key of a row, in either number style.
    pub(super) fn key_of(&self, row: &Value) -> Option<i64> {
        as_u64(row.get(&self.key.field)?).and_then(|key| i64::try_from(key).ok())
    }
}

/// The rows of an answer: the result itself, or the list inside it (`items`, `productRows`, …). PHP writes a
/// list whose keys have gaps as an object.
pub(super) fn rows(result: Value) -> Vec<Value> {
    match result {
        Value::Array(rows) => rows,
        Value::Object(mut map) => {
            if let Some(items) = map.remove("items") {
                return rows(items);
            }
            if map.len() == 1
                && let Some(Value::Array(_)) = map.values().next()
            {
                return map.into_iter().flat_map(|(_, list)| rows(list)).collect();
            }
            map.into_iter().map(|(_, row)| row).filter(Value::is_object).collect()
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn full_page(last: i64) -> Vec<Value> {
        (0..50).map(|n| json!({ "ID": (last - 49 + n).to_string(), "ENTITY_ID": last })).collect()
    }

    #[test]
    fn a_window_that_is_full_to_its_end_is_not_asked_again() {
        let listing = Listing::new("crm.company.list");
        assert_eq!(Span::window(0, 50).rest(&listing, &full_page(50), None), Rest::Nothing);
        let further = Span { after: Some(50), to: Some(99), of: None };
        assert_eq!(Span::window(0, 99).rest(&listing, &full_page(50), None), Rest::Further(further));
    }

    #[test]
    fn fifty_ids_that_are_all_there_are_not_asked_again() {
        let listing = Listing::new("crm.company.list");
        let ids: Vec<Arg> = (1_i64..=51).map(Arg::from).collect();
        let spans = Span::of_all("ID", &ids, &listing);
        assert_eq!(spans.len(), 2);
        assert_eq!(spans[0].rest(&listing, &full_page(50), None), Rest::Nothing);
        let owners = Span::of_all("ENTITY_ID", &ids, &listing);
        assert_eq!(owners[0].of.as_ref().map(|(_, values)| values.len()), Some(49));
        assert_ne!(owners[0].rest(&listing, &full_page(50), None), Rest::Nothing);
    }

    #[test]
    fn a_portal_that_ignores_the_filter_does_not_keep_us_for_ever() {
        let listing = Listing::new("crm.company.list");
        assert_eq!(Span::after(50).rest(&listing, &full_page(50), None), Rest::Nothing);
    }

    #[test]
    fn rows_that_share_a_key_and_overflow_are_asked_for_in_halves() {
        let listing = Listing::new("crm.address.list").keyed_by("ENTITY_ID", 25);
        let window = Span::window(100, 125);
        assert_eq!(window.rest(&listing, &full_page(1), Some(50)), Rest::Nothing);
        let halves = Rest::Instead(Span::window(100, 112), Span::window(112, 125));
        assert_eq!(window.rest(&listing, &full_page(1), Some(61)), halves);
        assert_eq!(Span::window(100, 101).rest(&listing, &full_page(1), Some(61)), Rest::Nothing);
    }

    #[test]
    fn rows_are_found_wherever_the_method_puts_them() {
        let row = json!({ "id": 1 });
        assert_eq!(rows(json!([row])), vec![row.clone()]);
        assert_eq!(rows(json!({ "items": [row] })), vec![row.clone()]);
        assert_eq!(rows(json!({ "productRows": [row] })), vec![row.clone()]);
        assert_eq!(rows(json!({ "3": row, "7": row })), vec![row.clone(), row]);
        assert!(rows(json!([])).is_empty() && rows(Value::Null).is_empty());
    }
}
