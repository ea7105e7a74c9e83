//! For every field of a counterparty: where its value came from, when, and which rule decided.
//!
//! Nothing of that is kept apart. The journal holds what either side showed, the history of deeds what people chose; played
//! again by the same merge they tell what was decided and when. So an explanation can never contradict what was done, as
//! long as the rules are those of today.

use domain::merge::{agreed, explain_done, merge_with_word, rule_title, same, speaks};
use domain::{Counterparty, Decision, Field, Link, LinkId, Rule, Ruling, Shown, Side, Timestamp, Why};
use store::{Change, Deed, DeedKind, StoreError};

use crate::Engine;
use crate::accept::prepared;
use crate::deeds::Seen;
use crate::plan::{outlook, without_bad_emails};
use crate::planning::shown;
use crate::words::in_words;

/// Entries of the journal read at once.
const PAGE: usize = 500;
/// Entries that are played again. One that has more is explained by its first ones and by what stands there now.
const ENTRIES_MAX: usize = 10_000;
/// Deeds of people that are played again.
const DEEDS_MAX: usize = 200;

/// In the journal: what 1C took of Parom.
const TAKEN: &str = "receipt";
/// In the journal: what Parom wrote into the portal, read back.
const WRITTEN: &str = "dispatch";
/// In the journal: what Parom read in the portal.
const READ: &str = "collect";

/// A counterparty, field by field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// Which one.
    pub link: Link,
    /// Every field of which a side speaks, in the order in which people read a card.
    pub fields: Vec<ExplainedField>,
    /// Whether its whole journal was played again.
    pub is_whole: bool,
}

/// A field with everything that is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExplainedField {
    /// Which.
    pub field: Field,
    /// What 1C shows, in words; `None`: it does not speak of it.
    pub onec: Option<String>,
    /// What Bitrix24 shows.
    pub bitrix: Option<String>,
    /// What both agreed on last; `None`: they never did.
    pub base: Option<String>,
    /// How the two stand to each other.
    pub mark: Mark,
    /// What a form hands back, so that a choice is of what was seen.
    pub seen: Seen,
    /// Since when 1C shows its value.
    pub onec_since: Option<Since>,
    /// Since when Bitrix24 shows its value.
    pub bitrix_since: Option<Since>,
    /// Where the value came from that both show, or shall show. `None`: both showed it from the start, or nobody knows.
    pub origin: Option<Side>,
    /// The rule of the field.
    pub rule: Rule,
    /// What decided last, and when.
    pub decided: Option<Decided>,
}

/// How the values of the two sides stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// The same on both sides.
    Same,
    /// Only one side speaks of it.
    OneSided,
    /// This side's value is on its way to the other.
    Travels(Side),
    /// Both sides' values are being joined.
    Joins,
    /// A person has to decide.
    Conflict,
    /// A rule leaves each side as it is.
    Apart,
}

/// Since when a side shows a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Since {
    /// When the side changed it, by its own clock.
    pub changed_at: Option<Timestamp>,
    /// When Parom saw it.
    pub seen_at: Timestamp,
    /// By which way it came, in words.
    pub source: &'static str,
}

/// What decided about a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decided {
    /// Why.
    pub why: Why,
    /// When.
    pub at: Timestamp,
    /// The person, where one decided.
    pub by: Option<String>,
    /// The sentence for people.
    pub text: String,
}

impl Engine {
    /// Explains every field of a counterparty. `None`: there is none.
    pub async fn explain(&self, id: LinkId) -> Result<Option<Explained>, StoreError> {
        let Some(link) = self.store.link(id).await? else { return Ok(None) };
        let mut play = Play::default();
        let mut deeds = self.store.deeds_of_link(id, None, DEEDS_MAX).await?;
        let (mut after, mut played) = (0, 0);
        loop {
            let page = self.store.history(id, after, PAGE).await?;
            for change in &page {
                while let Some(deed) = deeds.pop_if(|deed| deed.at < change.seen_at) {
                    play.deed(&deed);
                }
                play.change(change, &self.settings.rules);
            }
            played += page.len();
            match page.last() {
                Some(last) if page.len() == PAGE && played < ENTRIES_MAX => after = last.seq,
                _ => break,
            }
        }
        for deed in deeds.iter().rev() {
            play.deed(deed);
        }
        let fields = self.fields(&link, &play);
        Ok(Some(Explained { link, fields, is_whole: played < ENTRIES_MAX }))
    }

