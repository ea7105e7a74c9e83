//! Takes settings out of a file and the environment, and remembers everything that does not fit.
//!
//! Not serde: it stops at the first mistake, and a person who mends a file wants to see them all.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use console::{Origin, Setting, SettingValue};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::setting::{Setting as Value, nearest};
use super::{DEFAULT_FILE, Place, Problem, Problems, Secret};

/// Variables of the environment look like `PAROM_ONEC__PASSWORD`: section and key apart by two underscores.
const VARIABLE_PREFIX: &str = "PAROM_";

/// A file of secrets longer than this is not one.
const SECRET_FILE_BYTES: u64 = 64 * 1024;

/// The document, the variables, and what was found wrong so far.
pub(super) struct Reader<'t> {
    text: &'t str,
    folder: PathBuf,
    document: DeTable<'t>,
    variables: BTreeMap<(String, String), (String, String)>,
    known: Vec<(&'static str, String)>,
    shown: Vec<Setting>,
    sections: Vec<&'static str>,
    problems: Vec<Problem>,
}

/// One section of the document.
pub(super) struct Section<'r, 't> {
    reader: &'r mut Reader<'t>,
    name: &'static str,
}

/// A value as somebody wrote it.
struct Found {
    value: Raw,
    place: Place,
}

enum Raw {
    /// From quotes or from the environment.
    Text(String),
    /// A number or a logical value without quotes.
    Bare(String),
    List(Vec<String>),
    /// A table or a date where a value was expected.
    Other,
}

impl<'t> Reader<'t> {
    /// Opens a text. A text that is no TOML has no further problems worth telling.
    pub(super) fn open(
        text: &'t str,
        folder: &Path,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Problems> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (document, errors) = DeTable::parse_recoverable(text);
        if !errors.is_empty() {
            let problems = errors.iter().map(|error| {
                // The full display of the error shows the line, and the line may be a password.
                let place = error.span().map_or(Place::Whole, |span| Place::Line(line_at(text, span.start)));
                Problem::new(place, format!("это не TOML: {}", error.message()))
            });
            return Err(Problems::from(problems.collect::<Vec<_>>()));
        }
        let variables = variables
            .into_iter()
            .filter_map(|(name, value)| {
                let (section, key) = name.strip_prefix(VARIABLE_PREFIX)?.split_once("__")?;
                let path = (section.to_ascii_lowercase(), key.to_ascii_lowercase());
                Some((path, (name, value)))
            })
            .collect();
        Ok(Self {
            text,
            folder: folder.to_owned(),
            document: document.into_inner(),
            variables,
            known: Vec::new(),
            shown: Vec::new(),
            sections: Vec::new(),
            problems: Vec::new(),
        })
    }

    /// A section, absent or not.
    pub(super) fn section(&mut self, name: &'static str) -> Section<'_, 't> {
        self.sections.push(name);
        Section { reader: self, name }
    }

    /// Tells everything that was wrong, keys that nobody asked for among it.
    pub(super) fn finish(mut self) -> Result<(), Problems> {
        let mut strangers = Vec::new();
        for (key, value) in &self.document {
            let place = Place::Line(line_at(self.text, key.span().start));
            match value.get_ref() {
                DeValue::Table(table) if self.sections.contains(&key.get_ref().as_ref()) => {
                    strangers.extend(table.keys().filter_map(|inner| {
                        let place = Place::Line(line_at(self.text, inner.span().start));
                        self.unknown(place, key.get_ref(), inner.get_ref())
                    }));
                }
                DeValue::Table(_) => strangers.push(self.unknown_section(place, key.get_ref())),
                _ => strangers.push(self.outside(place, key.get_ref())),
            }
        }
        for ((section, key), (name, _)) in &self.variables {
            let place = Place::Variable(name.clone());
            if self.sections.contains(&section.as_str()) {
                strangers.extend(self.unknown(place, section, key));
            } else {
                strangers.push(self.unknown_section(place, section));
            }
        }
        self.problems.extend(strangers);
        if self.problems.is_empty() { Ok(()) } else { Err(self.problems.into()) }
    }

    /// Every setting that was asked for, as people may see it; secrets are not in it.
    pub(super) fn shown(&self) -> Vec<Setting> {
        self.shown.clone()
    }

