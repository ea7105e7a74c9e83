//! What a person sets: one TOML file, each key also as an environment variable.
//!
//! A file is read as a whole: every problem of it is told at once, with its line and the nearest known key.
//! The order is default → file → `<key>_file` of a secret → environment variable `PAROM_SECTION__KEY`.
//! `parom.default.toml` is the documentation of all keys; a test keeps it equal to [`Config::default`].

mod alerts;
mod bitrix24;
mod deal;
mod onec;
mod problem;
mod reader;
mod rules;
mod secret;
mod server;
mod setting;
mod store;
mod units;
mod write;

use std::path::Path;

use domain::{Rules, SignedDuration};

pub(crate) use alerts::Alerts;
pub(crate) use bitrix24::Bitrix24;
pub(crate) use deal::{Deal, Inquiry};
pub(crate) use onec::OneC;
pub(crate) use problem::{Place, Problem, Problems};
pub(crate) use secret::Secret;
pub(crate) use server::Server;
pub(crate) use store::Store;
pub(crate) use write::{Answers, write};

use reader::Reader;

/// The default file with every key explained, for `parom.toml` of a new installation.
pub(crate) const DEFAULT_FILE: &str = include_str!("../../parom.default.toml");

/// Everything that can be set, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Config {
    /// Where Parom listens.
    pub(crate) server: Server,
    /// Where Parom keeps what it knows.
    pub(crate) store: Store,
    /// The portal.
    pub(crate) bitrix24: Bitrix24,
    /// The contract with 1C.
    pub(crate) onec: OneC,
    /// Which fields of a deal show what 1C tells.
    pub(crate) deal: Deal,
    /// What of a deal travels to 1C.
    pub(crate) inquiry: Inquiry,
    /// Who wins, per field.
    pub(crate) rules: Rules,
    /// What people are told of, and where.
    pub(crate) alerts: Alerts,
    /// All of it for people, and who set it.
    pub(crate) shown: Shown,
}

/// A length of time as settings write it, for parameters of commands.
pub(crate) fn duration(text: &str) -> Option<SignedDuration> {
    setting::Setting::parse(text)
}

/// The settings as people may see them: without secrets, with where each comes from.
#[derive(Clone, Default)]
pub(crate) struct Shown(pub(crate) Vec<console::Setting>);

impl std::fmt::Debug for Shown {
    // The settings themselves are shown beside it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shown")
    }
}

impl Config {
    /// Reads `path` under the variables of this process.
    pub(crate) fn load(path: &Path) -> Result<Self, Problems> {
        let text = std::fs::read_to_string(path).map_err(|error| Problems::of_file(path, &error))?;
        let folder = path.parent().unwrap_or(Path::new("."));
        Self::read(&text, folder, variables()).map_err(|problems| problems.in_file(path))
    }

    /// The variables of this process over the defaults.
    pub(crate) fn from_environment() -> Result<Self, Problems> {
        Self::read("", Path::new("."), variables())
    }

    /// Reads a text. Secret files are looked for from `folder`; `variables` are names with values.
    pub(crate) fn read(
        text: &str,
        folder: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let mut reader = Reader::open(text, folder, variables)?;
        let config = Self {
            server: Server::read(&mut reader.section("server")),
            store: Store::read(&mut reader.section("store")),
            bitrix24: Bitrix24::read(&mut reader.section("bitrix24")),
            onec: OneC::read(&mut reader.section("onec")),
            deal: Deal::read(&mut reader.section("deal")),
            inquiry: Inquiry::read(&mut reader.section("inquiry")),
            rules: rules::read(&mut reader.section("rules")),
            alerts: Alerts::read(&mut reader.section("alerts")),
            shown: Shown::default(),
        };
        let shown = Shown(reader.shown());
        reader.finish()?;
        Ok(Self { shown, ..config })
    }

    /// Whether nobody has set anything of either side yet: then `serve` asks for it.
    pub(crate) fn is_first_start(&self) -> bool {
        self.bitrix24.webhook().is_err() && self.onec.password().is_err()
    }

