//! The binary as a person runs it, and a portal beside it.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use bitrix::SystemClock;
use emulator::bitrix24::{Portal, PortalSettings};
use emulator::onec::{Connection, Settings};
use serde_json::Value;
use tempfile::TempDir;

/// The password that the settings of a [`Place`] have.
pub(crate) const PASSWORD: &str = "пароль из теста";
/// Longer than any start of the service on a busy machine.
const START_MAX: Duration = Duration::from_mins(1);

/// A folder with `parom.toml`, a database to come, and an emulated portal.
pub(crate) struct Place {
    pub(crate) portal: Portal,
    pub(crate) folder: TempDir,
}

impl Place {
    /// A portal with nothing in it and settings that point to it.
    pub(crate) async fn open() -> Self {
        // The emulated 1C and the readers of the tests speak TLS to nobody, but the client wants a provider.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let portal = Portal::start(PortalSettings::new(Arc::new(SystemClock)))
            .await
            .expect("the loopback has a free port");
        let folder = tempfile::tempdir().expect("there is room for a folder");
        let place = Self { portal, folder };
        place.set("");
        place
    }

    /// The settings with these after them.
    pub(crate) fn set(&self, more: &str) {
        let settings = format!(
            "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"sqlite://{}/parom.db\"\n[bitrix24]\nwebhook_url = \
             \"{}\"\n[onec]\npassword = \"{PASSWORD}\"\n{more}",
            self.folder.path().display(),
            self.portal.webhook_url()
        );
        std::fs::write(self.folder.path().join("parom.toml"), settings).expect("the folder is ours");
    }

    /// One more line for the section of the server.
    pub(crate) fn set_in_server(&self, line: &str) {
        let file = self.folder.path().join("parom.toml");
        let settings = std::fs::read_to_string(&file).expect("it was written");
        let settings = settings.replace("[server]\n", &format!("[server]\n{line}\n"));
        std::fs::write(file, settings).expect("the folder is ours");
    }

