//! The OpenAPI document of the calls that are served: for people with tools that read such documents.
//! What it says of fields, lengths and problems comes from the tables by which the calls work.

use domain::{DocumentKind, Field, ReceiptStatus, ReceiptTaken};
use serde_json::{Map, Value, json};

use crate::body::RECORDS_MAX;
use crate::calls::{HELLO_MISSING_MAX, HELLO_TEXT_MAX};
use crate::counterparty::{
    ACCOUNT_NUMBER_MAX, BANK_NAME_MAX, BIK_MAX, CODE_MAX, EMAIL_MAX, KINDS, LIST_MAX, PHONE_MAX, longest,
};
use crate::document::FILE_NAME_MAX;
use crate::feed::POLL_LIMIT;
use crate::ferry::{ObjectKind, ObjectState, TakenStatus};
use crate::format::FILE_TYPES;
use crate::inquiry::{NUMBER_MAX, OFFERED, STATUS_MAX};
use crate::payment::LIST_MAX as COMPLETE_MAX;
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
            "/receipts": { "post": call(
                "sendReceipts",
                "Что стало с каждой доставкой",
                &Takes::Body("Receipts"),
                "ReceiptResults",
            ) },
            "/inquiries": { "get": call(
                "pollInquiries",
                "Сделки, по которым 1С должна создать или обновить «Запрос»; пусто — пустой массив",
                &Takes::Query(json!([limit()])),
                "OfferedInquiries",
            ), "post": call(
                "showInquiries",
                "1С сообщает номер, дату, состояние и пометку удаления своих запросов",
                &Takes::Body("Inquiries"),
                "Results",
            ) },
            "/open-inquiries": { "get": call(
                "openInquiries",
                "Запросы, которые ещё открыты, по возрастанию номера сделки",
                &Takes::Query(json!([after(), limit()])),
                "OpenInquiries",
            ) },
            "/documents": { "post": call(
                "showDocuments",
                "1С показывает ТКП, договоры и счета, с файлом PDF или без него",
                &Takes::Body("Documents"),
                "Results",
            ) },
            "/documents/{ref}/content": { "put": call(
                "sendContent",
                "Файл PDF документа, который 1С уже показала; ответ — массив из одного результата",
                &Takes::File(json!([{ "name": "ref", "in": "path", "required": true, "schema": guid() }])),
                "Results",
            ) },
            "/payments": { "post": call(
                "showPayments",
                "1С показывает оплаты, их изменения и отмены",
                &Takes::Body("Payments"),
                "Results",
            ) },
            "/payments/complete": { "post": call(
                "completePayments",
                "Все оплаты запроса: чего в списке нет, больше не считается",
                &Takes::Body("CompletePayments"),
                "Results",
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
    /// A PDF as the body; the parameters are those of the path.
    File(Value),
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
        Takes::File(path) => {
            parameters.extend(path.as_array().into_iter().flatten().cloned());
            let content: Map<_, _> =
                FILE_TYPES.iter().map(|media_type| ((*media_type).to_owned(), json!({}))).collect();
            call["requestBody"] = json!({ "required": true, "content": content });
        }
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

fn after() -> Value {
    json!({
        "name": "after", "in": "query", "required": false,
        "description": "номер последней сделки предыдущего ответа",
        "schema": { "type": "integer", "format": "int64", "minimum": 0, "default": 0 }
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
            "code": text("код, у контрагента", CODE_MAX),
            "number": text("номер, у запроса", NUMBER_MAX),
            "date": date("дата, у запроса"),
            "message": { "type": "string", "description": "почему отклонено" }
        })),
        "ReceiptResults": list("results", &reference("ReceiptResult"), RECORDS_MAX),
        "ReceiptResult": object("result", &["delivery", "status", "message"], json!({
            "delivery": { "type": "string", "description": "как прислала 1С" },
            "status": { "type": "string", "enum": ReceiptTaken::ALL.map(ReceiptTaken::as_str) },
            "message": { "type": "string", "description": "что исправить; пусто, если нечего сказать" }
        })),
        "Inquiries": list("inquiries", &reference("Inquiry"), RECORDS_MAX),
        "Inquiry": object("inquiry", &["ref"], json!({
            "ref": guid(),
            "deal_id": deal(),
            "number": text("номер", NUMBER_MAX),
            "date": date("дата"),
            "status": text("состояние словами 1С", STATUS_MAX),
            "deleted": mark(),
            "changed_at": moment()
        })),
        "OfferedInquiries": list("inquiries", &reference("OfferedInquiry"), RECORDS_MAX),
        "OfferedInquiry": offered_inquiry(),
        "Product": object("product", &[
            "name", "article", "quantity", "unit", "price", "discount", "vat_rate", "vat_included", "amount",
        ], json!({
            "name": { "type": "string" },
            "article": { "type": "string" },
            "quantity": told_amount("сколько"),
            "unit": { "type": "string", "description": "единица измерения" },
            "price": told_amount("цена единицы до скидки"),
            "discount": told_amount("скидка с единицы, деньгами"),
            "vat_rate": told_amount("ставка НДС в процентах; пусто — без НДС"),
            "vat_included": { "type": "boolean", "description": "НДС в цене" },
            "amount": told_amount("сумма строки с НДС")
        })),
        "OpenInquiries": list("open_inquiries", &reference("OpenInquiry"), RECORDS_MAX),
        "OpenInquiry": object("inquiry", &["deal_id", "ref"], json!({
            "deal_id": { "type": "integer", "format": "int64" },
            "ref": guid()
        })),
        "Documents": list("documents", &reference("Document"), RECORDS_MAX),
        "Document": object("document", &["ref"], document()),
        "Payments": list("payments", &reference("Payment"), RECORDS_MAX),
        "Payment": object("payment", &["ref"], payment()),
        "CompletePayments": list("complete", &reference("CompleteList"), RECORDS_MAX),
        "CompleteList": object("list", &["inquiry", "payments"], json!({
            "inquiry": guid(),
            "payments": list("payments", &reference("Payment"), COMPLETE_MAX)
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
    fields.insert("deleted".to_owned(), mark());
    fields.insert("changed_at".to_owned(), moment());
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

fn offered_inquiry() -> Value {
    let texts = |names: &[&str]| {
        let fields = names.iter().map(|name| ((*name).to_owned(), json!({ "type": "string" })));
        Value::Object(fields.collect())
    };
    let mut client = texts(&["code", "inn", "kpp"]);
    client["ref"] = guid();
    client["company_id"] = json!({ "type": "integer", "format": "int64" });
    let mut fields = texts(&["deal_url", "number", "title", "stage", "stage_id", "currency", "comment"]);
    fields["delivery"] = json!({ "type": "string", "description": "номер доставки для квитанции" });
    fields["action"] = json!({ "type": "string", "enum": ["create", "update"] });
    fields["proposed_ref"] = guid();
    fields["ref"] = guid();
    fields["deal_id"] = json!({ "type": "integer", "format": "int64" });
    fields["closed"] = json!({ "type": "boolean" });
    fields["counterparty"] = object("counterparty", &["ref", "inn", "kpp", "company_id"], client);
    fields["amount"] = told_amount("сумма сделки");
    fields["responsible"] = object("responsible", &["name", "email"], texts(&["name", "email"]));
    for (name, title) in [("opened_on", "дата начала"), ("closes_on", "предполагаемая дата закрытия")]
    {
        let description = format!("{title}, 2026-11-23; пусто, если её нет");
        fields[name] = json!({ "type": "string", "description": description });
    }
    fields["products"] = json!({
        "type": "array", "xml": { "name": "products", "wrapped": true },
        "items": { "$ref": "#/components/schemas/Product", "xml": { "name": element_of("products") } }
    });
    fields["changed_at"] =
        json!({ "type": "string", "description": "когда изменена сделка; пусто, если неизвестно" });
    let known_later = ["ref", "proposed_ref", "number"];
    let required: Vec<_> = OFFERED.into_iter().filter(|name| !known_later.contains(name)).collect();
    let mut schema = object("inquiry", &required, fields);
    schema["additionalProperties"] = json!({
        "type": "string", "description": "поля сделки, которым в настройках Parom даны имена"
    });
    schema
}

fn document() -> Value {
    json!({
        "ref": guid(),
        "kind": { "type": "string", "enum": DocumentKind::ALL.map(DocumentKind::as_str) },
        "inquiry": guid(),
        "deal_id": deal(),
        "number": text("номер", NUMBER_MAX),
        "date": date("дата"),
        "amount": amount("сумма"),
        "currency": currency(),
        "file_name": text("имя файла; .pdf добавляется, запретные знаки заменяются на «_»", FILE_NAME_MAX),
        "content": {
            "type": ["string", "null"], "contentEncoding": "base64", "contentMediaType": "application/pdf",
            "description": "PDF не длиннее [onec].document_limit; пробелы и переносы строк допустимы"
        },
        "deleted": mark(),
        "changed_at": moment()
    })
}

fn payment() -> Value {
    json!({
        "ref": guid(),
        "inquiry": guid(),
        "deal_id": deal(),
        "number": text("номер", NUMBER_MAX),
        "date": date("дата"),
        "amount": amount("сумма; у возврата отрицательная"),
        "currency": currency(),
        "cancelled": { "type": "boolean", "description": "отменена: не входит в «Оплачено»" },
        "changed_at": moment()
    })
}

fn deal() -> Value {
    json!({ "type": ["integer", "string", "null"], "description": "номер сделки Битрикс24" })
}

fn date(title: &str) -> Value {
    let description = format!("{title}: 2026-11-23 или 2026-11-23T20:48:00");
    json!({ "type": ["string", "null"], "description": description })
}

fn moment() -> Value {
    let description = "когда изменено в 1С; без смещения — в [onec].time_zone";
    json!({ "type": "string", "description": description })
}

fn amount(title: &str) -> Value {
    json!({ "type": ["string", "number", "null"], "description": title, "examples": ["15000.00"] })
}

/// As Parom writes one.
fn told_amount(title: &str) -> Value {
    json!({ "type": "string", "description": title })
}

fn currency() -> Value {
    json!({ "type": ["string", "null"], "description": "валюта", "examples": ["RUB"] })
}

fn mark() -> Value {
    json!({ "type": "boolean", "description": "пометка удаления" })
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
