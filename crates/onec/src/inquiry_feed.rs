//! Deals that 1C polls, and the inquiries that are still open.

use std::borrow::Cow;
use std::sync::Arc;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use domain::{InquiryOffer, Product};
use jiff::tz::TimeZone;
use serde::Deserialize;

use crate::calls::unavailable;
use crate::feed::{Wanted, limit_of};
use crate::problem::{Fault, Problem};
use crate::router::App;
use crate::speech::Answer;
use crate::value::Value;

/// The fields of a polled inquiry: nothing that the settings of a deal add may take their names.
pub(crate) const FIELDS: [&str; 20] = [
    "delivery",
    "action",
    "proposed_ref",
    "deal_id",
    "deal_url",
    "ref",
    "number",
    "title",
    "stage",
    "stage_id",
    "closed",
    "counterparty",
    "amount",
    "currency",
    "responsible",
    "comment",
    "opened_on",
    "closes_on",
    "products",
    "changed_at",
];

/// What 1C has to create or update as «Запрос»; an empty array when there is nothing.
pub(crate) async fn poll(
    State(app): State<Arc<App>>,
    wanted: Result<Query<Wanted>, QueryRejection>,
) -> Result<Answer, Problem> {
    let limit = limit_of(wanted, "inquiries")?;
    let offers = app.ferry.poll_inquiries(limit).await.map_err(|error| unavailable(&error))?;
    let records = offers.into_iter().map(|offer| record(offer, &app.settings.time_zone)).collect();
    Ok(Answer { root: "inquiries", value: Value::List(records) })
}

/// From where and how many.
#[derive(Deserialize)]
pub(crate) struct Page {
    after: Option<String>,
    limit: Option<String>,
}

/// The inquiries that are still open.
pub(crate) async fn open(
    State(app): State<Arc<App>>,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Answer, Problem> {
    let wrong = || {
        let detail =
            "Параметр after должен быть номером сделки. Пример: /1c/v1/open-inquiries?after=0&limit=100";
        Problem::new(Fault::Invalid, detail)
    };
    let Query(Page { after, limit }) = page.map_err(|_| wrong())?;
    let after = match after.as_deref().map(str::trim) {
        None | Some("") => 0,
        Some(digits) => digits.parse::<i64>().ok().filter(|after| *after >= 0).ok_or_else(wrong)?,
    };
    let limit = limit_of(Ok(Query(Wanted { limit })), "open-inquiries")?;
    let open = app.ferry.open_inquiries(after, limit).await.map_err(|error| unavailable(&error))?;
    let records = open.into_iter().map(|inquiry| {
        Value::record([
            ("deal_id", Value::Number(inquiry.deal_id.into())),
            ("ref", Value::text(inquiry.onec_ref.to_string())),
        ])
    });
    Ok(Answer { root: "open_inquiries", value: Value::List(records.collect()) })
}

fn record(offer: InquiryOffer, time_zone: &TimeZone) -> Value {
    let InquiryOffer {
        delivery,
        onec_ref,
        proposed_ref,
        number,
        deal_id,
        deal_url,
        client,
        snapshot,
        changed_at,
    } = offer;
    let mut fields: Vec<(Cow<'static, str>, Value)> = vec![
        ("delivery".into(), Value::text(delivery.to_string())),
        ("action".into(), Value::text(if onec_ref.is_some() { "update" } else { "create" })),
    ];
    match onec_ref {
        Some(onec_ref) => fields.push(("ref".into(), Value::text(onec_ref.to_string()))),
        None => fields.push(("proposed_ref".into(), Value::text(proposed_ref.to_string()))),
    }
    if let Some(number) = number {
        fields.push(("number".into(), Value::Text(number)));
    }
    let day = |day: Option<domain::Date>| Value::text(day.map(|day| day.to_string()).unwrap_or_default());
    let code = client.code.map(|code| ("code", Value::Text(code)));
    let counterparty = [("ref", Value::text(client.onec_ref.to_string()))]
        .into_iter()
        .chain(code)
        .chain([
            ("inn", Value::Text(client.inn)),
            ("kpp", Value::Text(client.kpp)),
            ("company_id", Value::Number(client.company_id.into())),
        ])
        .map(|(name, value)| (Cow::Borrowed(name), value))
        .collect();
    fields.extend([
        ("deal_id".into(), Value::Number(deal_id.into())),
        ("deal_url".into(), Value::Text(deal_url)),
        ("title".into(), Value::Text(snapshot.title)),
        ("stage".into(), Value::Text(snapshot.stage)),
        ("stage_id".into(), Value::Text(snapshot.stage_id)),
        ("closed".into(), Value::Flag(snapshot.closed)),
        ("counterparty".into(), Value::Record(counterparty)),
        ("amount".into(), Value::text(snapshot.amount.map(|amount| amount.to_string()).unwrap_or_default())),
        ("currency".into(), Value::Text(snapshot.currency)),
        (
            "responsible".into(),
            Value::record([
                ("name", Value::Text(snapshot.responsible.name)),
                ("email", Value::Text(snapshot.responsible.email)),
            ]),
        ),
        ("comment".into(), Value::Text(snapshot.comment)),
        ("opened_on".into(), day(snapshot.opened_on)),
        ("closes_on".into(), day(snapshot.closes_on)),
        ("products".into(), Value::List(snapshot.products.into_iter().map(product).collect())),
    ]);
    if let Some(at) = changed_at {
        let at = at.to_zoned_datetime(time_zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string();
        fields.push(("changed_at".into(), Value::Text(at)));
    }
    let extras = snapshot.extras.into_iter().filter(|(name, _)| !FIELDS.contains(&name.as_str()));
    fields.extend(extras.map(|(name, text)| (name.into(), Value::Text(text))));
    Value::Record(fields)
}

fn product(product: Product) -> Value {
    let number = |amount: domain::Amount| Value::text(amount.plain());
    Value::record([
        ("name", Value::Text(product.name)),
        ("article", Value::Text(product.article)),
        ("quantity", number(product.quantity)),
        ("unit", Value::Text(product.unit)),
        ("price", Value::text(product.price.to_string())),
        ("discount", Value::text(product.discount.to_string())),
        ("vat_rate", product.vat_rate.map_or_else(|| Value::text(""), number)),
        ("vat_included", Value::Flag(product.vat_included)),
        ("amount", Value::text(product.amount.to_string())),
    ])
}
