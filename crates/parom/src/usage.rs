//! What clap has to say about a wrong command line, in Russian.

use std::fmt::Write;

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// The complaint with the way to help under it.
pub(crate) fn complaint(error: &clap::Error) -> String {
    let mut text = format!("ошибка: {}", what(error));
    if let Some(near) = suggestion(error) {
        let _ = write!(text, "; похоже на `{near}`");
    }
    let _ = write!(text, "\n\nСправка: parom --help");
    text
}

fn what(error: &clap::Error) -> String {
    let argument = told(error, ContextKind::InvalidArg);
    let value = told(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::UnknownArgument => format!("неизвестный параметр `{argument}`"),
        ErrorKind::InvalidSubcommand => {
            format!("нет команды `{}`", told(error, ContextKind::InvalidSubcommand))
        }
        ErrorKind::InvalidValue if value.is_empty() => format!("у параметра `{argument}` нет значения"),
        ErrorKind::InvalidValue => {
            let mut text = format!("`{argument}` не может быть «{value}»");
            let valid = told(error, ContextKind::ValidValue);
            if !valid.is_empty() {
                let _ = write!(text, "; бывает: {valid}");
            }
            text
        }
        ErrorKind::ValueValidation => {
            let cause = std::error::Error::source(error).map_or(String::new(), |cause| format!(": {cause}"));
            format!("`{argument}` не может быть «{value}»{cause}")
        }
        ErrorKind::MissingRequiredArgument => format!("не хватает: {argument}"),
        ErrorKind::MissingSubcommand | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            "не сказано, что сделать".to_owned()
        }
        ErrorKind::ArgumentConflict => format!(
            "`{argument}` нельзя указать вместе с `{}` или дважды",
            told(error, ContextKind::PriorArg)
        ),
        ErrorKind::TooManyValues | ErrorKind::WrongNumberOfValues | ErrorKind::TooFewValues => {
            format!("у параметра `{argument}` не столько значений, сколько нужно")
        }
        ErrorKind::NoEquals => format!("после `{argument}` нужен знак «=» и значение"),
        ErrorKind::InvalidUtf8 => "в командной строке есть буквы не в UTF-8".to_owned(),
        // The kinds are open to new ones; their own words are better than silence.
        _ => error.to_string(),
    }
}

fn suggestion(error: &clap::Error) -> Option<String> {
    [ContextKind::SuggestedArg, ContextKind::SuggestedSubcommand, ContextKind::SuggestedValue]
        .into_iter()
        .map(|kind| told(error, kind))
        .find(|text| !text.is_empty())
}

fn told(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        Some(ContextValue::StyledStr(text)) => text.to_string(),
        _ => String::new(),
    }
}