    fn fields(&self, link: &Link, play: &Play) -> Vec<ExplainedField> {
        let silent = Counterparty::default();
        let (in_onec, in_bitrix) = (shown(link, Side::OneC), shown(link, Side::Bitrix));
        let (onec, bitrix) = (in_onec.unwrap_or(&silent), in_bitrix.unwrap_or(&silent));
        let decisions = outlook(link, &self.settings.rules).decisions;
        let words = |of: &Counterparty, field| speaks(of, field).then(|| in_words(of, field));
        Field::ALL
            .into_iter()
            .filter(|field| speaks(onec, *field) || speaks(bitrix, *field))
            .map(|field| {
                let now =
                    decisions.iter().find(|decision| decision.field == field).map(|decision| decision.why);
                let told = play.told(field);
                ExplainedField {
                    field,
                    onec: words(onec, field),
                    bitrix: words(bitrix, field),
                    base: words(&link.base, field),
                    mark: mark(field, onec, bitrix, now),
                    seen: Seen::of(link.id, field, &in_words(onec, field), &in_words(bitrix, field)),
                    onec_since: told.since(Side::OneC, in_onec.is_some()),
                    bitrix_since: told.since(Side::Bitrix, in_bitrix.is_some()),
                    origin: origin(told),
                    rule: self.settings.rules.of(field),
                    decided: told.decided.clone(),
                }
            })
            .collect()
    }
}

impl ExplainedField {
    /// The rule of the field in the words of people.
    pub fn rule_title(&self) -> &'static str {
        rule_title(self.rule)
    }
}

fn mark(field: Field, onec: &Counterparty, bitrix: &Counterparty, now: Option<Why>) -> Mark {
    if same(field, onec, bitrix) {
        return Mark::Same;
    }
    if !speaks(onec, field) || !speaks(bitrix, field) {
        return Mark::OneSided;
    }
    match now {
        Some(Why::OnlyChangedBy(side) | Why::Rule(_, side)) => Mark::Travels(side),
        Some(Why::Joined | Why::Decided) | None => Mark::Joins,
        Some(Why::Conflict) => Mark::Conflict,
        Some(Why::KeptApart) => Mark::Apart,
    }
}

/// Whose value it is. What was never decided was written by Parom to the side that came second.
fn origin(told: &Told) -> Option<Side> {
    match told.decided.as_ref().map(|decided| decided.why) {
        Some(Why::OnlyChangedBy(side) | Why::Rule(_, side)) => Some(side),
        Some(Why::Decided) => told.chosen,
        Some(Why::Joined | Why::KeptApart | Why::Conflict) => None,
        None => {
            let is_of = |since: &Option<Since>, word| {
                since.as_ref().is_some_and(|since| since.source == source(word))
            };
            if is_of(&told.bitrix, WRITTEN) {
                Some(Side::OneC)
            } else if is_of(&told.onec, TAKEN) {
                Some(Side::Bitrix)
            } else {
                None
            }
        }
    }
}

/// The journal played again.
#[derive(Default)]
struct Play {
    base: Counterparty,
    onec: Option<Shown>,
    bitrix: Option<Shown>,
    rulings: Vec<Ruling>,
    told: Vec<Told>,
}

/// What became of one field so far.
#[derive(Clone, Default)]
struct Told {
    onec: Option<Since>,
    bitrix: Option<Since>,
    decided: Option<Decided>,
    chosen: Option<Side>,
    /// Who chose it.
    by: Option<String>,
}

impl Told {
    fn since(&self, side: Side, is_shown: bool) -> Option<Since> {
        let since = match side {
            Side::OneC => &self.onec,
            Side::Bitrix => &self.bitrix,
        };
        since.clone().filter(|_| is_shown)
    }
}

impl Play {
    fn told(&self, field: Field) -> &Told {
        const NOTHING: &Told = &Told { onec: None, bitrix: None, decided: None, chosen: None, by: None };
        self.told.get(field as usize).unwrap_or(NOTHING)
    }

    fn told_mut(&mut self, field: Field) -> &mut Told {
        if self.told.is_empty() {
            self.told = vec![Told::default(); Field::ALL.len()];
        }
        &mut self.told[field as usize]
    }

