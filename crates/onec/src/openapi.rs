//! The OpenAPI document of the calls that are served: for people with tools that read such documents.
//! What it says of fields, lengths and problems comes from the tables by which the calls work.

use domain::{Field, ReceiptStatus, ReceiptTaken};
use serde_json::{Map, Value, json};

use crate::body::RECORDS_MAX;
use crate::calls::{HELLO_MISSING_MAX, HELLO_TEXT_MAX};
use crate::counterparty::{
    ACCOUNT_NUMBER_MAX, BANK_NAME_MAX, BIK_MAX, CODE_MAX, EMAIL_MAX, KINDS, LIST_MAX, PHONE_MAX, longest,
};
use crate::feed::POLL_LIMIT;
use crate::ferry::{ObjectKind, ObjectState, TakenStatus};
use crate::problem::{Fault, type_uri};
use crate::router::BASE_PATH;
use crate::value::element_of;

/// The document; `docs/openapi.json` is a copy of it.
pub fn openapi() -> Value {
    json!({
        "openapi": "3.1.0",
        "info": {
            "title": "Parom для 1С",
            "version": "1",
            "description": "Договор между Parom и 1С; правила словами — в docs/onec-api.md. Здесь только те \
                            вызовы, которые обслуживаются.",
            "license": { "name": "MIT", "identifier": "MIT" }
        },
        "servers": [{ "url": BASE_PATH }],
        "security": [{ "basic": [] }],
        "paths": {
            "/ping": { "get": call("ping", "Проверка связи, логина и часов", &Takes::Nothing, "Ping") },
            "/hello": { "post": call("hello", "Обработка 1С представляется", &Takes::Body("Hello"), "Greeting") },
            "/counterparties": { "get": call(
                "pollCounterparties",
                "Что 1С должна создать или обновить; пусто — пустой массив",
                &Takes::Query(json!([{
                    "name": "limit", "in": "query", "required": false,
                    "schema": { "type": "integer", "minimum": 1, "maximum": RECORDS_MAX, "default": POLL_LIMIT }
                }])),
                "OfferedCounterparties",
            ), "post": call(
                "showCounterparties",
                "1С показывает контрагентов: первая загрузка и каждое изменение после неё",
                &Takes::Body("Counterparties"),
                "Results",
            ) },
            "/receipts": { "post": call(
                "sendReceipts",
                "Что стало с каждой доставкой",
                &Takes::Body("Receipts"),
                "ReceiptResults",
            ) },
            "/state": { "get": call("state", "Что Parom знает об объекте 1С", &Takes::Query(query()), "State") }
        },
        "components": {
            "securitySchemes": { "basic": { "type": "http", "scheme": "basic" } },
            "parameters": { "platform": {
                "name": "X-Parom-Platform", "in": "header", "required": false,
                "description": "8.2: отвечать всегда статусом 200; отказ — документ с корнем problem (XML) или \
                                с полем problem: true (JSON)",
                "schema": { "type": "string", "examples": ["8.2"] }
            } },
            "responses": { "problem": {
                "description": "Вызов не выполнен целиком",
                "content": {
                    "application/problem+json": { "schema": reference("Problem") },
                    "application/problem+xml": { "schema": reference("Problem") }
                }
            } },
            "schemas": schemas()
        }
    })
}