    /// What `serve` cannot start without, all gaps at once.
    pub(crate) fn for_serving(&self) -> Result<(), Problems> {
        let gaps: Vec<_> =
            [self.bitrix24.webhook().err(), self.onec.password().err()].into_iter().flatten().collect();
        if gaps.is_empty() { Ok(()) } else { Err(gaps.into()) }
    }
}

/// Variables that are no UTF-8 are none of ours: all our names and values are text.
fn variables() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Config, Problems> {
        Config::read(text, Path::new("."), [])
    }

    fn told(text: &str) -> String {
        read(text).expect_err("the file is wrong").to_string()
    }

    #[test]
    fn the_documented_file_sets_every_key_to_its_default() {
        let default = format!("{:?}", Config::default());
        assert_eq!(format!("{:?}", read(DEFAULT_FILE).unwrap()), default);
        assert_eq!(format!("{:?}", read("").unwrap()), default);
    }

    #[test]
    fn the_documented_file_names_every_known_key() {
        let mut reader = Reader::open("", Path::new("."), []).unwrap();
        Server::read(&mut reader.section("server"));
        Store::read(&mut reader.section("store"));
        Bitrix24::read(&mut reader.section("bitrix24"));
        OneC::read(&mut reader.section("onec"));
        Deal::read(&mut reader.section("deal"));
        Inquiry::read(&mut reader.section("inquiry"));
        rules::read(&mut reader.section("rules"));
        Alerts::read(&mut reader.section("alerts"));

        for (section, key) in reader.known() {
            let (_, from_section) = DEFAULT_FILE.split_once(&format!("[{section}]")).unwrap();
            let body = from_section.split("\n[").next().unwrap();
            assert!(
                body.lines()
                    .any(|line| line.trim_start_matches(['#', ' ']).starts_with(&format!("{key} = "))),
                "[{section}] does not show `{key}`"
            );
        }
    }

    #[test]
    fn an_unknown_key_is_told_with_its_line_and_the_nearest_known_key() {
        let told = told("[server]\nlisten = \"127.0.0.1:1\"\n\n[bitrix24]\nsweep_evry = \"60s\"\n");

        assert_eq!(told, "строка 5: [bitrix24] не знает ключа `sweep_evry`; похож на `sweep_every`");
    }

    #[test]
    fn a_key_in_the_wrong_section_is_told_where_it_belongs() {
        assert_eq!(
            told("[server]\npassword = \"x\"\n"),
            "строка 2: [server] не знает ключа `password`; такой ключ есть в разделе [onec]"
        );
        assert_eq!(
            told("listen = \"127.0.0.1:1\"\n"),
            "строка 1: ключ `listen` стоит вне раздела; он есть в разделе [server]"
        );
        assert_eq!(
            told("[sever]\nlisten = \"127.0.0.1:1\"\n"),
            "строка 1: нет раздела [sever]; похож на [server]"
        );
    }

    #[test]
    fn all_problems_of_a_file_are_told_at_once_in_the_order_of_its_lines() {
        let told = told(
            "[server]\nlisten = 8024\nbody_limit = \"64 ведра\"\n[onec]\nmatch = \"iin\"\ntime_zone = \
             \"Europe/Moskow\"\nredeliver_after = \"4\"\n[rules]\nphones = \"1c\"\nphone = \"onec\"\n",
        );

        let lines: Vec<_> = told.lines().map(|line| line.split(':').next().unwrap()).collect();
        assert_eq!(
            lines,
            ["строка 2", "строка 3", "строка 5", "строка 6", "строка 7", "строка 9", "строка 10"],
            "{told}"
        );
        assert!(told.contains("похоже на `inn`"), "{told}");
        assert!(told.contains("похоже на `Europe/Moscow`"), "{told}");
        assert!(told.contains("похож на `phones`"), "{told}");
    }

    #[test]
    fn a_file_that_is_no_toml_is_told_by_line_and_without_its_text() {
        let told = told("[onec]\npassword = \"тайна\nlogin = 1c\n");

        assert!(told.starts_with("строка 2: "), "{told}");
        assert!(!told.contains("тайна"), "{told}");
    }

    #[test]
    fn a_variable_wins_over_the_file_and_a_wrong_one_is_told_by_name() {
        let variable = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let text = "[onec]\nlogin = \"из файла\"\n";

        let config = Config::read(
            text,
            Path::new("."),
            [
                variable("PAROM_ONEC__LOGIN", "из окружения"),
                variable("PAROM_BITRIX24__PIPELINES", "0, 7"),
                variable("PAROM_LOG", "debug"),
                variable("HOME", "/root"),
            ],
        )
        .unwrap();
        assert_eq!(config.onec.login, "из окружения");
        assert_eq!(config.bitrix24.pipelines, [0, 7]);

        let problems = Config::read(
            text,
            Path::new("."),
            [
                variable("PAROM_ONEC__LOGN", "x"),
                variable("PAROM_RULES__INN", "всегда"),
                variable("PAROM_ONECE__LOGIN", "x"),
            ],
        )
        .unwrap_err()
        .to_string();
        assert!(problems.contains("переменная PAROM_ONEC__LOGN: "), "{problems}");
        assert!(problems.contains("похож на `login`"), "{problems}");
        assert!(problems.contains("переменная PAROM_RULES__INN: "), "{problems}");
        assert!(problems.contains("переменная PAROM_ONECE__LOGIN: нет раздела [onece]"), "{problems}");
    }

    #[test]
    fn a_secret_comes_from_its_file_without_the_newline_and_never_from_two_places() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("password"), "тайна из файла\r\n").unwrap();
        let read = |text: &str| Config::read(text, folder.path(), []);

        let config = read("[onec]\npassword_file = \"password\"\n").unwrap();
        assert_eq!(config.onec.password().unwrap().expose(), "тайна из файла");

        let twice =
            read("[onec]\npassword = \"тайна\"\npassword_file = \"password\"\n").unwrap_err().to_string();
        assert_eq!(twice, "строка 3: [onec] задаёт и `password`, и `password_file`; оставьте одно из двух");

        let absent = read("[onec]\npassword_file = \"нет такого\"\n").unwrap_err().to_string();
        assert!(absent.starts_with("строка 2: не читается файл секрета"), "{absent}");
    }

    #[test]
    fn people_see_every_setting_with_its_origin_and_no_secret() {
        use console::{Origin, SettingValue};

        let text =
            "[onec]\npassword = \"s3cr3t\"\ntime_zone = \"Asia/Omsk\"\n[bitrix24]\npipelines = [0, 7]\n";
        let variables = [("PAROM_ONEC__LOGIN".to_owned(), "база".to_owned())];
        let Shown(shown) = Config::read(text, Path::new("."), variables).unwrap().shown;
        let of = |section: &str, key: &str| {
            let setting =
                shown.iter().find(|setting| setting.section == section && setting.key == key).unwrap();
            (setting.value.clone(), setting.origin)
        };
        let text = |text: &str| SettingValue::Text(text.to_owned());

        assert_eq!(of("onec", "password"), (SettingValue::Hidden, Origin::File));
        assert_eq!(of("onec", "time_zone"), (text("Asia/Omsk"), Origin::File));
        assert_eq!(of("onec", "login"), (text("база"), Origin::Variable));
        assert_eq!(of("bitrix24", "pipelines"), (text("0, 7"), Origin::File));
        assert_eq!(of("bitrix24", "sweep_every"), (text("60s"), Origin::Default));
        assert_eq!(of("bitrix24", "webhook_url"), (SettingValue::Unset, Origin::Default));
        assert_eq!(of("server", "public_url"), (SettingValue::Unset, Origin::Default));
        assert!(!format!("{shown:?}").contains("s3cr3t"));
    }

    #[test]
    fn no_secret_is_shown_by_debug_or_by_a_complaint_about_it() {
        let hidden = "s3cr3t";
        let config = read(&format!(
            "[store]\nurl = \"postgres://parom:{hidden}@db/parom\"\n[bitrix24]\nwebhook_url = \
             \"https://portal.example.ru/rest/1/{hidden}/\"\nmodule_secret = \"{hidden}\"\napplication_token = \
             \"{hidden}\"\n[onec]\npassword = \"{hidden}\"\n"
        ))
        .unwrap();
        let shown = format!("{config:?}");
        assert!(!shown.contains(hidden), "{shown}");
        assert!(shown.contains("portal.example.ru"), "{shown}");

        for wrong in
            ["ftp://x/rest/1/s3cr3t/", "http://example.ru/rest/1/s3cr3t/", "https://example.ru/s3cr3t/"]
        {
            let told = told(&format!("[bitrix24]\nwebhook_url = \"{wrong}\"\n"));
            assert!(told.starts_with("строка 2: "), "{told}");
            assert!(!told.contains(hidden), "{told}");
        }
        let told = told("[store]\nurl = \"mysql://parom:s3cr3t@db/parom\"\n");
        assert!(!told.contains(hidden), "{told}");
    }

    #[test]
    fn an_application_is_set_whole_or_not_at_all_and_its_server_is_spoken_to_in_secret() {
        let config = read("[bitrix24]\nclient_id = \"local.1\"\nclient_secret = \"s3cr3t\"\n").unwrap();
        assert!(config.bitrix24.application().is_some());
        assert!(!format!("{config:?} {:?}", config.bitrix24.application()).contains("s3cr3t"));
        assert!(Config::default().bitrix24.application().is_none());

        assert!(told("[bitrix24]\nclient_id = \"local.1\"\n").contains("нет `client_secret`"));
        let half = told("[bitrix24]\nclient_secret = \"s3cr3t\"\n");
        assert!(half.contains("нет `client_id`") && !half.contains("s3cr3t"), "{half}");
        assert!(told("[bitrix24]\noauth_server = \"http://oauth.bitrix.info\"\n").starts_with("строка 2: "));
        assert!(told("[bitrix24]\nclient_secrt = \"x\"\n").contains("похож на `client_secret`"));
    }

    #[test]
    fn a_channel_of_alerts_is_set_whole_and_its_secrets_are_not_shown() {
        let config = read(
            "[alerts]\nemail_to = [\"a@example.ru\"]\nemail_from = \"Паром <p@example.ru>\"\nsmtp_server = \
             \"mail:25\"\nsmtp_login = \"p\"\nsmtp_password = \"s3cr3t\"\ntelegram_chats = [\"-1\"]\ntelegram_token = \
             \"1:s3cr3t\"\nportal_users = [1, 7]\nparked_above = \"\"\ndisk_free_below = \"5GiB\"\n",
        )
        .unwrap();
        let channels = config.alerts.channels();
        assert!(channels.email.is_some() && channels.telegram.is_some() && channels.portal.is_some());
        assert!(!format!("{config:?} {channels:?}").contains("s3cr3t"));
        let rules = config.alerts.rules(&config);
        assert_eq!((rules.parked_above, rules.disk_free_below), (None, Some(5 << 30)));

        assert_eq!(told("[alerts]\nemail_to = [\"a@example.ru\"]\n").lines().count(), 2);
        assert!(told("[alerts]\ntelegram_chats = [\"-1\"]\n").contains("нет `telegram_token`"));
        assert!(told("[alerts]\ntelegram_token = \"1:a\"\n").contains("нет `telegram_chats`"));
        assert!(!told("[alerts]\ntelegram_token = \"s3cr3t/../x\"\n").contains("s3cr3t"));
        assert!(
            told("[alerts]\nsmtp_login = \"p\"\nemail_to = [\"a@b.ru\"]\n")
                .contains("`smtp_password` вместе")
        );
        assert!(told("[alerts]\nparked_abov = 5\n").contains("похож на `parked_above`"));
        assert!(told("[alerts]\nsmtp_security = \"startls\"\n").contains("похоже на `starttls`"));
        assert!(told("[alerts]\nworking_hours = \"9-18\"\n").contains("пн-пт 09:00-18:00"));
    }

    #[test]
    fn serve_is_told_everything_it_lacks_at_once() {
        let told = Config::default().for_serving().unwrap_err().to_string();

        assert!(told.contains("webhook_url"), "{told}");
        assert!(told.contains("password"), "{told}");
    }
}
