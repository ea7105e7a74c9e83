//! Makes what the portal lacks for Parom. Doing it twice does nothing the second time.

use bitrix::{Args, CallError, Client};
use serde_json::Value;

use crate::code_field::{CODE_FIELD, CODE_TITLE};
use crate::engine::EngineError;
use crate::{Engine, portal};

/// What [`Engine::setup`] found and made.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SetupReport {
    /// What was made, in Russian.
    pub made: Vec<String>,
    /// How many things were right already.
    pub found: usize,
    /// What could not be made and what a person has to do for it, in Russian.
    pub left: Vec<String>,
}

/// A field of a requisite template: its name and the title that people see.
type PresetField = (&'static str, &'static str);

/// What of a legal entity people must be able to see.
const ORGANISATION_FIELDS: &[PresetField] = &[
    ("RQ_INN", "ИНН"),
    ("RQ_COMPANY_NAME", "Сокращённое наименование организации"),
    ("RQ_COMPANY_FULL_NAME", "Полное наименование организации"),
    ("RQ_OGRN", "ОГРН"),
    ("RQ_KPP", "КПП"),
    ("RQ_DIRECTOR", "Ген. директор"),
    ("RQ_ADDR", "Адрес"),
];

/// What of an entrepreneur people must be able to see.
const ENTREPRENEUR_FIELDS: &[PresetField] = &[
    ("RQ_LAST_NAME", "Фамилия"),
    ("RQ_FIRST_NAME", "Имя"),
    ("RQ_SECOND_NAME", "Отчество"),
    ("RQ_INN", "ИНН"),
    ("RQ_OGRNIP", "ОГРНИП"),
    ("RQ_ADDR", "Адрес"),
];

impl Engine {
    /// Adds to the templates «Организация» and «ИП» the fields that Parom fills: a field outside its template is
    /// stored and never seen. Makes the field of a company that shows 1C's code, and the fields of a deal that show
    /// what 1C tells of its inquiry. Subscribes the local application,
    /// where there is one, to offline events.
    pub async fn setup(&self) -> Result<SetupReport, EngineError> {
        let presets = portal::presets(&self.client).await?;
        let mut report = SetupReport::default();
        for (title, preset, fields) in [
            ("Организация", presets.organisation, ORGANISATION_FIELDS),
            ("ИП", presets.entrepreneur, ENTREPRENEUR_FIELDS),
        ] {
            let missing = missing_fields(&self.client, preset, fields).await?;
            report.found += fields.len() - missing.len();
            for (name, field_title) in missing {
                let args = Args::new().set("preset", Args::new().set("ID", preset)).set(
                    "fields",
                    Args::new().set("FIELD_NAME", name).set("FIELD_TITLE", field_title).set("SORT", 500),
                );
                self.client.call("crm.requisite.preset.field.add", &args).await?;
                report.made.push(format!("поле «{field_title}» ({name}) в шаблоне реквизитов «{title}»"));
            }
        }
        if self.make_code_field().await? {
            report.made.push(format!("поле компании «{CODE_TITLE}» ({CODE_FIELD})"));
        } else {
            report.found += 1;
        }
        self.make_deal_fields(&mut report).await?;
        self.set_up_application(&mut report).await;
        Ok(report)
    }

    /// Subscribes the local application to offline events. Without it everything else works.
    async fn set_up_application(&self, report: &mut SetupReport) {
        let Some(application) = self.application() else { return };
        match application.subscribe().await {
            Ok(0) => {}
            Ok(made) => report.made.push(format!("подписка локального приложения на офлайн-события ({made})")),
            Err(CallError::Unauthorised { why, .. }) => report.left.push(format!(
                "подписка на офлайн-события: {why}. Подключить приложение можно и от имени администратора портала по \
                 ссылке {} — при работающем parom serve, если путь обработчика приложения ведёт на /bitrix24/install \
                 Парома",
                application.authorize_url()
            )),
            Err(error) => report.left.push(format!("подписка на офлайн-события: {error}")),
        }
    }
}

/// The fields that a template lacks.
pub(crate) async fn missing_fields(
    client: &Client,
    preset: i64,
    wanted: &[PresetField],
) -> Result<Vec<PresetField>, EngineError> {
    let args = Args::new().set("preset", Args::new().set("ID", preset));
    let rows: Vec<Value> = client.call_as("crm.requisite.preset.field.list", &args).await?;
    let there: Vec<&str> = rows.iter().filter_map(|row| row.get("FIELD_NAME")?.as_str()).collect();
    Ok(wanted.iter().copied().filter(|(name, _)| !there.contains(name)).collect())
}

/// What `doctor` says of the templates.
pub(crate) async fn template_gaps(client: &Client) -> Result<Vec<String>, EngineError> {
    let presets = portal::presets(client).await?;
    let mut gaps = Vec::new();
    for (title, preset, fields) in [
        ("Организация", presets.organisation, ORGANISATION_FIELDS),
        ("ИП", presets.entrepreneur, ENTREPRENEUR_FIELDS),
    ] {
        for (name, field_title) in missing_fields(client, preset, fields).await? {
            gaps.push(format!("в шаблоне реквизитов «{title}» нет поля «{field_title}» ({name})"));
        }
    }
    Ok(gaps)
}
