//! A database, a clock that stands still, sinks, and an alarm over them.

use std::sync::Arc;

use alerts::{Alarm, Channels, Email, Parts, Rules, SmtpSecurity, Telegram};
use bitrix::Client;
use domain::{Clock, Ids, ManualClock, Side, SignedDuration};
use emulator::bitrix24::{Portal, PortalSettings};
use engine::Engine;
use store::{AlertChannel, Store};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::sinks::Sink;

/// The password of the mail server and the token of the bot: never to be seen anywhere else.
pub(crate) const SECRET: &str = "s3cr3t";

pub(crate) struct World {
    folder: TempDir,
    pub(crate) store: Store,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) portal: Portal,
    pub(crate) smtp: Sink,
    pub(crate) telegram: Sink,
    pub(crate) rules: Rules,
    pub(crate) alarm: Alarm,
}

impl World {
    /// Mails to one recipient, messages to one chat, notifications to employee 1.
    pub(crate) async fn open() -> Self {
        Self::with(&["admin@example.ru"], Rules::default()).await
    }

    pub(crate) async fn with(recipients: &[&str], rules: Rules) -> Self {
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let store = open_store(&folder).await;
        // A Friday, 12:00 in Moscow.
        let clock = Arc::new(ManualClock::at("2026-11-27T09:00:00Z".parse().expect("a moment")));
        let its_clock: Arc<dyn Clock> = clock.clone();
        let portal =
            Portal::start(PortalSettings::new(its_clock)).await.expect("the loopback has a free port");
        let (smtp, telegram) = (Sink::smtp().await, Sink::telegram().await);
        let channels = channels(recipients, &smtp, &telegram);
        let alarm = alarm(&store, &clock, &portal, &rules, channels);
        alarm.introduce().await.expect("an empty database");
        Self { folder, store, clock, portal, smtp, telegram, rules, alarm }
    }

    /// The process is killed and another one begins.
    pub(crate) async fn dies(&mut self) {
        self.store.close().await;
        self.store = open_store(&self.folder).await;
        let channels = channels(&["admin@example.ru"], &self.smtp, &self.telegram);
        self.alarm = alarm(&self.store, &self.clock, &self.portal, &self.rules, channels);
        self.alarm.introduce().await.expect("what was there before");
    }

    pub(crate) fn passes(&self, minutes: i64) {
        self.clock.advance(SignedDuration::from_mins(minutes));
    }

    /// One look, and everything that is due is said.
    pub(crate) async fn turn(&self) {
        self.alarm.look().await.expect("the database is there");
        self.say().await;
    }

    pub(crate) async fn say(&self) {
        self.alarm.say(&CancellationToken::new()).await.expect("the database is there");
    }

    /// Nothing travels any more.
    pub(crate) async fn stop_lane(&self) {
        let mut write = self.store.begin().await.expect("the database is there");
        write.stop_lane(Side::Bitrix, "нет права «CRM»", self.clock.now()).await.expect("it is there");
        write.commit().await.expect("it is there");
    }

    /// Everything travels again.
    pub(crate) async fn open_lane(&self) {
        let mut write = self.store.begin().await.expect("the database is there");
        write.open_lane(Side::Bitrix).await.expect("it is there");
        write.commit().await.expect("it is there");
    }

    pub(crate) async fn channel(&self, kind: &str) -> AlertChannel {
        let channels = alerts::desk::channels(&self.store).await.expect("the database is there");
        channels.into_iter().find(|channel| channel.name.starts_with(kind)).expect("it was set")
    }

    /// Subjects of the mails that arrived.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.smtp.got().iter().map(|mail| decoded(mail)).collect()
    }
}

async fn open_store(folder: &TempDir) -> Store {
    let url = format!("sqlite://{}/parom.db", folder.path().display());
    Store::open(&url).await.expect("a database opens")
}

fn channels(recipients: &[&str], smtp: &Sink, telegram: &Sink) -> Channels {
    let mailbox = |text: &str| text.parse().expect("an address");
    Channels {
        email: Some(Email {
            to: recipients.iter().map(|text| mailbox(text)).collect(),
            from: mailbox("Паром <parom@example.ru>"),
            server: smtp.address.to_string().parse().expect("a server"),
            security: SmtpSecurity::None,
            login: Some("parom".to_owned()),
            password: Some(SECRET.to_owned().into()),
        }),
        telegram: Some(Telegram {
            chats: vec!["-100500".to_owned()],
            token: format!("12:{SECRET}").into(),
            api: format!("http://{}", telegram.address).parse().expect("an address"),
        }),
        portal: Some(alerts::Portal { users: vec![1] }),
    }
}

fn alarm(
    store: &Store,
    clock: &Arc<ManualClock>,
    portal: &Portal,
    rules: &Rules,
    channels: Channels,
) -> Alarm {
    let clock: Arc<dyn Clock> = clock.clone();
    let ids = Arc::new(Ids::new(Arc::clone(&clock), 7));
    let webhook = portal.webhook_url().parse().expect("the portal knows its webhook");
    let engine = Engine::new(engine::Parts {
        store: store.clone(),
        client: Client::new(&bitrix::Settings::new(webhook), Arc::clone(&clock)).expect("a client of http"),
        clock: Arc::clone(&clock),
        ids: Arc::clone(&ids),
        settings: engine::Settings::default(),
    });
    let parts =
        Parts { store: store.clone(), engine: Some(engine), clock, ids, rules: rules.clone(), channels };
    Alarm::new(parts).expect("these channels open")
}

/// A mail with its subject and its body as people read them.
fn decoded(mail: &str) -> String {
    let mut text = String::new();
    let unfolded = mail.replace("?=\n =?utf-8?b?", "?==?utf-8?b?").replace("\n ", " ");
    let (head, body) = unfolded.split_once("\n\n").expect("a mail has a head and a body");
    for line in head.lines() {
        text.push_str(&unpack_words(line));
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&unpack_body(head, body));
    text
}

/// `=?utf-8?b?…?=` within a line of the head.
fn unpack_words(line: &str) -> String {
    let mut text = String::new();
    for (index, part) in line.split("=?utf-8?b?").enumerate() {
        let Some((word, rest)) = part.split_once("?=").filter(|_| index > 0) else {
            text.push_str(part);
            continue;
        };
        text.push_str(&String::from_utf8_lossy(&from_base64(word)));
        text.push_str(rest);
    }
    text
}

fn unpack_body(head: &str, body: &str) -> String {
    if head.contains("base64") {
        return String::from_utf8_lossy(&from_base64(&body.replace('\n', ""))).replace("\r\n", "\n");
    }
    let bytes = body.replace("=\n", "");
    let mut rest = bytes.as_bytes();
    let mut text = Vec::new();
    while let [first, tail @ ..] = rest {
        let code = std::str::from_utf8(tail.get(..2).unwrap_or_default()).ok();
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok()).filter(|_| *first == b'=');
        text.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8_lossy(&text).into_owned()
}

fn from_base64(text: &str) -> Vec<u8> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut count, mut bytes) = (0_u32, 0, Vec::new());
    for letter in text.bytes().filter(|letter| *letter != b'=') {
        let value = LETTERS.iter().position(|known| *known == letter).expect("a letter of base64");
        bits = (bits << 6) | u32::try_from(value).expect("below 64");
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from((bits >> count) & 0xff).expect("masked"));
        }
    }
    bytes
}