    /// Every (section, key) that was asked for.
    #[cfg(test)]
    pub(super) fn known(&self) -> &[(&'static str, String)] {
        &self.known
    }

    fn unknown(&self, place: Place, section: &str, key: &str) -> Option<Problem> {
        if self.known.iter().any(|known| known.0 == section && known.1 == key) {
            return None;
        }
        let siblings = self.known.iter().filter(|known| known.0 == section).map(|known| known.1.as_str());
        let hint = match (self.home_of(key), nearest(key, siblings)) {
            (Some(home), _) => format!("; такой ключ есть в разделе [{home}]"),
            (None, Some(near)) => format!("; похож на `{near}`"),
            (None, None) => String::new(),
        };
        Some(Problem::new(place, format!("[{section}] не знает ключа `{key}`{hint}")))
    }

    fn unknown_section(&self, place: Place, section: &str) -> Problem {
        let hint = match nearest(section, self.sections.iter().copied()) {
            Some(near) => format!("похож на [{near}]"),
            None => format!(
                "есть {}",
                self.sections.iter().map(|name| format!("[{name}]")).collect::<Vec<_>>().join(", ")
            ),
        };
        Problem::new(place, format!("нет раздела [{section}]; {hint}"))
    }

    fn outside(&self, place: Place, key: &str) -> Problem {
        let hint = self.home_of(key).map_or(String::new(), |home| format!("; он есть в разделе [{home}]"));
        Problem::new(place, format!("ключ `{key}` стоит вне раздела{hint}"))
    }

    fn home_of(&self, key: &str) -> Option<&'static str> {
        self.known.iter().find(|known| known.1 == key).map(|known| known.0)
    }
}

impl Section<'_, '_> {
    /// The value of `key`, or `default` where nobody set it (or set it wrong, which is then a problem).
    pub(super) fn take<T: Value>(&mut self, key: &'static str, default: T) -> T {
        self.find_text::<T>(key).and_then(|(text, place)| self.parse(key, &text, place)).unwrap_or(default)
    }

    /// As [`take`](Self::take); an empty text means «not set».
    pub(super) fn take_optional<T: Value>(&mut self, key: &'static str) -> Option<T> {
        let (text, place) = self.find_text::<T>(key).filter(|(text, _)| !text.is_empty())?;
        self.parse(key, &text, place)
    }

    /// As [`take`](Self::take); an empty text switches off what is on by default.
    pub(super) fn take_or_off<T: Value>(&mut self, key: &'static str, default: Option<T>) -> Option<T> {
        match self.find_text::<T>(key) {
            None => default,
            Some((text, _)) if text.is_empty() => None,
            Some((text, place)) => self.parse(key, &text, place),
        }
    }

    /// A list; in a variable its items stand apart by commas.
    pub(super) fn take_list<T: Value>(&mut self, key: &'static str) -> Vec<T> {
        let found = self.find(key);
        self.show(key, found.as_ref());
        let Some(found) = found else { return Vec::new() };
        let items = match found.value {
            Raw::List(items) => items,
            Raw::Text(text) if matches!(found.place, Place::Variable(_)) => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).map(str::to_owned).collect()
            }
            Raw::Text(_) | Raw::Bare(_) | Raw::Other => {
                self.complain(found.place, format!("`{key}`: ожидается список в квадратных скобках"));
                return Vec::new();
            }
        };
        let mut list = Vec::with_capacity(items.len());
        for item in items {
            list.extend(self.parse::<T>(key, &item, found.place.clone()));
        }
        list
    }

    /// A secret: from `key` or from the file that `<key>_file` names. `check` says what is wrong with it
    /// in words that do not contain it. An empty text means «not set».
    pub(super) fn take_secret<T>(
        &mut self,
        key: &'static str,
        check: impl FnOnce(Secret) -> Result<T, String>,
    ) -> Option<T> {
        let direct = self.find_secret(key);
        let from_file = self.find_secret_file(key);
        self.show_secret(key, direct.as_ref(), from_file.as_ref());
        let (value, place) = match (direct, from_file) {
            (Some((_, Place::Line(_))), Some((_, place @ Place::Line(_)))) => {
                let text = format!("[{}] задаёт и `{key}`, и `{key}_file`; оставьте одно из двух", self.name);
                self.complain(place, text);
                return None;
            }
            // A variable wins over the file, whichever of the two spellings it uses.
            (Some((_, Place::Line(_))), Some(from_variable)) => from_variable,
            (Some(direct), _) => direct,
            (None, Some(from_file)) => from_file,
            (None, None) => return None,
        };
        check(value).map_err(|text| self.complain(place, format!("`{key}`: {text}"))).ok()
    }

    /// Notes something wrong that only the section itself can see.
    pub(super) fn complain(&mut self, place: Place, text: impl Into<String>) {
        self.reader.problems.push(Problem::new(place, text));
    }

    fn parse<T: Value>(&mut self, key: &str, text: &str, place: Place) -> Option<T> {
        let value = T::parse(text);
        if value.is_none() {
            self.complain(place, wrong::<T>(key, text));
        }
        value
    }

    fn find_text<T: Value>(&mut self, key: &str) -> Option<(String, Place)> {
        let found = self.find(key);
        self.show(key, found.as_ref());
        let found = found?;
        match found.value {
            Raw::Text(text) => return Some((text.trim().to_owned(), found.place)),
            Raw::Bare(text) if !T::QUOTED => return Some((text, found.place)),
            Raw::Bare(text) => self.complain(found.place, wrong::<T>(key, &text)),
            Raw::List(_) | Raw::Other => {
                self.complain(found.place, format!("`{key}`: ожидается {}", T::EXPECTED));
            }
        }
        None
    }

    fn find_secret(&mut self, key: &str) -> Option<(Secret, Place)> {
        let found = self.find(key)?;
        match found.value {
            Raw::Text(text) if text.is_empty() => None,
            Raw::Text(text) => Some((Secret::from(text), found.place)),
            Raw::Bare(_) | Raw::List(_) | Raw::Other => {
                self.complain(found.place, format!("`{key}`: ожидается текст в кавычках"));
                None
            }
        }
    }

    fn find_secret_file(&mut self, key: &str) -> Option<(Secret, Place)> {
        let (path, place) = self.find_secret(&format!("{key}_file"))?;
        let path = self.reader.folder.join(path.expose());
        match read_secret_file(&path) {
            Ok(secret) => Some((secret, place)),
            Err(error) => {
                self.complain(place, format!("не читается файл секрета {}: {error}", path.display()));
                None
            }
        }
    }

    /// Remembers a setting for people.
    fn show(&mut self, key: &str, found: Option<&Found>) {
        let (text, origin) = match found {
            Some(found) => (found.value.to_string(), origin(&found.place)),
            None => (default_of(self.name, key), Origin::Default),
        };
        let value = if text.is_empty() { SettingValue::Unset } else { SettingValue::Text(text) };
        self.reader.shown.push(Setting { section: self.name.to_owned(), key: key.to_owned(), value, origin });
    }

    fn show_secret(
        &mut self,
        key: &str,
        direct: Option<&(Secret, Place)>,
        from_file: Option<&(Secret, Place)>,
    ) {
        let (value, origin) = match (direct, from_file) {
            (Some((_, place)), _) => (SettingValue::Hidden, origin(place)),
            (None, Some(_)) => (SettingValue::Hidden, Origin::SecretFile),
            (None, None) => (SettingValue::Unset, Origin::Default),
        };
        self.reader.shown.push(Setting { section: self.name.to_owned(), key: key.to_owned(), value, origin });
    }

    fn find(&mut self, key: &str) -> Option<Found> {
        self.reader.known.push((self.name, key.to_owned()));
        let path = (self.name.to_owned(), key.to_owned());
        if let Some((name, value)) = self.reader.variables.get(&path) {
            return Some(Found { value: Raw::Text(value.clone()), place: Place::Variable(name.clone()) });
        }
        let DeValue::Table(table) = self.reader.document.get(self.name)?.get_ref() else { return None };
        let (spanned, value) = table.get_key_value(key)?;
        let place = Place::Line(line_at(self.reader.text, spanned.span().start));
        Some(Found { value: raw(value), place })
    }
}

