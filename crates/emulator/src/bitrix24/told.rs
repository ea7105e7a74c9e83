//! What people are told: notifications in their bell, records in the timeline of a card.

use jiff::Timestamp;

/// How many notifications and how many records a portal keeps; older ones are dropped.
const KEPT_MAX: usize = 10_000;

/// A notification in an employee's bell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// What `im.notify.*.add` returned.
    pub id: i64,
    /// Who is told.
    pub user: i64,
    /// Who tells; `None` for the system.
    pub from: Option<i64>,
    /// The text with its BB codes.
    pub text: String,
    /// `TAG`: a new notification with the same one takes the place of the old one. Empty for none.
    pub tag: String,
    /// `SUB_TAG`, which is not unique.
    pub sub_tag: String,
    /// When.
    pub at: Timestamp,
}

/// A record in the timeline of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimelineRecord {
    /// Its number.
    pub id: i64,
    /// The card it hangs on.
    pub on: TimelineOf,
    /// A comment has no title.
    pub title: Option<String>,
    /// The text.
    pub text: String,
    /// The user who wrote it.
    pub author: i64,
    /// When.
    pub at: Timestamp,
}

/// Whose timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimelineOf {
    /// Of a company.
    Company(i64),
    /// Of a deal.
    Deal(i64),
}

/// Everything that people were told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) notifications: Vec<Notification>,
    pub(crate) timeline: Vec<TimelineRecord>,
    next_id: i64,
}

impl Default for Told {
    fn default() -> Self {
        Self { notifications: Vec::new(), timeline: Vec::new(), next_id: 12_001 }
    }
}

impl Told {
    /// Rings; the id. «When adding a notification with an existing tag, other notifications will be removed»: the page
    /// says nothing of whose, so it is everybody's.
    pub(crate) fn notify(&mut self, notification: Notification) -> i64 {
        let id = self.take_id();
        if !notification.tag.is_empty() {
            self.notifications.retain(|old| old.tag != notification.tag);
        }
        keep(&mut self.notifications, Notification { id, ..notification });
        id
    }

    /// Writes into a timeline; the id.
    pub(crate) fn record(&mut self, record: TimelineRecord) -> i64 {
        let id = self.take_id();
        keep(&mut self.timeline, TimelineRecord { id, ..record });
        id
    }

    fn take_id(&mut self) -> i64 {
        self.next_id += 1;
        self.next_id - 1
    }
}

fn keep<T>(all: &mut Vec<T>, one: T) {
    if all.len() >= KEPT_MAX {
        all.remove(0);
    }
    all.push(one);
}
