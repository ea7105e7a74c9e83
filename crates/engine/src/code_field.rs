//! The field of a company that shows 1C's code and its deletion mark, «Код в 1С»; and what else a mark does, if a
//! setting says so.
//!
//! Parom alone writes it, and writing the same twice changes nothing, so a lost answer needs no look: the wish stays
//! until the portal has said yes.

use bitrix::{Args, CallError, Chain, Command, Outcome, pack};
use domain::{Link, SignedDuration, Timestamp};
use serde_json::Value;
use store::{CodeToShow, NewTranscript, StoreError, Write};
use tracing::warn;

use crate::Engine;
use crate::engine::EngineError;
use crate::transcript;

/// The field's name in the portal.
pub(crate) const CODE_FIELD: &str = "UF_CRM_PAROM_CODE";
/// The field's title for people.
pub(crate) const CODE_TITLE: &str = "Код в 1С";
/// The cursor that says that `setup` has seen the field in the portal. A portal ignores fields that it does not have,
/// and says yes.
const MADE: &str = "setup-code-field";
/// Companies written in one go: two requests.
const TOGETHER: usize = 100;
/// When an unclear or refused writing is repeated.
const AGAIN_AFTER: SignedDuration = SignedDuration::from_mins(2);
/// Links looked through at a time.
const PAGE: usize = 1000;

fn show_code(company: i64, codes: &[String]) -> Command {
    let args = Args::new()
        .set("id", company)
        .set("fields", Args::new().set(CODE_FIELD, codes.join(", ")))
        .set("params", Args::new().set("REGISTER_SONET_EVENT", "N"));
    Command::new("u", "crm.company.update", args)
}

/// Whether 1C has marked the counterparty for deletion.
pub(crate) fn is_marked(link: &Link) -> bool {
    link.onec.as_ref().is_some_and(|onec| onec.snapshot.deleted == Some(true))
}

/// What the field has to show of a counterparty; `None`: 1C has not told its code.
pub(crate) fn code_of(link: &Link) -> Option<String> {
    let code = link.onec_code.as_deref().map(str::trim).filter(|code| !code.is_empty())?;
    Some(if is_marked(link) {
        format!("{code} (помечен на удаление)")
    } else {
        code.to_owned()
    })
}

/// Has the field written if the counterparty shows another code now than before.
pub(crate) async fn show_new_code(
    write: &mut Write,
    link: &Link,
    before: Option<String>,
    now: Timestamp,
) -> Result<(), StoreError> {
    match (link.company_id, code_of(link)) {
        (Some(company), Some(code)) if Some(&code) != before.as_ref() => {
            write.want_code_shown(&[company], now).await
        }
        _ => Ok(()),
    }
}

impl Engine {
    /// Writes the codes that wait; how many companies show theirs now. Asks nothing of the portal when none wait.
    pub async fn show_codes(&self) -> Result<usize, EngineError> {
        if !self.settings.delete_marked && !self.has_code_field().await? {
            return Ok(0);
        }
        let now = self.clock.now();
        let mut write = self.store.begin().await?;
        let due = write.take_codes_to_show(TOGETHER, now, now + AGAIN_AFTER).await?;
        if due.is_empty() {
            return Ok(0);
        }
        let companies: Vec<i64> = due.iter().map(|code| code.company_id).collect();
        let links = write.links_by_companies(&companies).await?;
        write.commit().await?;
        let mut said = Vec::new();
        let shown = self.write_codes(due, &links, &mut said).await;
        let mut write = self.store.begin().await?;
        write.keep_transcripts(&said, transcript::KEPT_MAX).await?;
        write.code_shown(shown.as_deref().unwrap_or_default()).await?;
        write.commit().await?;
        Ok(shown?.len())
    }

