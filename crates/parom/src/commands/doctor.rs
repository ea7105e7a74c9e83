//! `parom doctor`: looks at everything that Parom stands on; every finding comes with its cure.

use engine::{Finding, Severity};
use serde::Serialize;

use crate::Outcome;
use crate::app::App;
use crate::show::{self, Table};

/// For people or for programs.
#[derive(Debug, clap::Args)]
#[command(override_usage = "parom doctor [--json]")]
pub(crate) struct Args {
    /// Вывести JSON для программ
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(args: &Args, app: App) -> anyhow::Result<Outcome> {
    let mut findings = app.engine()?.doctor().await;
    findings.extend(settings(&app));
    if args.json {
        show::json(&findings.iter().map(Line::of).collect::<Vec<_>>())?;
    } else {
        show::say(told(&findings))?;
    }
    let bad = findings.iter().any(|finding| finding.severity == Severity::Bad);
    Ok(if bad { Outcome::Failed } else { Outcome::Done })
}

/// What only the settings themselves can show.
fn settings(app: &App) -> Vec<Finding> {
    let mut findings = Vec::new();
    if let Err(gap) = app.config.onec.password() {
        findings.push(Finding {
            severity: Severity::Bad,
            subject: "Настройки",
            text: gap.to_string(),
            cure: "Без пароля parom serve не запустится.".to_owned(),
        });
    }
    if !app.config.server.listen.ip().is_loopback() {
        findings.push(Finding {
            severity: Severity::Warning,
            subject: "Настройки",
            text: format!("Паром слушает {} и виден из сети без шифрования", app.config.server.listen),
            cure: "Поставьте перед ним прокси с https или оставьте доступ только из своей сети.".to_owned(),
        });
    }
    findings.push(alarmed(app));
    findings
}

/// Whether anybody hears of what goes wrong.
fn alarmed(app: &App) -> Finding {
    let subject = "Предупреждения";
    if app.config.alerts.channels().is_empty() {
        return Finding {
            severity: Severity::Warning,
            subject,
            text: "Никто не узнает, если обмен встанет: не задан ни один канал".to_owned(),
            cure: "Впишите в раздел [alerts] почту, Telegram или сотрудников Битрикс24 и проверьте: parom alerts \
                   test."
                .to_owned(),
        };
    }
    let text = "Есть кому сообщить; доходят ли письма, показывает parom alerts".to_owned();
    Finding { severity: Severity::Good, subject, text, cure: String::new() }
}

fn told(findings: &[Finding]) -> String {
    let mut table = Table::new(["", "Что проверено", "Что найдено", "Что сделать"]);
    for finding in findings {
        let mark = match finding.severity {
            Severity::Good => "хорошо",
            Severity::Warning => "внимание",
            Severity::Bad => "плохо",
        };
        table.row([mark.to_owned(), finding.subject.to_owned(), finding.text.clone(), finding.cure.clone()]);
    }
    table.to_string()
}

/// A finding for programs.
#[derive(Serialize)]
struct Line<'f> {
    severity: &'static str,
    subject: &'static str,
    text: &'f str,
    cure: &'f str,
}

impl<'f> Line<'f> {
    fn of(finding: &'f Finding) -> Self {
        let severity = match finding.severity {
            Severity::Good => "good",
            Severity::Warning => "warning",
            Severity::Bad => "bad",
        };
        Self { severity, subject: finding.subject, text: &finding.text, cure: &finding.cure }
    }
}
