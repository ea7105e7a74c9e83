//! Where events become notices and leave.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, OnceLock};
use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::Notify;
use tracing::debug;

use super::super::happened::Happened;
use super::super::module::Installed;
use super::super::module::outbox::{self, Outbox};
use super::super::portal::Inner;
use super::super::state::State;
use super::{Delivered, NoticeWeather, OutgoingWebhook, Waiting, webhook};
use crate::faults::split_mix;

/// How long a receiver may think. The vendor's queue is no more patient.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Notices in the vendor's cloud; beyond these the oldest are lost.
const CLOUD_MAX: usize = 100_000;
/// Batches of the module's queue in one round.
const PARTS_MAX: usize = 1_000;

/// Shared by the tasks of a portal.
#[derive(Default)]
pub(crate) struct Desk {
    post: Mutex<Post>,
    /// One round at a time: the module sends its batches one after the other.
    round: tokio::sync::Mutex<()>,
    bell: Notify,
    http: OnceLock<reqwest::Client>,
}

/// What is on its way and how it fares.
#[derive(Default)]
pub(super) struct Post {
    pub(super) webhook: Option<OutgoingWebhook>,
    pub(super) cloud: VecDeque<Waiting<Happened>>,
    pub(super) lost: u64,
    weather: NoticeWeather,
    dice: u64,
    by_themselves: bool,
}

impl Post {
    pub(super) fn change_weather(&mut self, weather: NoticeWeather) {
        self.weather = weather;
        self.dice = weather.seed;
    }

    /// Notices leave by themselves from now on; whether they did so already.
    pub(super) fn set_out(&mut self) -> bool {
        std::mem::replace(&mut self.by_themselves, true)
    }

    fn hits(&mut self, percent: u8) -> bool {
        percent > 0 && split_mix(&mut self.dice) % 100 < u64::from(percent)
    }

    fn shuffle<T>(&mut self, all: &mut [T]) {
        if !self.weather.shuffle {
            return;
        }
        for last in (1..all.len()).rev() {
            let other = split_mix(&mut self.dice) % (last as u64 + 1);
            all.swap(last, usize::try_from(other).unwrap_or(0));
        }
    }

    fn queue(&mut self, happened: Happened, due: Timestamp) {
        if self.hits(self.weather.lose) {
            self.lost += 1;
            return;
        }
        let times = if self.hits(self.weather.double) { 2 } else { 1 };
        for _ in 0..times {
            if self.cloud.len() >= CLOUD_MAX {
                self.cloud.pop_front();
                self.lost += 1;
            }
            self.cloud.push_back(Waiting { due, what: happened });
        }
    }

    fn due_now(&mut self, now: Timestamp) -> Vec<Happened> {
        let (due, later): (Vec<_>, Vec<_>) = self.cloud.drain(..).partition(|waiting| waiting.due <= now);
        self.cloud = later.into();
        let mut due: Vec<Happened> = due.into_iter().map(|waiting| waiting.what).collect();
        self.shuffle(&mut due);
        due
    }
}

impl Desk {
    pub(super) fn post(&self) -> MutexGuard<'_, Post> {
        self.post.lock().expect("nothing panics while it holds the post")
    }

    pub(super) async fn rung(&self) {
        self.bell.notified().await;
    }

    /// Makes notices of what has happened. `rest_user` did it over REST.
    pub(crate) fn take_in(
        &self,
        state: &mut State,
        happened: Vec<Happened>,
        rest_user: Option<i64>,
        now: Timestamp,
    ) {
        let mut post = self.post();
        let due = now + post.weather.delay;
        for one in happened {
            if let Some(module) = Installed::posting(state.module.as_mut())
                && rest_user != Some(module.settings.technical_user)
            {
                module.outbox.push(one, due);
            }
            if post.webhook.is_some() {
                post.queue(one, due);
            }
        }
        drop(post);
        self.bell.notify_one();
    }

    fn http(&self) -> &reqwest::Client {
        self.http.get_or_init(|| {
            reqwest::Client::builder()
                .timeout(TIMEOUT)
                .no_proxy()
                .build()
                .expect("the options are constants, and the process has a crypto provider")
        })
    }
}