/// What a call takes.
enum Takes {
    Nothing,
    Body(&'static str),
    Query(Value),
}

fn call(id: &str, summary: &str, takes: &Takes, answer: &str) -> Value {
    let mut parameters = vec![json!({ "$ref": "#/components/parameters/platform" })];
    let mut call = json!({
        "operationId": id,
        "summary": summary,
        "responses": {
            "200": { "description": "Выполнено", "content": content(answer) },
            "default": { "$ref": "#/components/responses/problem" }
        }
    });
    match takes {
        Takes::Nothing => {}
        Takes::Body(schema) => call["requestBody"] = json!({ "required": true, "content": content(schema) }),
        Takes::Query(query) => parameters.extend(query.as_array().into_iter().flatten().cloned()),
    }
    call["parameters"] = parameters.into();
    call
}

fn content(schema: &str) -> Value {
    json!({
        "application/json": { "schema": reference(schema) },
        "application/xml": { "schema": reference(schema) }
    })
}

fn query() -> Value {
    let kinds: Vec<_> = ObjectKind::ALL.into_iter().map(ObjectKind::as_str).collect();
    json!([
        { "name": "kind", "in": "query", "required": true, "schema": { "type": "string", "enum": kinds } },
        { "name": "ref", "in": "query", "required": true, "schema": guid() }
    ])
}

fn schemas() -> Value {
    let states = [
        ObjectState::Unknown,
        ObjectState::Waiting(String::new()),
        ObjectState::Delivered,
        ObjectState::Parked(String::new()),
    ];
    let states: Vec<_> = states.iter().map(ObjectState::as_str).collect();
    let statuses: Vec<_> = TakenStatus::ALL.into_iter().map(TakenStatus::as_str).collect();
    let kinds: Vec<_> = ObjectKind::ALL.into_iter().map(ObjectKind::as_str).collect();
    let types: Vec<_> = Fault::ALL.iter().map(|fault| type_uri(*fault)).collect();
    json!({
        "Ping": object("ping", &["version", "time"], json!({
            "version": { "type": "string" },
            "time": { "type": "string", "format": "date-time" }
        })),
        "Hello": object("hello", &[], hello()),
        "Greeting": object("ping", &["version", "time", "show_all"], json!({
            "version": { "type": "string" },
            "time": { "type": "string", "format": "date-time" },
            "show_all": {
                "type": "boolean",
                "description": "true: показать всех контрагентов снова, изменённых и неизменённых, до следующего hello"
            }
        })),
        "Counterparties": list("counterparties", &reference("Counterparty"), RECORDS_MAX),
        "Counterparty": object("counterparty", &["ref"], counterparty()),
        "BankAccount": object("bank_account", &[], json!({
            "number": text("расчётный счёт", ACCOUNT_NUMBER_MAX),
            "bank_name": text("наименование банка", BANK_NAME_MAX),
            "bik": text("БИК", BIK_MAX),
            "correspondent_account": text("корреспондентский счёт", ACCOUNT_NUMBER_MAX),
            "main": { "type": "boolean" }
        })),
        "Results": list("results", &reference("Result"), RECORDS_MAX),
        "Result": object("result", &["ref", "status", "message"], json!({
            "ref": { "type": "string", "description": "как прислала 1С" },
            "status": { "type": "string", "enum": statuses },
            "message": { "type": "string", "description": "что исправить; пусто, если нечего сказать" }
        })),
        "OfferedCounterparties": list("counterparties", &reference("OfferedCounterparty"), RECORDS_MAX),
        "OfferedCounterparty": object("counterparty", &["delivery", "action", "changed"], offered()),
        "Receipts": list("receipts", &reference("Receipt"), RECORDS_MAX),
        "Receipt": object("receipt", &["delivery", "status"], json!({
            "delivery": { "type": "string", "description": "номер доставки из опроса" },
            "status": { "type": "string", "enum": ReceiptStatus::ALL.map(ReceiptStatus::as_str) },
            "ref": guid(),
            "code": text("код", CODE_MAX),
            "message": { "type": "string", "description": "почему отклонено" }
        })),
        "ReceiptResults": list("results", &reference("ReceiptResult"), RECORDS_MAX),
        "ReceiptResult": object("result", &["delivery", "status", "message"], json!({
            "delivery": { "type": "string", "description": "как прислала 1С" },
            "status": { "type": "string", "enum": ReceiptTaken::ALL.map(ReceiptTaken::as_str) },
            "message": { "type": "string", "description": "что исправить; пусто, если нечего сказать" }
        })),
        "State": object("state", &["kind", "ref", "state", "reason"], json!({
            "kind": { "type": "string", "enum": kinds },
            "ref": { "type": "string" },
            "state": { "type": "string", "enum": states },
            "reason": { "type": "string", "description": "почему; пусто, если нечего сказать" }
        })),
        "Problem": object("problem", &["type", "title", "status", "detail"], json!({
            "problem": { "type": "boolean", "const": true, "description": "только для X-Parom-Platform: 8.2 в JSON" },
            "type": { "type": "string", "enum": types },
            "title": { "type": "string" },
            "status": { "type": "integer" },
            "detail": { "type": "string", "description": "что случилось, с чем, что делать" }
        }))
    })
}

fn hello() -> Value {
    json!({
        "adapter": text("версия обработки", HELLO_TEXT_MAX),
        "platform": text("версия платформы", HELLO_TEXT_MAX),
        "compatibility_mode": text("режим совместимости", HELLO_TEXT_MAX),
        "configuration": text("имя конфигурации", HELLO_TEXT_MAX),
        "configuration_version": text("версия конфигурации", HELLO_TEXT_MAX),
        "missing": list("missing", &text("чего нет в метаданных", HELLO_TEXT_MAX), HELLO_MISSING_MAX)
    })
}

fn counterparty() -> Value {
    let kinds: Vec<_> = KINDS.iter().map(|(word, _)| *word).collect();
    let mut fields = Map::new();
    fields.insert("ref".to_owned(), guid());
    fields.insert("code".to_owned(), text("код", CODE_MAX));
    for field in Field::ALL {
        let mut schema = match field {
            Field::Kind => json!({ "type": "string", "enum": kinds, "description": field.title() }),
            Field::BankAccounts => list(field.as_str(), &reference("BankAccount"), LIST_MAX),
            Field::Phones => list(field.as_str(), &text("телефон", PHONE_MAX), LIST_MAX),
            Field::Emails => list(field.as_str(), &text("адрес", EMAIL_MAX), LIST_MAX),
            Field::Name
            | Field::FullName
            | Field::Inn
            | Field::Kpp
            | Field::Ogrn
            | Field::Ogrnip
            | Field::LegalAddress
            | Field::ActualAddress
            | Field::Director => text(field.title(), longest(field)),
        };
        if schema["type"] == "array" {
            schema["type"] = json!(["array", "null"]);
        }
        fields.insert(field.as_str().to_owned(), schema);
    }
    fields.insert("deleted".to_owned(), json!({ "type": "boolean", "description": "пометка удаления" }));
    let moment = "когда изменён в 1С; без смещения — в [onec].time_zone";
    fields.insert("changed_at".to_owned(), json!({ "type": "string", "description": moment }));
    fields.into()
}

/// What a poll brings: every field of a counterparty, and what only Parom knows.
fn offered() -> Value {
    let mut fields = counterparty();
    let names: Vec<_> = Field::ALL.into_iter().map(Field::as_str).collect();
    fields["delivery"] = json!({ "type": "string", "description": "номер доставки для квитанции" });
    fields["action"] = json!({ "type": "string", "enum": ["create", "update"] });
    fields["proposed_ref"] = guid();
    fields["company_id"] = json!({ "type": "integer" });
    fields["requisite_id"] = json!({ "type": "integer" });
    fields["changed"] = list("changed", &json!({ "type": "string", "enum": names }), names.len());
    fields
}

fn object(root: &str, required: &[&str], properties: Value) -> Value {
    let mut schema = json!({ "type": "object", "xml": { "name": root }, "required": required });
    schema["properties"] = properties;
    schema
}

fn list(name: &str, items: &Value, longest: usize) -> Value {
    let mut items = items.clone();
    // In XML the elements of a list stand inside an element of the list.
    items["xml"] = json!({ "name": element_of(name) });
    json!({ "type": "array", "maxItems": longest, "items": items, "xml": { "name": name, "wrapped": true } })
}

fn text(description: &str, longest: usize) -> Value {
    json!({ "type": ["string", "null"], "maxLength": longest, "description": description })
}

fn guid() -> Value {
    json!({ "type": "string", "format": "uuid", "description": "GUID объекта 1С, в любом регистре" })
}

fn reference(schema: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{schema}") })
}
