//! The portal as a running server, and what a test may see and do from inside.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

use domain::SignedDuration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::application::{Applications, OAuth};
use super::call::{Caller, Outcome};
use super::clock::PortalClock;
use super::counters::Counters;
use super::employee::Employee;
use super::http;
use super::methods;
use super::module::Module;
use super::notices::{Desk, Notices};
use super::php::Array;
use super::settings::PortalSettings;
use super::state::State;
use super::user::MANAGER;
use crate::faults::Faults;

/// A portal that listens. Cheap to clone: every clone is the same portal. It stops by [`Portal::stop`] or when the last
/// clone is dropped.
#[derive(Clone, Debug)]
pub struct Portal {
    pub(super) inner: Arc<Inner>,
    pub(super) running: Arc<Running>,
}

#[derive(Debug)]
pub(super) struct Running {
    address: SocketAddr,
    pub(super) shutdown: CancellationToken,
    pub(super) tasks: TaskTracker,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shutdown.cancel();
    }
}

/// How a method comes to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Over HTTP: it is counted.
    Rest,
    /// By an employee at his screen.
    ByHand,
    /// By an employee, past every event: the import of a file, a script on the server, a module that was off.
    ByHandUnseen,
}

/// What an employee does right before a method runs.
struct Ambush {
    method: String,
    act: Box<dyn FnOnce(Employee<'_>) + Send>,
}

/// What the tasks of a portal share.
pub(crate) struct Inner {
    pub(crate) settings: PortalSettings,
    pub(crate) clock: Arc<PortalClock>,
    pub(crate) desk: Desk,
    caller: Mutex<Caller>,
    oauth: Mutex<OAuth>,
    pub(crate) faults: Faults,
    pub(crate) workers: Semaphore,
    pub(crate) halted: AtomicBool,
    /// What people do right before a method runs over REST.
    ambushes: Mutex<Vec<Ambush>>,
    state: Mutex<State>,
    counters: Mutex<Counters>,
}

impl std::fmt::Debug for Inner {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Inner").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Inner {
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().expect("a method that panics is a bug of the emulator")
    }

    /// What the OAuth server keeps.
    pub(crate) fn oauth(&self) -> MutexGuard<'_, OAuth> {
        self.oauth.lock().expect("nothing panics while it holds the tokens")
    }

    /// Runs one method over HTTP or by hand.
    pub(crate) fn run(&self, method: &str, params: &Array, caller: &Caller, way: Way) -> Outcome {
        if way == Way::Rest {
            self.be_quicker(method);
        }
        self.work(way, caller.user, |state| {
            let writes = state.writes;
            let outcome = methods::run(state, method, params, caller);
            if way == Way::Rest {
                self.count(|counters| counters.ran(method, state.writes - writes));
            }
            outcome
        })
    }

    /// Lets people do what they were to do right before this method.
    fn be_quicker(&self, method: &str) {
        let due: Vec<Ambush> = {
            let mut ambushes = self.ambushes.lock().expect("nothing panics while it holds the ambushes");
            ambushes.extract_if(.., |ambush| ambush.method.eq_ignore_ascii_case(method)).collect()
        };
        for ambush in due {
            (ambush.act)(Employee { portal: self, user: MANAGER, way: Way::ByHand });
        }
    }

    /// Changes the portal; what has happened is noticed.
    pub(crate) fn work<T>(&self, way: Way, user: i64, work: impl FnOnce(&mut State) -> T) -> T {
        let mut state = self.state();
        let outcome = work(&mut state);
        let happened = std::mem::take(&mut state.happened);
        if way != Way::ByHandUnseen && !happened.is_empty() {
            state.offline.take_in(&happened);
            // The module leaves out what its technical user does over REST.
            let rest_user = (way == Way::Rest).then_some(user);
            self.desk.take_in(&mut state, happened, rest_user, self.clock.true_now());
        }
        outcome
    }

    /// The webhook as it is now.
    pub(crate) fn caller(&self) -> Caller {
        self.caller.lock().expect("nobody panics while he ticks rights").clone()
    }

    /// Under which address the portal believes to be reached: that of the links which it hands out.
    fn set_hook(&self, origin: &str) {
        let hook = format!("{origin}/rest/{}/{}/", self.settings.user, self.settings.code);
        self.state().files.hook = hook;
    }

    pub(crate) fn count(&self, change: impl FnOnce(&mut Counters)) {
        change(&mut self.counters.lock().expect("nothing panics while it counts"));
    }
}

impl Portal {
    /// Listens and serves until stopped. Fails when the address is taken.
    pub async fn start(mut settings: PortalSettings) -> io::Result<Self> {
        let clock = Arc::new(PortalClock::new(Arc::clone(&settings.clock)));
        settings.clock = Arc::<PortalClock>::clone(&clock);
        let listener = TcpListener::bind(settings.listen).await?;
        let address = listener.local_addr()?;
        let inner = Arc::new(Inner {
            caller: Mutex::new(Caller {
                user: settings.user,
                admin: settings.admin,
                rights: settings.rights,
                scopes: settings.scopes.clone().into(),
                application: None,
                unseen: false,
            }),
            faults: Faults::default(),
            workers: Semaphore::new(settings.max_concurrent.max(1)),
            halted: AtomicBool::new(false),
            ambushes: Mutex::default(),
            state: Mutex::new(State::new(&settings)),
            counters: Mutex::default(),
            desk: Desk::default(),
            oauth: Mutex::default(),
            clock,
            settings,
        });
        let shutdown = CancellationToken::new();
        let tasks = TaskTracker::new();
        inner.set_hook(&format!("http://{address}"));
        tasks.spawn(http::accept(listener, Arc::clone(&inner), shutdown.clone(), tasks.clone()));
        Ok(Self { inner, running: Arc::new(Running { address, shutdown, tasks }) })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.running.address
    }

