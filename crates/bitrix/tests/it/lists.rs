//! Long lists against a shelf of rows that filters and pages as the portal does.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use bitrix::wire::{Address, Company, Requisite};
use bitrix::{BATCH_COMMANDS_MAX, CallError, Client, Denial, Listing, Lost, PAGE_ROWS, Pages};
use serde_json::{Value, json};

use crate::encoding::{Php, parse_str};
use crate::portal::{self, Portal};

/// Rows of one list method, and faults to come.
#[derive(Clone)]
struct Shelf {
    rows: Vec<Value>,
    items: bool,
    /// Errors that the next commands answer instead.
    faults: Arc<Mutex<Vec<Fault>>>,
    log: Arc<Mutex<Vec<String>>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    BusyRequest,
    BrokenRequest,
    CommandNotRun,
    CommandBroken,
    CommandDenied,
}

impl Shelf {
    fn of(rows: impl IntoIterator<Item = Value>) -> Self {
        let rows = rows.into_iter().collect();
        Self { rows, items: false, faults: Arc::default(), log: Arc::default() }
    }

    fn companies(ids: impl IntoIterator<Item = i64>) -> Self {
        Self::of(ids.into_iter().map(|id| json!({ "ID": id.to_string(), "TITLE": format!("Компания {id}") })))
    }

    fn failing(self, faults: impl IntoIterator<Item = Fault>) -> Self {
        self.faults.lock().expect("the faults").extend(faults);
        self
    }

    async fn open(self) -> (Portal, Client) {
        let portal = Portal::answering(move |method, body| self.answer(method, &body)).await;
        let client = portal.client();
        (portal, client)
    }

    fn answer(&self, method: &str, body: &Value) -> axum::http::Response<axum::body::Body> {
        assert_eq!(method, "batch");
        let commands = body["cmd"].as_object().expect("commands");
        assert!(commands.len() <= BATCH_COMMANDS_MAX);
        if self.fails(Fault::BusyRequest) {
            return portal::json(503, &json!({ "error": "QUERY_LIMIT_EXCEEDED", "error_description": "" }));
        }
        if self.fails(Fault::BrokenRequest) {
            return portal::text(502, "<html>502</html>");
        }
        let mut result = json!({ "result": {}, "result_error": {}, "result_total": {}, "result_next": {} });
        for (key, line) in commands {
            let (_, query) = line.as_str().expect("a line").split_once('?').expect("arguments");
            self.log.lock().expect("the log").push(query.to_owned());
            if self.fails(Fault::CommandNotRun) {
                continue;
            }
            if self.fails(Fault::CommandBroken) {
                result["result_error"][key] =
                    json!({ "error": "INTERNAL_SERVER_ERROR", "error_description": "" });
                continue;
            }
            if self.fails(Fault::CommandDenied) {
                result["result_error"][key] = json!({ "error": "", "error_description": "Access denied." });
                continue;
            }
            let (rows, total) = self.list(&parse_str(query));
            result["result"][key] = if self.items { json!({ "items": rows }) } else { json!(rows) };
            result["result_total"][key] = json!(total);
        }
        portal::json(200, &json!({ "result": result }))
    }

    fn fails(&self, fault: Fault) -> bool {
        let mut faults = self.faults.lock().expect("the faults");
        let place = faults.iter().position(|next| *next == fault);
        place.map(|place| faults.remove(place)).is_some()
    }

