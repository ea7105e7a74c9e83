//! Makes the fields of deals that the portal lacks, and says what is wrong with those that people have chosen.

use bitrix::{Args, CallError};
use domain::ReasonCode;
use tracing::info;

use super::fields::DealField;
use super::schema::{Schema, Unfit};
use crate::Engine;
use crate::engine::EngineError;
use crate::setup::SetupReport;

impl Engine {
    /// Makes every field of a deal that is missing and has our own name. Others are left to people.
    pub(crate) async fn make_deal_fields(&self, report: &mut SetupReport) -> Result<(), EngineError> {
        let fields = &self.settings.deal_fields;
        let now = self.clock.now();
        let before = Schema::ask(&self.client, now).await?;
        for (field, name) in fields.all() {
            match before.unfit(fields, field) {
                None => report.found += 1,
                Some(Unfit::Missing) if name == field.default_name() => {
                    self.make_deal_field(field, name).await?;
                    info!(field = name, "A field of deals was made");
                    report.made.push(format!("поле сделки «{}» ({name})", field.title()));
                }
                Some(_) => {}
            }
        }
        let mut schema = self.schema.lock().await;
        *schema = Schema::ask(&self.client, now).await?;
        report.left.extend(schema.gaps(fields));
        drop(schema);
        let mut write = self.store.begin().await?;
        write.hurry_faces(ReasonCode::FieldMissing, now).await?;
        write.commit().await?;
        self.wake_faces();
        Ok(())
    }

    async fn make_deal_field(&self, field: DealField, name: &str) -> Result<(), CallError> {
        let label = || Args::new().set("ru", field.title());
        let args = Args::new()
            .set("FIELD_NAME", name)
            .set("USER_TYPE_ID", field.kind())
            .set("XML_ID", name.trim_start_matches("UF_CRM_"))
            .set("MULTIPLE", field.document().is_some())
            .set("LABEL", field.title())
            .set("EDIT_FORM_LABEL", label())
            .set("LIST_COLUMN_LABEL", label())
            .set("LIST_FILTER_LABEL", label())
            .set("SHOW_FILTER", field.document().is_none())
            // Employees add files of their own beside those of 1C; what 1C alone knows they only read.
            .set("EDIT_IN_LIST", field.document().is_some())
            .set("SORT", 500);
        self.client.call("crm.deal.userfield.add", &Args::new().set("fields", args)).await.map(drop)
    }

    /// What is wrong with the fields of deals, in Russian, each with its cure.
    pub(crate) async fn deal_field_gaps(&self) -> Result<Vec<String>, CallError> {
        let schema = Schema::ask(&self.client, self.clock.now()).await?;
        Ok(schema.gaps(&self.settings.deal_fields))
    }
}