    /// The address of the incoming webhook, a secret as on a real portal: `http://127.0.0.1:port/rest/7/…/`.
    pub fn webhook_url(&self) -> String {
        let settings = &self.inner.settings;
        format!("http://{}/rest/{}/{}/", self.running.address, settings.user, settings.code)
    }

    /// Somebody opens the webhook and leaves it these rights.
    pub fn set_scopes(&self, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.inner.caller.lock().expect("nobody panics while he ticks rights").scopes = scopes;
    }

    /// The user who made the webhook.
    pub fn webhook_owner(&self) -> i64 {
        self.inner.settings.user
    }

    /// Closes every connection and waits until the work at hand is done.
    pub async fn stop(&self) {
        self.inner.halted.store(true, Ordering::SeqCst);
        self.running.shutdown.cancel();
        self.running.tasks.close();
        self.running.tasks.wait().await;
    }

    /// The switchboard of bad weather.
    pub fn faults(&self) -> &Faults {
        &self.inner.faults
    }

    /// An employee (a manager, not an administrator) who works by hand.
    pub fn employee(&self) -> Employee<'_> {
        self.employee_number(MANAGER)
    }

    /// An employee is quicker: he does this right before the method runs over REST next time.
    pub fn before_next(&self, method: &str, act: impl FnOnce(Employee<'_>) + Send + 'static) {
        let ambush = Ambush { method: method.to_owned(), act: Box::new(act) };
        self.inner.ambushes.lock().expect("nothing panics while it holds the ambushes").push(ambush);
    }

    /// Any user by hand, the one of the webhook too.
    pub fn employee_number(&self, user: i64) -> Employee<'_> {
        Employee { portal: &self.inner, user, way: Way::ByHand }
    }

    /// The notices that leave the portal.
    pub fn notices(&self) -> Notices<'_> {
        Notices { portal: self }
    }

    /// The box module of the portal.
    pub fn module(&self) -> Module<'_> {
        Module { portal: self }
    }

    /// The local application of the portal.
    pub fn application(&self) -> Applications<'_> {
        Applications { portal: self }
    }

    /// Sets the portal's clock ahead of the clock of the settings, or behind it. What was written keeps its dates.
    pub fn set_clock_offset(&self, offset: SignedDuration) {
        self.inner.clock.set_offset(offset);
    }

    /// Everything the portal's database holds, the queue of the box module too.
    pub fn backup(&self) -> Backup {
        Backup(Box::new(self.inner.state().clone()))
    }

    /// Puts a backup in the place of everything that came after it; identifiers are given out a second time.
    pub fn restore(&self, backup: &Backup) {
        self.inner.state().clone_from(&backup.0);
    }

    /// An employee leaves: his cards stay his, and nobody can tell him anything any more.
    pub fn dismiss(&self, user: i64) {
        for one in self.inner.state().users.iter_mut().filter(|one| one.id == user) {
            one.active = false;
        }
    }

    /// A copy of the counters.
    pub fn counters(&self) -> Counters {
        let mut counters = Counters::default();
        self.inner.count(|counted| counters = counted.clone());
        counters
    }

    /// How many HTTP requests arrived.
    pub fn http_requests(&self) -> u64 {
        self.counters().http_requests
    }

    /// How many commands ran.
    pub fn commands(&self) -> u64 {
        self.counters().commands
    }

    /// How many commands changed something.
    pub fn writes(&self) -> u64 {
        self.counters().writes
    }

    /// Counts from zero again.
    pub fn reset_counters(&self) {
        self.inner.count(|counters| *counters = Counters::default());
    }

    /// An empty portal with fresh counters and fair weather at the same address; its box module is installed anew.
    pub fn reset(&self) {
        let module = self.inner.state().module.take().map(|installed| installed.settings);
        *self.inner.state() = State::new(&self.inner.settings);
        if let Some(settings) = module {
            self.module().install(settings);
        }
        self.inner.set_hook(&format!("http://{}", self.running.address));
        self.inner.count(|counters| *counters = Counters::default());
        self.inner.faults.clear();
    }
}

/// What [`Portal::backup`] keeps.
pub struct Backup(Box<State>);

impl std::fmt::Debug for Backup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Backup")
    }
}

/// Serves a portal alone until `shutdown` is done, as `parom emulate bitrix24` does. `ready` is told the portal as
/// soon as it listens, so that the caller can print its webhook.
pub async fn serve(
    settings: PortalSettings,
    ready: impl FnOnce(&Portal),
    shutdown: impl Future<Output = ()>,
) -> io::Result<()> {
    let portal = Portal::start(settings).await?;
    ready(&portal);
    shutdown.await;
    portal.stop().await;
    Ok(())
}

/// Waits in real time: latency and slowness are about the caller's own clock, which no test holds.
pub(crate) async fn really_wait(pause: Duration) {
    if pause.is_zero() {
        return;
    }
    #[expect(clippy::disallowed_methods, reason = "an emulated wait is felt by the client in real time")]
    tokio::time::sleep(pause).await;
}