    /// Runs a command to its end.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        run_in(self.folder.path(), arguments)
    }

    /// What `parom status --json` says.
    pub(crate) fn status(&self) -> Value {
        let ran = self.run(&["status", "--json"]);
        serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
    }

    /// Starts the service and waits until it listens.
    pub(crate) fn serve(&self) -> Running {
        let mut child = parom(self.folder.path())
            .args(["serve", "--log-format", "json"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let lines = read_lines(child.stderr.take().expect("it is piped"));
        let mut running = Running { child, address: String::new(), metrics: None, lines };
        running.await_address();
        running
    }

    /// Settings that name neither side, as before the first start.
    pub(crate) fn set_nothing(&self) {
        let settings = format!(
            "# наш файл\n[server]\nlisten = \"127.0.0.1:0\" # внутри\n[store]\nurl = \"sqlite://{}/parom.db\"\n",
            self.folder.path().display()
        );
        std::fs::write(self.folder.path().join("parom.toml"), settings).expect("the folder is ours");
    }

    /// Starts the service, which has to ask for its settings: where its form is, and the code that it prints.
    pub(crate) fn first_start(&self) -> (Running, String, String) {
        let mut child = parom(self.folder.path())
            .args(["serve", "--log-format", "json"])
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary is built");
        let lines = read_lines(child.stderr.take().expect("it is piped"));
        let running = Running { child, address: String::new(), metrics: None, lines };
        let mut told = Vec::new();
        loop {
            let line =
                running.lines.recv_timeout(START_MAX).unwrap_or_else(|_| panic!("not started: {told:#?}"));
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            let text = |field: &str| event.pointer(&format!("/fields/{field}")).and_then(Value::as_str);
            if let (Some(address), Some(code)) = (text("address"), text("code")) {
                return (running, address.to_owned(), code.to_owned());
            }
            told.push(line);
        }
    }

    /// Waits until nothing is under way to the portal.
    pub(crate) async fn arrives(&self) {
        // A record whose answer is lost three times rests for two minutes before the next look, in real time.
        const LOOKS_MAX: u32 = 1_600;
        for _ in 0..LOOKS_MAX {
            if self.status()["bitrix24"]["waiting"] == 0 {
                return;
            }
            really_wait(Duration::from_millis(250)).await;
        }
        panic!("still under way: {:#}", self.status());
    }

    /// The ИНН of all requisites in the portal, sorted: a doubled company or requisite shows as a doubled ИНН.
    pub(crate) fn inns(&self) -> Vec<String> {
        let mut inns: Vec<_> =
            self.portal.requisites().iter().map(|requisite| requisite.get("RQ_INN").to_owned()).collect();
        inns.sort_unstable();
        inns
    }
}

/// The service as a process. Dropped, it is killed.
pub(crate) struct Running {
    child: Child,
    pub(crate) address: String,
    /// Where Prometheus finds its figures.
    pub(crate) metrics: Option<String>,
    /// The log, line by line.
    lines: Receiver<String>,
}

impl Running {
    fn await_address(&mut self) {
        let mut told = Vec::new();
        while self.address.is_empty() {
            let line =
                self.lines.recv_timeout(START_MAX).unwrap_or_else(|_| panic!("not started: {told:#?}"));
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(address) = event.pointer("/fields/address").and_then(Value::as_str) {
                address.clone_into(&mut self.address);
            }
            if let Some(metrics) = event.pointer("/fields/metrics").and_then(Value::as_str) {
                self.metrics = Some(metrics.to_owned());
            }
            told.push(line);
        }
    }

    /// How an emulated 1C reaches it.
    pub(crate) fn connection(&self) -> Connection {
        Connection::new(&format!("http://{}", self.address), "1c", PASSWORD, Settings::default())
    }

    /// The next thing that it says under this name in its log.
    pub(crate) fn awaits(&self, field: &str) -> String {
        let mut told = Vec::new();
        loop {
            let line =
                self.lines.recv_timeout(START_MAX).unwrap_or_else(|_| panic!("no `{field}`: {told:#?}"));
            let event: Value = serde_json::from_str(&line).unwrap_or_default();
            if let Some(value) = event.pointer(&format!("/fields/{field}")).and_then(Value::as_str) {
                return value.to_owned();
            }
            told.push(line);
        }
    }

    /// What it has told since this was last asked for.
    pub(crate) fn log(&self) -> String {
        self.lines.try_iter().collect::<Vec<_>>().join("\n")
    }

    /// `kill -9`: no destructor runs, nothing is flushed.
    pub(crate) fn kill(mut self) {
        self.child.kill().expect("it lives");
        self.child.wait().expect("it was ours");
    }

    /// Asks it to end, as a service manager does, and returns the exit status.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        self.signal();
        self.child.wait().expect("it was ours").code()
    }

    /// One SIGTERM.
    pub(crate) fn signal(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().expect("there is a kill").success());
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Either it has ended already, or the test has failed and nobody needs it.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// A command that has ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the binary in `folder` without any variable that could set something.
pub(crate) fn run_in(folder: &Path, arguments: &[&str]) -> Ran {
    ran(parom(folder).args(arguments))
}

/// The binary in `folder`, before it is started.
pub(crate) fn parom(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parom"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("PAROM_") || name == "RUST_LOG" {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).stdin(Stdio::null());
    command
}

/// Runs it to its end.
pub(crate) fn ran(command: &mut Command) -> Ran {
    let Output { status, stdout, stderr } = command.output().expect("the binary is built");
    let text = |bytes| String::from_utf8(bytes).expect("Parom speaks UTF-8");
    Ran { code: status.code(), out: text(stdout), err: text(stderr) }
}

/// Waits in real time: another process works meanwhile, and no test holds its clock.
#[expect(clippy::disallowed_methods, reason = "another process works meanwhile, and no test holds its clock")]
pub(crate) async fn really_wait(pause: Duration) {
    tokio::time::sleep(pause).await;
}

fn read_lines(stream: impl std::io::Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            // A test that has ended reads no more; the pipe is emptied all the same.
            let _ = sender.send(line);
        }
    });
    lines
}
