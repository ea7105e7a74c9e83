//! One working 1C: a platform, a place, a user and an infobase, and what has happened in it so far.

mod fragment;
mod instance;
mod run;
mod transaction;

use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::civil::DateTime;
use tempfile::TempDir;

pub use instance::Instance;
pub(crate) use transaction::Transaction;

use crate::halt::{Exception, Halt, Outcome};
use crate::infobase::Infobase;
use crate::library;
use crate::name::Name;
use crate::network::Network;
use crate::object::Arguments;
use crate::platform::{Place, Platform};
use crate::syntax::{Surroundings, SyntaxError, ast, compile};
use crate::value::{Value, cell, show};

/// Calls of methods inside one another; more is a recursion without end.
const DEPTH_MAX: u32 = 200;

/// One session of 1C.
pub struct Session {
    pub(crate) platform: Platform,
    pub(crate) place: Place,
    pub(crate) base: Infobase,
    /// Tells it from other sessions of the same base.
    pub(crate) number: u64,
    pub(crate) network: Network,
    pub(crate) transaction: Option<Transaction>,
    /// Exceptions that are being handled, the innermost last.
    pub(crate) handled: Vec<Exception>,
    pub(crate) messages: Vec<String>,
    pub(crate) complaints: Vec<String>,
    modules: Vec<(Name, Rc<Instance>)>,
    folder: TempDir,
    files_made: u32,
    depth: u32,
    calls: u64,
    dies_at: Option<u64>,
}

impl Session {
    /// A session of a scheduled job; see [`Session::at`].
    pub fn new(platform: Platform, base: &Infobase) -> Self {
        Self {
            platform,
            place: Place::Server,
            base: base.clone(),
            number: base.next_session(),
            network: Network::default(),
            transaction: None,
            handled: Vec::new(),
            messages: Vec::new(),
            complaints: Vec::new(),
            modules: Vec::new(),
            folder: tempfile::tempdir().expect("there is room for a folder"),
            files_made: 0,
            depth: 0,
            calls: 0,
            dies_at: None,
        }
    }