    /// Those that are done with: written, or refused for good.
    async fn write_codes(
        &self,
        due: Vec<CodeToShow>,
        links: &[Link],
        said: &mut Vec<NewTranscript>,
    ) -> Result<Vec<CodeToShow>, CallError> {
        let mut shown = Vec::new();
        let mut asked = Vec::new();
        let mut chains = Vec::new();
        for code in due {
            let of_company: Vec<&Link> =
                links.iter().filter(|link| link.company_id == Some(code.company_id)).collect();
            let codes: Vec<String> = of_company.iter().filter_map(|link| code_of(link)).collect();
            if codes.is_empty() {
                shown.push(code);
                continue;
            }
            let command = if self.settings.delete_marked && of_company.iter().all(|link| is_marked(link)) {
                warn!(
                    company = code.company_id,
                    "A company is deleted: 1C has marked it, and the setting says so"
                );
                Command::new("u", "crm.company.delete", Args::new().set("id", code.company_id))
            } else {
                show_code(code.company_id, &codes)
            };
            asked.push(code);
            chains.push(Chain::of(command).expect("one command with a plain key is a chain"));
        }
        for batch in pack(chains) {
            let at = self.clock.now();
            let answer = self.client.batch(&batch).await;
            for piece in batch.pieces() {
                let company = asked[piece.index].company_id;
                let told = transcript::of_piece(&self.client, piece, &answer);
                let of_company = links.iter().filter(|link| link.company_id == Some(company));
                said.extend(
                    of_company.map(|link| transcript::of_link(link.id, at, self.since(at), told.clone())),
                );
            }
            let answer = answer?;
            for piece in batch.pieces() {
                let code = asked[piece.index];
                match answer.outcome(piece.index, "u") {
                    Outcome::Done(_) => shown.push(code),
                    Outcome::Refused(error) => {
                        let company = code.company_id;
                        warn!(company, error = %error, "The code of 1C could not be shown: {error}");
                        shown.push(code);
                    }
                    Outcome::NotRun => {}
                }
            }
        }
        Ok(shown)
    }

    /// Whether `setup` has made the field.
    pub(crate) async fn has_code_field(&self) -> Result<bool, StoreError> {
        Ok(self.store.cursor(MADE).await?.is_some())
    }

    /// Makes the field where it is missing. Says whether it was. Every company whose code is known gets it.
    pub(crate) async fn make_code_field(&self) -> Result<bool, EngineError> {
        let is_new = !self.is_code_field_there().await?;
        if is_new {
            let label = || Args::new().set("ru", CODE_TITLE);
            let fields = Args::new()
                .set("FIELD_NAME", CODE_FIELD)
                .set("USER_TYPE_ID", "string")
                .set("XML_ID", "PAROM_CODE")
                .set("LABEL", CODE_TITLE)
                .set("EDIT_FORM_LABEL", label())
                .set("LIST_COLUMN_LABEL", label())
                .set("LIST_FILTER_LABEL", label())
                .set("SHOW_FILTER", "Y")
                .set("EDIT_IN_LIST", "N")
                .set("SORT", 500);
            self.client.call("crm.company.userfield.add", &Args::new().set("fields", fields)).await?;
        }
        if is_new || !self.has_code_field().await? {
            self.show_all_codes().await?;
        }
        Ok(is_new)
    }

    /// Whether the portal has the field now.
    pub(crate) async fn is_code_field_there(&self) -> Result<bool, CallError> {
        let args = Args::new().set("filter", Args::new().set("FIELD_NAME", CODE_FIELD));
        let rows: Vec<Value> = self.client.call_as("crm.company.userfield.list", &args).await?;
        Ok(rows.iter().any(|row| row.get("FIELD_NAME").and_then(Value::as_str) == Some(CODE_FIELD)))
    }

    async fn show_all_codes(&self) -> Result<(), StoreError> {
        let now = self.clock.now();
        let mut after = None;
        loop {
            let links = self.store.links_page(after, PAGE).await?;
            let Some(last) = links.last() else { break };
            after = Some(last.id);
            let companies: Vec<i64> = links
                .iter()
                .filter(|link| code_of(link).is_some())
                .filter_map(|link| link.company_id)
                .collect();
            let mut write = self.store.begin().await?;
            write.want_code_shown(&companies, now).await?;
            write.commit().await?;
        }
        let mut write = self.store.begin().await?;
        write.set_cursor(MADE, &now.to_string()).await?;
        write.commit().await
    }
}
