//! Work that takes its time: asked for, worked off, with what it finds.

use std::io::{BufRead, BufReader};

use domain::{Clock, Counterparty, JobId, Kind, Link, OneCRef, ReasonCode, Shown};
use engine::{BadLine, By, Content, Healing, LoadFile, Records, Showing, Task, Which};
use store::HeldKind;

use super::Office;

/// Reads files whose lines are «GUID;название;ИНН».
pub(crate) struct Lines;

impl LoadFile for Lines {
    fn refuses(&self, name: &str) -> Option<String> {
        let is_known = std::path::Path::new(name).extension().is_some_and(|kind| kind == "csv");
        (!is_known).then(|| "Такие файлы не читаются: выгрузите контрагентов в .csv.".to_owned())
    }

    fn open(&self, _: &str, content: &Content) -> Result<Records, String> {
        let lines = BufReader::new(content.reader()).lines();
        Ok(Box::new(lines.map(|line| {
            let line = line.map_err(|error| BadLine { text: error.to_string(), ends: true })?;
            let cells: Vec<&str> = line.split(';').collect();
            let [guid, name, inn] = cells.as_slice() else {
                return Err(BadLine {
                    text: format!("строка «{line}»: нужны три ячейки"), ends: false
                });
            };
            let onec_ref = OneCRef::parse(guid)
                .ok_or_else(|| BadLine { text: format!("«{guid}» не GUID"), ends: false })?;
            let snapshot = Counterparty {
                name: Some((*name).to_owned()),
                inn: Some((*inn).to_owned()),
                kind: Some(Kind::Legal),
                ..Counterparty::default()
            };
            Ok(Showing { onec_ref, code: None, snapshot, changed_at: None, fingerprint: line.clone() })
        })))
    }
}

impl Office {
    /// Olga has everything tried again that waits for one cause; nobody has begun with it.
    pub(crate) async fn job_asked_for(&self) -> JobId {
        let which = Which {
            kind: Some(HeldKind::ToBitrix.as_str().to_owned()),
            reason: Some(ReasonCode::InvalidInn),
            since: None,
        };
        self.engine.start(Task::Retry(which), &By::user("olga")).await.expect("nothing else is open")
    }

    /// All jobs are worked off, or wait for somebody else.
    pub(crate) async fn works(&self) {
        while self.engine.work().await.expect("the database is ours") {}
    }

    /// Both sides show the counterparty differently, and nobody carries it.
    pub(crate) async fn missed(&mut self, name: &str) {
        self.made += 1;
        let mut link = Link::new(self.ids.link());
        link.onec_ref = OneCRef::parse(&format!("7f9619ff-8b86-d011-b42d-{:012x}", self.made));
        link.company_id = Some(500 + i64::from(self.made));
        let inn = inn(self.made);
        let shown = |name: &str, director: &str| Shown {
            snapshot: Counterparty {
                name: Some(name.to_owned()),
                director: Some(director.to_owned()),
                inn: Some(inn.clone()),
                kind: Some(Kind::Legal),
                ..Counterparty::default()
            },
            changed_at: None,
            seen_at: self.clock.now(),
        };
        link.onec = Some(shown(name, "Иванов Иван"));
        link.bitrix = Some(shown(name, "Петров Пётр"));
        link.base = shown(name, "Петров Пётр").snapshot;
        let mut write = self.store.begin().await.expect("the database is ours");
        write.save_link(&link).await.expect("a new link");
        write.commit().await.expect("the database is ours");
    }

    /// Both sides are compared; the number of the run.
    pub(crate) async fn compared(&self) -> i64 {
        let mut run = self.engine.reconcile(Healing::Look).await.expect("the database is ours");
        let number = run.run();
        while run.next().await.expect("the database is ours").is_some() {}
        run.finish().await.expect("the database is ours");
        number
    }
}

/// A right ИНН of a legal entity.
fn inn(number: u32) -> String {
    let nine = format!("7736{number:05}");
    let weights = [2, 4, 10, 3, 5, 9, 4, 6, 8];
    let sum: u32 = nine.bytes().zip(weights).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    format!("{nine}{}", sum % 11 % 10)
}
