//! The command line. Commands of later versions are not listed until they work.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::commands::{
    alerts, backup, config, demo, doctor, emulate, jobs, load, parked, plan, reconcile, record, restore,
    serve, setup, status, user,
};
use crate::config::{Config, Problems};
use crate::telemetry::LogFormat;

/// Where the settings are looked for when nobody says where.
const CONFIG_FILE: &str = "parom.toml";

/// Паром переправляет контрагентов из 1С в Битрикс24.
#[derive(Debug, Parser)]
#[command(
    name = "parom",
    disable_help_flag = true,
    disable_version_flag = true,
    disable_help_subcommand = true,
    subcommand_required = true,
    subcommand_help_heading = "Команды",
    next_help_heading = "Общие параметры",
    override_usage = "parom КОМАНДА [ПАРАМЕТРЫ]",
    after_help = "Справка по команде: parom КОМАНДА --help\n\
                  Завершение: 0 — сделано, 1 — не вышло, 2 — неверная команда, 3 — сделано, но часть записей ждёт человека."
)]
pub(crate) struct Cli {
    /// Что сделать.
    #[command(subcommand)]
    pub(crate) command: Command,
    /// Параметры всех команд.
    #[command(flatten)]
    pub(crate) common: Common,
}

/// What every command takes.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Файл настроек [без него — parom.toml в этой папке]
    #[arg(long, value_name = "ФАЙЛ", global = true, env = "PAROM_CONFIG", hide_env = true)]
    config: Option<PathBuf>,
    /// Вид журнала в stderr: text или json
    #[arg(long, value_name = "ВИД", global = true, env = "PAROM_LOG_FORMAT", hide_env = true, value_enum)]
    #[arg(default_value = "text", hide_default_value = true, hide_possible_values = true)]
    pub(crate) log_format: LogFormat,
    /// Показать эту справку
    #[arg(short, long, global = true, action = ArgAction::HelpShort)]
    help: Option<bool>,
    /// Показать версию
    #[arg(short = 'V', long, action = ArgAction::Version)]
    version: Option<bool>,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Показать всё за минуту: свой портал, своя 1С, настоящие компании
    Demo(demo::Args),
    /// Работать: принимать контрагентов из 1С и вести их в Битрикс24
    Serve(serve::Args),
    /// Загрузить контрагентов из файла (JSON по строкам, XML, CSV)
    Load(load::Args),
    /// Показать, что сделала бы загрузка файла, ничего не меняя
    Plan(plan::Args),
    /// Создать в портале то, чего не хватает для работы
    Setup(setup::Args),
    /// Проверить права, реквизиты и настройки; к каждой находке — что делать
    Doctor(doctor::Args),
    /// Показать, что передано, что в пути и что ждёт человека
    Status(status::Args),
    /// Записи, которые ждут человека: показать, повторить, отложить насовсем
    Parked(parked::Args),
    /// Задания, которым нужно время: показать, как далеко они, остановить
    Jobs(jobs::Args),
    /// Одна запись: откуда её значения; отправить снова, выбрать значения, связать
    Record(record::Args),
    /// Сверить 1С и Битрикс24: что различается, почему и что с этим делать
    Reconcile(reconcile::Args),
    /// Предупреждения: что открыто, доходят ли они, пауза для причины
    Alerts(alerts::Args),
    /// Кто может войти в консоль: добавить, сменить пароль и роль, закрыть вход
    User(user::Args),
    /// Скопировать базу Парома в файл; служба продолжает работать
    Backup(backup::Args),
    /// Вернуть базу Парома из копии; служба должна быть остановлена
    Restore(restore::Args),
    /// Запустить учебный Битрикс24 или учебную 1С
    Emulate(emulate::Args),
    /// Напечатать образец файла настроек
    Config(config::Args),
}

impl Cli {
    /// Reads the command line of this process.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::from_arg_matches(&command().try_get_matches()?)
    }
}

/// The whole command line with headings in Russian.
fn command() -> clap::Command {
    russian(Cli::command().version(env!("CARGO_PKG_VERSION")))
}

/// Clap's own headings are English; these are ours, for this command and all below it.
fn russian(command: clap::Command) -> clap::Command {
    const TEMPLATE: &str = "{about-with-newline}\nВызов: {usage}\n\n{all-args}{after-help}";
    const PARAMETERS: &str = "Параметры";
    let command = command.mut_args(|argument| match argument.get_help_heading() {
        Some(_) => argument,
        None => argument.help_heading(PARAMETERS),
    });
    let names: Vec<_> = command.get_subcommands().map(|inner| inner.get_name().to_owned()).collect();
    names.into_iter().fold(command.help_template(TEMPLATE), |command, name| {
        command.mut_subcommand(name, |inner| {
            russian(inner.disable_help_flag(true).disable_help_subcommand(true))
        })
    })
}

impl Common {
    /// The file of the settings, whether it exists or not.
    pub(crate) fn file(&self) -> PathBuf {
        self.config.clone().unwrap_or_else(|| CONFIG_FILE.into())
    }

    /// The settings. A file that was named has to exist; the usual one may be absent, since the environment
    /// can say everything.
    pub(crate) fn settings(&self) -> Result<Config, Problems> {
        match &self.config {
            Some(path) => Config::load(path),
            None if Path::new(CONFIG_FILE).exists() => Config::load(Path::new(CONFIG_FILE)),
            None => Config::from_environment(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        command().debug_assert();
    }
}