fn origin(place: &Place) -> Origin {
    match place {
        Place::Variable(_) => Origin::Variable,
        Place::Line(_) | Place::Whole => Origin::File,
    }
}

/// What the documented file says, which a test keeps equal to the defaults.
fn default_of(section: &str, key: &str) -> String {
    static DEFAULTS: LazyLock<DeTable<'static>> =
        LazyLock::new(|| DeTable::parse(DEFAULT_FILE).expect("the documented file is TOML").into_inner());
    let DeValue::Table(table) = DEFAULTS.get(section).map_or(&DeValue::Boolean(false), Spanned::get_ref)
    else {
        return String::new();
    };
    table.get(key).map_or_else(String::new, |value| raw(value).to_string())
}

impl fmt::Display for Raw {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) | Self::Bare(text) => f.write_str(text.trim()),
            Self::List(items) => f.write_str(&items.join(", ")),
            Self::Other => Ok(()),
        }
    }
}

fn wrong<T: Value>(key: &str, text: &str) -> String {
    let hint = T::nearest(text).map_or(String::new(), |near| format!("; похоже на `{near}`"));
    format!("`{key}`: ожидается {}, а указано «{text}»{hint}", T::EXPECTED)
}

fn raw(value: &Spanned<DeValue<'_>>) -> Raw {
    match value.get_ref() {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Integer(number) => Raw::Bare(number.to_string()),
        DeValue::Float(number) => Raw::Bare(number.to_string()),
        DeValue::Boolean(flag) => Raw::Bare(flag.to_string()),
        DeValue::Array(items) => items
            .iter()
            .map(|item| match raw(item) {
                Raw::Text(text) | Raw::Bare(text) => Some(text),
                Raw::List(_) | Raw::Other => None,
            })
            .collect::<Option<Vec<_>>>()
            .map_or(Raw::Other, Raw::List),
        DeValue::Datetime(_) | DeValue::Table(_) => Raw::Other,
    }
}

fn read_secret_file(path: &Path) -> std::io::Result<Secret> {
    if std::fs::metadata(path)?.len() > SECRET_FILE_BYTES {
        return Err(std::io::Error::other("он слишком велик для секрета"));
    }
    let text = std::fs::read_to_string(path)?;
    Ok(Secret::from(text.trim_end_matches(['\r', '\n']).to_owned()))
}

fn line_at(text: &str, offset: usize) -> usize {
    text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1
}