    /// The same session somewhere else.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.place = place;
        self
    }

    /// What the session meets on the network.
    pub fn network(&mut self) -> &mut Network {
        &mut self.network
    }

    /// Its infobase.
    pub fn base(&self) -> &Infobase {
        &self.base
    }

    /// From now on, so many calls of the platform are made; the process dies over the next.
    pub fn die_after(&mut self, calls: u64) {
        self.dies_at = Some(self.calls + calls);
    }

    /// How many calls of the platform there were.
    pub fn calls(&self) -> u64 {
        self.calls
    }

    /// What `Сообщить` has told the user.
    pub fn messages(&self) -> &[String] {
        &self.messages
    }

    /// What no exception tells, though it is wrong: a transaction left open, HTTP inside one, a user's edits
    /// trampled on.
    pub fn complaints(&self) -> &[String] {
        &self.complaints
    }

    /// Temporary files that nobody has deleted.
    pub fn left_files(&self) -> Vec<PathBuf> {
        let entries = std::fs::read_dir(self.folder.path()).expect("the folder is ours");
        entries.map(|entry| entry.expect("the folder is ours").path()).collect()
    }

    /// Reads a module and runs its body: the object that has it.
    ///
    /// # Errors
    /// Every error of the text with its line, or the exception of its body.
    pub fn load(&mut self, name: &str, text: &str, attributes: &[&str]) -> Result<Rc<Instance>, LoadError> {
        let modules = self.base.module_names();
        let surroundings =
            Surroundings { platform: self.platform, place: self.place, attributes, modules: &modules };
        let module = compile(name, text, &surroundings).map_err(LoadError::Syntax)?;
        let instance = Rc::new(Instance::new(module, attributes));
        self.run_body(&instance).map_err(LoadError::Halt)?;
        Ok(instance)
    }

    /// Calls an exported method, as the code that starts an exchange does. An exception that it lets through ends
    /// the session; so does its end with a transaction that is still open.
    pub fn call(&mut self, instance: &Rc<Instance>, method: &str, arguments: &[Value]) -> Outcome<Value> {
        let cells = arguments.iter().map(|value| Some(cell(value.clone()))).collect();
        let name = Name::new(method);
        let outcome = self.call_exported(instance, &name, Arguments::new(cells));
        if self.transaction.is_some() {
            self.roll_back_all();
            if !matches!(outcome, Err(Halt::Death)) {
                self.complain("транзакция осталась открытой");
            }
        }
        outcome.map(Option::unwrap_or_default)
    }

    /// Remembers something wrong that raises no exception.
    pub(crate) fn complain(&mut self, text: impl Into<String>) {
        self.complaints.push(text.into());
    }

    /// Every call of the platform passes here; it may be the one that the process does not survive.
    pub(crate) fn platform_call(&mut self) -> Outcome<()> {
        if self.dies_at.is_some_and(|at| self.calls >= at) {
            self.roll_back_all();
            return Err(Halt::Death);
        }
        self.calls += 1;
        Ok(())
    }

    pub(crate) fn now(&self) -> DateTime {
        self.base.now()
    }

    /// The folder for temporary files, which every session has for itself.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// A name for a file that is not there yet.
    pub(crate) fn temporary_name(&mut self, extension: &str) -> PathBuf {
        self.files_made += 1;
        let extension = if extension.is_empty() { "tmp" } else { extension };
        self.folder.path().join(format!("v8_{:X}_{}.{extension}", self.number, self.files_made))
    }

    /// What `Строка()` says.
    pub(crate) fn show(&mut self, value: &Value) -> String {
        match value {
            Value::Ref(reference) => self.base.presentation(reference),
            Value::Object(object) => object.clone().show(self),
            _ => show::simple(value),
        }
    }

    /// A common module, loaded when it is named first.
    fn common_module(&mut self, name: &Name) -> Outcome<Option<Value>> {
        if let Some((_, loaded)) = self.modules.iter().find(|(known, _)| known == name) {
            return Ok(Some(Value::Object(loaded.clone())));
        }
        let Some(text) = self.base.module_text(name) else { return Ok(None) };
        let full_name = format!("ОбщийМодуль.{name}.Модуль");
        let loaded = self.load(&full_name, &text, &[]).map_err(|error| Halt::exception(error.to_string()))?;
        self.modules.push((name.clone(), loaded.clone()));
        Ok(Some(Value::Object(loaded)))
    }

    /// A property of the global context.
    pub(crate) fn global(&mut self, name: &Name) -> Outcome<Value> {
        if let Some(module) = self.common_module(name)? {
            return Ok(module);
        }
        library::global(self, name.key()).ok_or_else(|| {
            Halt::exception(format!("Свойство глобального контекста здесь не поддержано ({name})"))
        })
    }

    fn run_body(&mut self, instance: &Rc<Instance>) -> Outcome<()> {
        let module = instance.module().clone();
        self.run_method(instance, &module.body, Vec::new()).map(|_| ())
    }

    pub(crate) fn call_exported(
        &mut self,
        instance: &Rc<Instance>,
        name: &Name,
        arguments: Arguments,
    ) -> Outcome<Option<Value>> {
        let module = instance.module().clone();
        let method = module.method(name.key()).filter(|(_, method)| method.is_exported);
        let (_, method) = method.ok_or_else(|| crate::object::no_method(name))?;
        arguments.between(0, method.parameters.len())?;
        if arguments.len() < method.needed() {
            return Err(Halt::exception("Недостаточно фактических параметров"));
        }
        let is_function = method.is_function;
        let value = self.run_method(instance, method, arguments.cells())?;
        Ok(is_function.then_some(value))
    }

    fn enter(&mut self) -> Outcome<()> {
        if self.depth >= DEPTH_MAX {
            return Err(Halt::exception("Переполнение стека встроенного языка на сервере"));
        }
        self.depth += 1;
        Ok(())
    }

    fn leave(&mut self) {
        self.depth -= 1;
    }

    pub(crate) fn module_of(instance: &Rc<Instance>) -> Rc<ast::Module> {
        instance.module().clone()
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        self.base.release_locks_of(self.number);
    }
}

/// Why a module could not be loaded.
#[derive(Debug)]
pub enum LoadError {
    /// Its text is wrong.
    Syntax(Vec<SyntaxError>),
    /// Its body has stopped.
    Halt(Halt),
}

impl std::fmt::Display for LoadError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Syntax(errors) => errors.iter().try_for_each(|error| writeln!(f, "{error}")),
            Self::Halt(halt) => halt.fmt(f),
        }
    }
}