    /// Filters `>`, `<=`, `@` and equality, order by the key, fifty rows, total unless `start` is -1.
    fn list(&self, args: &Php) -> (Vec<Value>, usize) {
        let conditions = args.at("filter").map(Php::entries).unwrap_or_default();
        let mut rows: Vec<Value> = self.rows.clone();
        for (name, value) in conditions {
            let field = name.trim_start_matches(['>', '<', '=', '@']);
            let bound = || value.text(&[]).parse::<i64>().expect("a number");
            rows.retain(|row| match name.trim_end_matches(field) {
                ">" => number(row, field) > bound(),
                "<=" => number(row, field) <= bound(),
                "@" => value.entries().iter().any(|(_, value)| value.text(&[]) == plain(&row[field])),
                _ => value.text(&[]) == plain(&row[field]),
            });
        }
        let order = args.at("order").map(Php::entries).unwrap_or_default();
        let (key, direction) = order.first().expect("an order");
        rows.sort_by_key(|row| number(row, key) * if direction.text(&[]) == "DESC" { -1 } else { 1 });
        let total = if args.text(&["start"]) == "-1" { 0 } else { rows.len() };
        rows.truncate(PAGE_ROWS);
        (rows, total)
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn number(row: &Value, field: &str) -> i64 {
    plain(&row[field]).parse().expect("a number")
}

async fn ids(mut pages: Pages, field: &str) -> Result<Vec<i64>, CallError> {
    let mut ids = Vec::new();
    while let Some(rows) = pages.next().await? {
        assert!(
            !rows.is_empty() && rows.len() <= BATCH_COMMANDS_MAX * PAGE_ROWS,
            "{} rows on a page",
            rows.len()
        );
        ids.extend(rows.iter().map(|row| number(row, field)));
    }
    assert_eq!(pages.next().await?, None, "the end stays the end");
    ids.sort_unstable();
    Ok(ids)
}

async fn check(shelf: Shelf, expected: &[i64], requests: usize) {
    let (portal, client) = shelf.open().await;
    let seen = ids(client.pages(Company::listing()), "ID").await.expect("rows");
    assert_eq!(seen, expected);
    assert_eq!(portal.requests(), requests);
}

fn range(from: i64, to: i64) -> Vec<i64> {
    (from..=to).collect()
}

#[tokio::test]
async fn a_short_list_costs_one_request() {
    check(Shelf::companies([]), &[], 1).await;
    check(Shelf::companies([7, 9_000_000]), &[7, 9_000_000], 1).await;
}

#[tokio::test]
async fn ten_thousand_rows_with_dense_ids_cost_six_requests() {
    // One to learn the extent, four of 2,500 ids, one for what may have been added meanwhile.
    check(Shelf::companies(1..=10_000), &range(1, 10_000), 6).await;
    check(Shelf::companies(500_001..=500_060), &range(500_001, 500_060), 2).await;
}

#[tokio::test]
async fn sparse_ids_are_read_page_by_page() {
    let sparse: Vec<i64> = (1..=120).map(|n| n * 100_000).collect();
    check(Shelf::companies(sparse.clone()), &sparse, 1 + 3).await;
    let exact: Vec<i64> = (1..=100).map(|n| n * 100_000).collect();
    check(Shelf::companies(exact.clone()), &exact, 1 + 3).await;
}

#[tokio::test]
async fn the_ways_can_be_chosen() {
    let (portal, client) = Shelf::companies(1..=120).open().await;
    assert_eq!(ids(client.pages_by_id(Company::listing()), "ID").await.expect("rows"), range(1, 120));
    assert_eq!(portal.requests(), 3);
    let windows = client.pages_by_windows(Company::listing(), 11, 110);
    assert_eq!(ids(windows, "ID").await.expect("rows"), range(11, 110));
    assert_eq!(portal.requests(), 4);
}

#[tokio::test]
async fn rows_inside_items_with_numeric_ids_are_read_alike() {
    let rows = (1..=130).map(|id| json!({ "id": id, "entityTypeId": 4 }));
    let (_portal, client) = Shelf { items: true, ..Shelf::of(rows) }.open().await;
    let seen = ids(client.pages(Listing::items(4)), "id").await.expect("rows");
    assert_eq!(seen, range(1, 130));
}

#[tokio::test]
async fn rows_come_typed() {
    let (_portal, client) = Shelf::companies([3, 5]).open().await;
    let companies: Vec<Company> = client.pages(Company::listing()).all_as().await.expect("companies");
    let titles: BTreeSet<_> = companies.iter().map(|company| (company.id, company.title.as_str())).collect();
    assert_eq!(titles, BTreeSet::from([(3, "Компания 3"), (5, "Компания 5")]));
}

#[tokio::test]
async fn rows_of_given_owners_are_asked_for_fifty_owners_at_a_time() {
    // Three requisites each: more rows than fit on the page of one command.
    let rows = (1..=600).map(|id| json!({ "ID": id, "ENTITY_TYPE_ID": "4", "ENTITY_ID": (id - 1) / 3 + 1 }));
    let (portal, client) = Shelf::of(rows).open().await;

    let seen =
        ids(client.pages_of(Requisite::listing(), "ENTITY_ID", 1_i64..=100), "ID").await.expect("rows");

    assert_eq!(seen, range(1, 300));
    assert!(portal.requests() <= 4, "{} requests", portal.requests());
}

#[tokio::test]
async fn addresses_have_no_id_and_are_read_by_their_owners() {
    let address = |owner: i64, kind: i64| json!({ "TYPE_ID": kind.to_string(), "ENTITY_TYPE_ID": "8", "ENTITY_ID": owner.to_string() });
    let both = (1..=200).flat_map(|owner| [address(owner, 1), address(owner, 6), address(owner, 8)]);
    let (portal, client) = Shelf::of(both).open().await;

    let seen = ids(client.pages(Address::listing()), "ENTITY_ID").await.expect("addresses");

    let twice: Vec<i64> = (1..=200).flat_map(|owner| [owner, owner]).collect();
    assert_eq!(seen, twice, "the legal and the actual one of each, the postal one of none");
    assert_eq!(portal.requests(), 2);
}

#[tokio::test]
async fn addresses_that_overflow_a_page_are_asked_for_again_in_halves() {
    let rows =
        (1..=60).flat_map(|owner| (1..=4).map(move |kind| json!({ "TYPE_ID": kind, "ENTITY_ID": owner })));
    let (_portal, client) = Shelf::of(rows).open().await;
    let listing = || Listing::new("crm.address.list").keyed_by("ENTITY_ID", 25);
    let expected: Vec<i64> = (1..=60).flat_map(|owner| [owner; 4]).collect();

    assert_eq!(ids(client.pages(listing()), "ENTITY_ID").await.expect("addresses"), expected);
    let by_owner = client.pages_of(listing(), "ENTITY_ID", 1_i64..=60);
    assert_eq!(ids(by_owner, "ENTITY_ID").await.expect("addresses"), expected);
}

#[tokio::test]
async fn a_list_survives_bad_weather() {
    use Fault::{BrokenRequest, BusyRequest, CommandBroken, CommandNotRun};
    let faults = [BusyRequest, BrokenRequest, CommandNotRun, CommandBroken, CommandNotRun];
    let (_portal, client) = Shelf::companies(1..=400).failing(faults).open().await;
    assert_eq!(ids(client.pages(Company::listing()), "ID").await.expect("rows"), range(1, 400));
}

#[tokio::test]
async fn a_list_that_is_denied_stops_at_once() {
    let (portal, client) = Shelf::companies(1..=400).failing([Fault::CommandDenied]).open().await;
    let error = ids(client.pages(Company::listing()), "ID").await.expect_err("denied");
    assert!(matches!(error, CallError::Denied { why: Denial::Rights, .. }), "{error}");
    assert_eq!(portal.requests(), 1);
}

#[tokio::test]
async fn a_portal_that_never_runs_a_command_is_not_asked_for_ever() {
    let (portal, client) = Shelf::companies(1..=10).failing([Fault::CommandNotRun; 1000]).open().await;
    let error = ids(client.pages(Company::listing()), "ID").await.expect_err("no progress");
    assert!(matches!(error, CallError::Unclear { why: Lost::NoResult { .. }, .. }), "{error}");
    assert!(portal.requests() < 10);
}

#[tokio::test]
async fn after_an_error_the_same_list_goes_on_where_it_was() {
    let (_portal, client) = Shelf::companies(1..=400).failing([Fault::BrokenRequest; 6]).open().await;
    let mut pages = client.pages_by_windows(Company::listing(), 1, 400);
    let mut seen = Vec::new();
    let mut errors = 0;
    loop {
        match pages.next().await {
            Ok(Some(rows)) => seen.extend(rows.iter().map(|row| number(row, "ID"))),
            Ok(None) => break,
            Err(_) => errors += 1,
        }
    }
    seen.sort_unstable();
    assert_eq!((errors, seen), (1, range(1, 400)));
}

#[tokio::test]
async fn several_lists_share_their_requests_and_only_full_ones_go_on() {
    let (portal, client) = Shelf::companies(1..=120).open().await;
    let mut lists = client.lists();
    let all = lists.add(Company::listing());
    let some = lists.add_of(Company::listing(), "ID", 31_i64..=80);
    let one = lists.add(Company::listing().filter("TITLE", "Компания 7"));
    let none = lists.add(Company::listing().filter("TITLE", "нет такой"));
    assert_eq!([all, some, one, none], [0, 1, 2, 3]);

    let mut seen = vec![Vec::new(); 4];
    while let Some(pages) = lists.next().await.expect("pages") {
        for page in pages {
            let list = page.list;
            seen[list].extend(page.parse::<Company>().expect("companies").iter().map(|company| company.id));
        }
    }
    assert_eq!(seen, [range(1, 120), range(31, 80), vec![7], vec![]]);
    assert_eq!(portal.requests(), 3, "as many as the longest list has pages");
}

#[tokio::test]
async fn rows_without_an_id_come_once_in_every_way_to_ask_for_them() {
    // Four an owner: the end of a page cuts some owner in two.
    let rows = (1..=60)
        .flat_map(|owner| (1..=4).map(move |kind| json!({ "TYPE_ID": kind, "ENTITY_ID": owner * 1000 })));
    let (portal, client) = Shelf::of(rows).open().await;
    let listing = || Listing::new("crm.address.list").keyed_by("ENTITY_ID", 12);
    let mut lists = client.lists();
    lists.add(listing());
    lists.add_of(listing(), "ENTITY_ID", (1_i64..=60).map(|owner| owner * 1000));
    lists.add_windows(listing(), 1, 60_000);
    let mut owners = vec![Vec::new(); 3];
    while let Some(pages) = lists.next().await.expect("pages") {
        for page in pages {
            owners[page.list].extend(page.rows.iter().map(|row| number(row, "ENTITY_ID")));
        }
    }
    let expected: Vec<i64> = (1..=60).flat_map(|owner| [owner * 1000; 4]).collect();
    for owners in &mut owners {
        owners.sort_unstable();
    }
    assert_eq!(owners, [expected.clone(), expected.clone(), expected]);
    assert_eq!(portal.requests(), 5000_usize.div_ceil(50) + 1);
}

#[tokio::test]
async fn several_lists_survive_bad_weather_without_losing_or_doubling_a_row() {
    use Fault::{BrokenRequest, BusyRequest, CommandBroken, CommandNotRun};
    let faults = [CommandNotRun, BrokenRequest, CommandBroken, BusyRequest, CommandNotRun];
    let (_portal, client) = Shelf::companies(1..=120).failing(faults).open().await;
    let mut lists = client.lists();
    lists.add(Company::listing());
    lists.add_of(Company::listing(), "ID", 1_i64..=10);
    let mut seen = Vec::new();
    while let Some(pages) = lists.next().await.expect("pages") {
        seen.extend(pages.iter().flat_map(|page| &page.rows).map(|row| number(row, "ID")));
    }
    seen.sort_unstable();
    let mut expected = range(1, 120);
    expected.extend(range(1, 10));
    expected.sort_unstable();
    assert_eq!(seen, expected);
}

#[tokio::test]
async fn only_the_first_request_counts_rows() {
    let shelf = Shelf::companies(1..=400);
    let log = Arc::clone(&shelf.log);
    let (_portal, client) = shelf.open().await;
    ids(client.pages(Company::listing()), "ID").await.expect("rows");
    let counted = log.lock().expect("the log").iter().filter(|query| !query.contains("start=-1")).count();
    assert_eq!(counted, 2);
}
