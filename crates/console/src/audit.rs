//! What every action leaves behind. An action begins by [`Viewer::begin`](crate::guard::Viewer::begin), which writes
//! who is about to do what; only the [`Audit`] that it returns can be made into an answer.

use std::sync::Arc;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum_extra::routing::TypedPath;
use domain::AuditId;
use engine::DeedError;
use store::{AuditEntry, AuditResult};

use crate::failure::Failure;
use crate::flash::Flash;
use crate::gate::Visitor;
use crate::page::Page;
use crate::state::Console;

macro_rules! acts {
    ($( $(#[$doc:meta])* $name:ident = $word:literal, $title:literal; )*) => {
        /// What people can do. A new action adds a line here.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Act { $( $(#[$doc])* $name, )* }

        impl Act {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];
            /// The word that the database keeps.
            pub const fn as_str(self) -> &'static str { match self { $(Self::$name => $word,)* } }
            /// For people.
            pub const fn title(self) -> &'static str { match self { $(Self::$name => $title,)* } }
            /// Reads the word back.
            pub fn parse(word: &str) -> Option<Self> { match word { $($word => Some(Self::$name),)* _ => None } }
        }
    };
}

acts! {
    /// Came in.
    SignedIn = "signed-in", "вход";
    /// Went.
    SignedOut = "signed-out", "выход";
    /// Ended all sessions.
    SignedOutEverywhere = "signed-out-everywhere", "выход на всех устройствах";
    /// A new password for oneself.
    ChangedPassword = "changed-password", "смена своего пароля";
    /// A new user.
    AddedPerson = "added-person", "новый пользователь";
    /// Another role.
    ChangedRole = "changed-role", "другая роль";
    /// Blocked somebody.
    BlockedPerson = "blocked-person", "вход закрыт";
    /// Let somebody in again.
    UnblockedPerson = "unblocked-person", "вход открыт";
    /// A new password for somebody else.
    ResetPassword = "reset-password", "сброс пароля";
    /// Tried again what waits.
    Retried = "retried", "повтор передачи";
    /// Gave up what waits.
    GaveUp = "gave-up", "снятие с передачи";
    /// Took the value of one side.
    TookValue = "took-value", "выбор значения";
    /// Sent a record again.
    SentAgain = "sent-again", "повторная отправка";
    /// Parted the two sides of a record.
    Unlinked = "unlinked", "разрыв связи";
    /// Joined a record to a company.
    Joined = "joined", "связь с компанией";
    /// Took a choice back.
    Undid = "undid", "отмена решения";
    /// Had the deal shown again what 1C told.
    ShownAgain = "shown-again", "повторный показ в сделке";
    /// Had everything looked at.
    Examined = "examined", "проверка всего";
    /// Asked for silence.
    Muted = "muted", "тишина";
    /// Ended a silence.
    Unmuted = "unmuted", "конец тишины";
    /// Tried the channels of alerts.
    TestedAlerts = "tested-alerts", "проверка предупреждений";
    /// Tried again all of a cause.
    RetriedAll = "retried-all", "повтор всех с одной причиной";
    /// Gave up all of a cause.
    GaveUpAll = "gave-up-all", "снятие всех с одной причиной";
    /// Ended a job.
    CancelledJob = "cancelled-job", "остановка задания";
    /// Had both sides compared.
    Reconciled = "reconciled", "сверка";
    /// Had sent what a reconciliation found and nobody carried.
    Healed = "healed", "отправка пропущенного";
    /// Had a file planned.
    Planned = "planned", "план загрузки";
    /// Had loaded what was planned.
    Loaded = "loaded", "загрузка";
    /// Asked 1C to show everything.
    AskedOneC = "asked-1c", "просьба к 1С показать всё";
    /// Had the portal's fields made.
    MadeFields = "made-fields", "поля в портале";
    /// Wrote the settings at the first start.
    WroteSettings = "wrote-settings", "настройки записаны";
    /// Something was asked for that is not allowed.
    Refused = "refused", "отказ";
}

/// An action that has begun.
#[must_use = "an action ends by `done` or `refused`"]
pub(crate) struct Audit {
    console: Console,
    entry: AuditId,
    visitor: Arc<Visitor>,
}

/// The answer of an action. Exists only if the audit knows how the action ended.
pub(crate) struct Acted(Answer);

enum Answer {
    Go { to: String, flash: Flash },
    Show(Page),
    Plain(Response),
}

/// Marks the answer of an action that the audit knows.
#[derive(Clone, Copy)]
pub(crate) struct Recorded;

impl Audit {
    pub(crate) async fn begin(
        console: &Console,
        visitor: &Arc<Visitor>,
        act: Act,
        subject: String,
    ) -> Result<Self, Failure> {
        let entry = write(console, visitor, act, &subject, AuditResult::Begun, "").await?;
        *visitor.open_audit.lock().expect("no holder of the entry panics") = Some(entry);
        Ok(Self { console: console.clone(), entry, visitor: Arc::clone(visitor) })
    }

    /// It is done: `what` came of it, told to the audit and on the page that is shown next.
    pub(crate) async fn done(self, to: &impl TypedPath, what: impl Into<String>) -> Result<Acted, Failure> {
        let what = what.into();
        self.end(AuditResult::Done, &what).await?;
        Ok(Acted(Answer::Go { to: to.to_string(), flash: Flash::done(what) }))
    }

    /// It is done, and the answer is a page that is shown once (a new password) and never stands in the audit.
    pub(crate) async fn done_with(self, what: &str, page: Page) -> Result<Acted, Failure> {
        self.end(AuditResult::Done, what).await?;
        Ok(Acted(Answer::Show(page)))
    }

    /// It is done, and the answer has headers of its own.
    pub(crate) async fn done_by(self, what: &str, answer: Response) -> Result<Acted, Failure> {
        self.end(AuditResult::Done, what).await?;
        Ok(Acted(Answer::Plain(answer)))
    }

    /// It makes no sense: `why`, told to the audit and on the page that is shown next.
    pub(crate) async fn refused(self, to: &impl TypedPath, why: impl Into<String>) -> Result<Acted, Failure> {
        let why = why.into();
        self.end(AuditResult::Refused, &why).await?;
        Ok(Acted(Answer::Go { to: to.to_string(), flash: Flash::problem(why) }))
    }

    /// The engine would not do it, or the database is away.
    pub(crate) async fn not_done(self, to: &impl TypedPath, error: DeedError) -> Result<Acted, Failure> {
        match error {
            DeedError::Store(error) => Err(error.into()),
            refusal => self.refused(to, refusal.to_string()).await,
        }
    }

    async fn end(&self, result: AuditResult, detail: &str) -> Result<(), Failure> {
        self.visitor.open_audit.lock().expect("no holder of the entry panics").take();
        end(&self.console, self.entry, result, detail).await
    }
}

impl IntoResponse for Acted {
    fn into_response(self) -> Response {
        let mut answer = match self.0 {
            Answer::Go { to, flash } => (flash.header(), Redirect::to(&to)).into_response(),
            Answer::Show(page) => (StatusCode::OK, page).into_response(),
            Answer::Plain(answer) => answer,
        };
        answer.extensions_mut().insert(Recorded);
        answer
    }
}

/// Tells how an entry that had begun ended.
pub(crate) async fn end(
    console: &Console,
    entry: AuditId,
    result: AuditResult,
    detail: &str,
) -> Result<(), Failure> {
    let mut write = console.store.begin().await?;
    write.end_audit(entry, result, &short(detail)).await?;
    Ok(write.commit().await?)
}

/// Writes an entry for what never began.
pub(crate) async fn refused(
    console: &Console,
    visitor: &Visitor,
    act: Act,
    subject: &str,
    why: &str,
) -> Result<(), Failure> {
    write(console, visitor, act, subject, AuditResult::Refused, why).await.map(drop)
}

async fn write(
    console: &Console,
    visitor: &Visitor,
    act: Act,
    subject: &str,
    result: AuditResult,
    detail: &str,
) -> Result<AuditId, Failure> {
    let who = (Some(visitor.person.id), visitor.person.login.as_str());
    note(console, who, &visitor.address, act, subject, result, detail).await
}

/// Writes an entry for somebody who need not be signed in.
pub(crate) async fn note(
    console: &Console,
    (person, login): (Option<domain::UserId>, &str),
    address: &str,
    act: Act,
    subject: &str,
    result: AuditResult,
    detail: &str,
) -> Result<AuditId, Failure> {
    let entry = AuditEntry {
        id: console.ids.audit(),
        at: console.now(),
        person,
        login: short(login),
        address: address.to_owned(),
        act: act.as_str().to_owned(),
        subject: short(subject),
        result,
        detail: short(detail),
    };
    let mut write = console.store.begin().await?;
    write.begin_audit(&entry).await?;
    write.commit().await?;
    Ok(entry.id)
}

/// The longest text of an entry, in characters.
const TEXT_MAX: usize = 1000;

fn short(text: &str) -> String {
    text.chars().take(TEXT_MAX).collect()
}