    fn change(&mut self, change: &Change, rules: &domain::Rules) {
        let before = match change.side {
            Side::OneC => &self.onec,
            Side::Bitrix => &self.bitrix,
        };
        let before = before.as_ref().map(|shown| shown.snapshot.clone()).unwrap_or_default();
        let snapshot = match change.side {
            Side::OneC => prepared(before.clone(), change.snapshot.clone()),
            Side::Bitrix => change.snapshot.clone(),
        };
        let written = (change.source == WRITTEN).then(|| self.would_write(rules));
        for field in Field::ALL {
            if speaks(&snapshot, field) && !(speaks(&before, field) && same(field, &before, &snapshot)) {
                // What Parom reads back after it has written may hold an employee's edit as well.
                let is_read = written.as_ref().is_some_and(|written| !same(field, written, &snapshot));
                let since = Since {
                    changed_at: change.changed_at,
                    seen_at: change.seen_at,
                    source: source(if is_read { READ } else { &change.source }),
                };
                let told = self.told_mut(field);
                match change.side {
                    Side::OneC => told.onec = Some(since),
                    Side::Bitrix => told.bitrix = Some(since),
                }
            }
        }
        let shown = Shown { snapshot, changed_at: change.changed_at, seen_at: change.seen_at };
        match change.side {
            Side::OneC => self.onec = Some(shown),
            Side::Bitrix => self.bitrix = Some(shown),
        }
        self.decide(change.seen_at, rules);
    }

    /// What Parom writes into the portal as things stand.
    fn would_write(&self, rules: &domain::Rules) -> Counterparty {
        let (onec, bitrix) = (self.onec.as_ref(), self.bitrix.as_ref());
        let mut target = merge_with_word(&self.base, onec, bitrix, rules, &self.rulings).target;
        without_bad_emails(&mut target);
        target
    }

    fn decide(&mut self, at: Timestamp, rules: &domain::Rules) {
        let (onec, bitrix) = (self.onec.as_ref(), self.bitrix.as_ref());
        let decisions = match (onec, bitrix) {
            (Some(_), Some(_)) => merge_with_word(&self.base, onec, bitrix, rules, &self.rulings).decisions,
            // As long as one side is alone, there is nothing to decide.
            _ => Vec::new(),
        };
        let mut cleaned = onec.map(|onec| onec.snapshot.clone());
        if let Some(onec) = &mut cleaned {
            without_bad_emails(onec);
        }
        self.base = agreed(&self.base, cleaned.as_ref(), bitrix.map(|bitrix| &bitrix.snapshot));
        for Decision { field, why } in decisions {
            let told = self.told_mut(field);
            if told.decided.as_ref().is_some_and(|known| known.why == why && why == Why::Decided) {
                continue;
            }
            let by = told.by.clone().filter(|_| why == Why::Decided);
            told.decided = Some(decided(why, at, by));
        }
    }

    fn deed(&mut self, deed: &Deed) {
        match deed.kind {
            DeedKind::Resolved | DeedKind::Took if deed.undone.is_none() => {
                for chosen in &deed.chosen {
                    self.rulings.retain(|ruling| ruling.field != chosen.field);
                    self.rulings.push(Ruling {
                        field: chosen.field,
                        value: chosen.value.clone(),
                        known: vec![chosen.onec.clone(), chosen.bitrix.clone(), chosen.base.clone()],
                    });
                    let told = self.told_mut(chosen.field);
                    told.chosen = Some(chosen.side);
                    told.by = Some(deed.by.clone());
                    told.decided = Some(decided(Why::Decided, deed.at, told.by.clone()));
                }
            }
            // Another company begins anew.
            DeedKind::Unlinked | DeedKind::Linked => {
                self.bitrix = None;
                self.base = Counterparty::default();
                self.rulings.clear();
            }
            _ => {}
        }
    }
}

fn decided(why: Why, at: Timestamp, by: Option<String>) -> Decided {
    let text = match &by {
        Some(by) => format!("{}: {by}", explain_done(why)),
        None => explain_done(why),
    };
    Decided { why, at, by, text }
}

fn source(word: &str) -> &'static str {
    match word {
        "1c" => "показала 1С",
        TAKEN => "1С подтвердила получение",
        READ => "прочитано в Битрикс24",
        WRITTEN => "записано Паромом в Битрикс24",
        _ => "другим путём",
    }
}
