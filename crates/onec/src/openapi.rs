//! The OpenAPI document of the calls that are served: for people with tools that read such documents.
//! What it says of fields, lengths and problems comes from the tables by which the calls work.

use domain::{DocumentKind, Field, ReceiptStatus, ReceiptTaken};
use serde_json::{Map, Value, json};

use crate::body::RECORDS_MAX;
use crate::calls::{HELLO_MISSING_MAX, HELLO_TEXT_MAX};
use crate::counterparty::{
    ACCOUNT_NUMBER_MAX, BANK_NAME_MAX, BIK_MAX, CODE_MAX, EMAIL_MAX, KINDS, LIST_MAX, PHONE_MAX, longest,
};
use crate::feed::POLL_LIMIT;
use crate::ferry::{ObjectKind, ObjectState, TakenStatus};
use crate::papers::{FILE_NAME_MAX, NUMBER_MAX, PAYMENTS_MAX, STATUS_MAX};
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
                &Takes::Query(json!([limit()])),
                "OfferedCounterparties",
            ), "post": call(
                "showCounterparties",
                "1С показывает контрагентов: первая загрузка и каждое изменение после неё",
                &Takes::Body("Counterparties"),
                "Results",
            ) },
            "/inquiries": { "get": call(
                "pollInquiries",
                "Сделки, которые 1С должна создать или обновить как «Запрос»; пусто — пустой массив",
                &Takes::Query(json!([limit()])),
                "OfferedInquiries",
            ), "post": call(
                "showInquiries",
                "1С показывает номер, дату, состояние и пометку удаления своих запросов",
                &Takes::Body("Inquiries"),
                "Results",
            ) },
            "/open-inquiries": { "get": call(
                "openInquiries",
                "Незакрытые запросы по порядку номеров сделок",
                &Takes::Query(json!([{
                    "name": "after", "in": "query", "required": false,
                    "schema": { "type": "integer", "minimum": 0, "default": 0 }
                }, limit()])),
                "OpenInquiries",
            ) },
            "/documents": { "post": call(
                "showDocuments",
                "1С передаёт документы, с содержимым или без него",
                &Takes::Body("Documents"),
                "Results",
            ) },
            "/documents/{ref}/content": { "put": call(
                "putContent",
                "Содержимое документа, байты PDF",
                &Takes::Pdf,
                "Results",
            ) },
            "/payments": { "post": call(
                "showPayments",
                "1С передаёт оплаты, их изменения и отмены",
                &Takes::Body("Payments"),
                "Results",
            ) },
            "/payments/complete": { "post": call(
                "completePayments",
                "Полные списки оплат запросов: чего в списке нет, то больше не считается",
                &Takes::Body("CompletePayments"),
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
    Pdf,
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
        Takes::Pdf => {
            let file = json!({ "schema": { "type": "string", "contentMediaType": "application/pdf" } });
            call["requestBody"] = json!({ "required": true, "content": { "application/pdf": file } });
            parameters.push(json!({ "name": "ref", "in": "path", "required": true, "schema": guid() }));
        }
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

fn limit() -> Value {
    json!({
        "name": "limit", "in": "query", "required": false,
        "schema": { "type": "integer", "minimum": 1, "maximum": RECORDS_MAX, "default": POLL_LIMIT }
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
            "code": text("код контрагента", CODE_MAX),
            "number": text("номер запроса", NUMBER_MAX),
            "date": day("дата запроса"),
            "message": { "type": "string", "description": "почему отклонено" }
        })),
        "OfferedInquiries": list("inquiries", &reference("OfferedInquiry"), RECORDS_MAX),
        "OfferedInquiry": object("inquiry", &["delivery", "action", "deal_id", "counterparty"], offered_inquiry()),
        "Product": object("product", &["name", "quantity", "price", "amount"], json!({
            "name": { "type": "string" }, "article": { "type": "string" },
            "quantity": sum("сколько"), "unit": { "type": "string" },
            "price": sum("цена единицы до скидки"), "discount": sum("скидка с единицы"),
            "vat_rate": { "type": "string", "description": "ставка НДС в процентах; пусто — без НДС" },
            "vat_included": { "type": "boolean" }, "amount": sum("стоимость строки с НДС")
        })),
        "Inquiries": list("inquiries", &reference("Inquiry"), RECORDS_MAX),
        "Inquiry": object("inquiry", &["ref"], json!({
            "ref": guid(), "deal_id": deal(), "number": text("номер", NUMBER_MAX), "date": day("дата"),
            "status": text("состояние", STATUS_MAX),
            "deleted": { "type": "boolean", "description": "пометка удаления" }, "changed_at": changed_at()
        })),
        "OpenInquiries": list("open_inquiries", &reference("OpenInquiry"), RECORDS_MAX),
        "OpenInquiry": object("inquiry", &["deal_id", "ref"], json!({ "deal_id": deal(), "ref": guid() })),
        "Documents": list("documents", &reference("Document"), RECORDS_MAX),
        "Document": object("document", &["ref"], json!({
            "ref": guid(), "kind": { "type": "string", "enum": DocumentKind::ALL.map(DocumentKind::as_str) },
            "inquiry": guid(), "deal_id": deal(), "number": text("номер", NUMBER_MAX), "date": day("дата"),
            "amount": sum("сумма"), "currency": text("код валюты, три буквы", 3),
            "file_name": text("имя файла", FILE_NAME_MAX),
            "content": { "type": ["string", "null"], "contentEncoding": "base64", "contentMediaType": "application/pdf" },
            "deleted": { "type": "boolean", "description": "пометка удаления" }, "changed_at": changed_at()
        })),
        "Payments": list("payments", &reference("Payment"), RECORDS_MAX),
        "Payment": object("payment", &["ref", "amount"], json!({
            "ref": guid(), "inquiry": guid(), "deal_id": deal(), "number": text("номер", NUMBER_MAX),
            "date": day("дата"), "amount": sum("сумма; у возврата отрицательная"),
            "currency": text("код валюты, три буквы", 3),
            "cancelled": { "type": "boolean", "description": "не считается в «Оплачено»" }, "changed_at": changed_at()
        })),
        "CompletePayments": list("complete", &reference("PaymentList"), RECORDS_MAX),
        "PaymentList": object("list", &["inquiry", "payments"], json!({
            "inquiry": guid(), "payments": list("payments", &reference("Payment"), PAYMENTS_MAX)
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

/// What a poll brings of a deal.
fn offered_inquiry() -> Value {
    let word = || json!({ "type": "string" });
    let schema = |field: &str| match field {
        "action" => json!({ "type": "string", "enum": ["create", "update"] }),
        "ref" | "proposed_ref" => guid(),
        "deal_id" => deal(),
        "closed" => json!({ "type": "boolean" }),
        "amount" => sum("сумма сделки"),
        "opened_on" | "closes_on" => day("день"),
        "counterparty" => json!({ "type": "object", "properties": {
            "ref": guid(), "code": word(), "inn": word(), "kpp": word(), "company_id": { "type": "integer" }
        } }),
        "responsible" => json!({ "type": "object", "properties": { "name": word(), "email": word() } }),
        "products" => list("products", &reference("Product"), PRODUCTS_MAX),
        _ => word(),
    };
    let fields: Map<String, Value> =
        crate::inquiry_feed::FIELDS.into_iter().map(|field| (field.to_owned(), schema(field))).collect();
    fields.into()
}

/// Rows of a deal, as many as are ever read.
const PRODUCTS_MAX: usize = 5000;

fn deal() -> Value {
    json!({ "type": ["integer", "null"], "description": "номер сделки в Битрикс24" })
}

fn day(description: &str) -> Value {
    json!({ "type": ["string", "null"], "description": format!("{description}: 2026-11-23; время после даты не мешает") })
}

fn sum(description: &str) -> Value {
    json!({ "type": ["string", "number", "null"], "description": format!("{description}: \"15000.00\"") })
}

fn changed_at() -> Value {
    json!({ "type": "string", "description": "когда изменено в 1С; без смещения — в [onec].time_zone" })
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