impl Inner {
    /// One round: everything of the cloud that is due, then the module's queue as far as it is taken.
    pub(super) async fn deliver(&self) -> Delivered {
        let _alone = self.desk.round.lock().await;
        let mut delivered = Delivered::default();
        self.deliver_webhook(&mut delivered).await;
        self.deliver_module(&mut delivered).await;
        delivered
    }

    async fn deliver_webhook(&self, delivered: &mut Delivered) {
        let (webhook, due) = {
            let mut post = self.desk.post();
            let Some(webhook) = post.webhook.clone() else { return };
            let due = post.due_now(self.clock.true_now());
            (webhook, due)
        };
        for happened in due {
            let body = webhook::body(&happened, &webhook.token, "portal.example.ru", self.clock.true_now());
            let request = self
                .desk
                .http()
                .post(&webhook.url)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .body(body);
            if answer(request).await.is_ok() {
                delivered.taken += 1;
            } else {
                // «No retries»: it is gone.
                delivered.failed += 1;
                self.desk.post().lost += 1;
            }
        }
    }

    async fn deliver_module(&self, delivered: &mut Delivered) {
        for _ in 0..PARTS_MAX {
            let (module, mut batch) = {
                let now = self.clock.true_now();
                let mut state = self.state();
                let Some(installed) = Installed::posting(state.module.as_mut()) else { return };
                let Some(batch) = installed.outbox.batch(now) else { return };
                (installed.settings.clone(), batch)
            };
            let (is_lost, times) = {
                let mut post = self.desk.post();
                let weather = post.weather;
                post.shuffle(&mut batch.lines);
                (post.hits(weather.lose), if post.hits(weather.double) { 2 } else { 1 })
            };
            if is_lost {
                // On its way; the queue still has it.
                delivered.failed += 1;
                self.desk.post().lost += 1;
                self.with_outbox(|outbox, now| outbox.failed(&batch, UNREACHABLE, now));
                return;
            }
            let body = outbox::body(&batch.lines);
            for _ in 0..times {
                let request = self
                    .desk
                    .http()
                    .post(&module.url)
                    .header("Content-Type", "application/json")
                    .header("X-Parom-Signature", outbox::signature(&module.secret, &body))
                    .body(body.clone());
                match answer(request).await {
                    Ok(said) => {
                        delivered.taken += 1;
                        let taken = self.with_outbox(|outbox, now| outbox.answered(&batch, &said, now));
                        if taken != Some(true) && times == 1 {
                            return;
                        }
                    }
                    Err(why) => {
                        delivered.failed += 1;
                        self.with_outbox(|outbox, now| outbox.failed(&batch, &why, now));
                        return;
                    }
                }
            }
        }
    }

    /// The queue of the module, unless it was uninstalled meanwhile.
    fn with_outbox<T>(&self, work: impl FnOnce(&mut Outbox, Timestamp) -> T) -> Option<T> {
        let now = self.clock.true_now();
        self.state().module.as_mut().map(|installed| work(&mut installed.outbox, now))
    }
}

/// What the module says of a Parom that does not answer.
const UNREACHABLE: &str = "Паром не отвечает.";

/// The body of a good answer, or what the module says of another one.
async fn answer(request: reqwest::RequestBuilder) -> Result<Vec<u8>, String> {
    let response = request.send().await.map_err(|error| {
        debug!(error = %error.without_url(), "a notice did not arrive");
        UNREACHABLE.to_owned()
    })?;
    let status = response.status().as_u16();
    let body = response.bytes().await.map_err(|_| UNREACHABLE.to_owned())?;
    let why = match status {
        200..300 => return Ok(body.to_vec()),
        401 => "Паром не увидел подписи (401).",
        403 => "Паром не признал подпись (403).",
        404 => "По этому адресу изменения никто не ждёт (404).",
        408 | 429 | 500.. => "Паром сейчас не может принять изменения.",
        _ => "Паром отказался принять изменения.",
    };
    debug!(status, "a notice was refused");
    Err(format!("{why} Ответ: {status} {}", String::from_utf8_lossy(&body)).trim_end().to_owned())
}
