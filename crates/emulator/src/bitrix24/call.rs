//! A call of one method and what comes of it, before it becomes JSON.

use std::borrow::Cow;
use std::sync::Arc;

use super::php::{Array, Php, record};
use super::settings::Rights;

/// Who calls. A webhook calls with the rights of the user who made it, an application with those of the user for whom
/// it got its token.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    pub(crate) user: i64,
    pub(crate) admin: bool,
    pub(crate) rights: Rights,
    pub(crate) scopes: Arc<[String]>,
    /// `client_id` of the application, where one calls.
    pub(crate) application: Option<String>,
    /// Past every event of the portal, as an import or a script on the server.
    pub(crate) unseen: bool,
}

/// A method's good answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) result: Php,
    pub(crate) total: Option<i64>,
    pub(crate) next: Option<i64>,
}

impl Answer {
    pub(crate) fn of(result: impl Into<Php>) -> Self {
        Self { result: result.into(), total: None, next: None }
    }
}

/// A method's refusal: `{"error": code, "error_description": text}`.
#[derive(Clone, Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) code: Code,
    pub(crate) text: Cow<'static, str>,
}

/// `error` of a refusal. Some methods answer with a number, most old ones with an empty string.
#[derive(Clone, Debug)]
pub(crate) enum Code {
    Text(&'static str),
    Number(i64),
}

pub(crate) type Outcome = Result<Answer, Refusal>;

impl Refusal {
    /// A documented code with its HTTP status.
    pub(crate) fn coded(status: u16, code: &'static str, text: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code: Code::Text(code), text: text.into() }
    }

    /// The old CRM methods: 400, `error` empty, only the text tells.
    /// <https://apidocs.bitrix24.com/api-reference/crm/companies/crm-company-add.html>
    pub(crate) fn nameless(text: impl Into<Cow<'static, str>>) -> Self {
        Self::coded(400, "", text)
    }

    /// Lists of requisites, presets and addresses: 400 and the number 0.
    pub(crate) fn zero(text: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, code: Code::Number(0), text: text.into() }
    }

    /// `crm.item.*` without a parameter or with one of a wrong type: 400 and the number 100.
    pub(crate) fn hundred(text: impl Into<Cow<'static, str>>) -> Self {
        Self { status: 400, code: Code::Number(100), text: text.into() }
    }

    pub(crate) fn to_php(&self) -> Array {
        let code: Php = match self.code {
            Code::Text(text) => text.into(),
            Code::Number(number) => number.into(),
        };
        record! { "error" => code, "error_description" => self.text.to_string() }
    }
}

/// Parameters of an old method: `fields` and `FIELDS` are the same.
#[derive(Clone, Copy)]
pub(crate) struct Params<'a>(pub(crate) &'a Array);

impl<'a> Params<'a> {
    pub(crate) fn get(self, name: &str) -> Option<&'a Php> {
        self.0.get_any_case(name)
    }

    pub(crate) fn int(self, name: &str) -> i64 {
        self.get(name).map_or(0, Php::as_int)
    }

    pub(crate) fn text(self, name: &str) -> String {
        self.get(name).and_then(Php::as_text).unwrap_or_default()
    }

    /// An array, absent as empty. The text of the refusal is the portal's.
    pub(crate) fn array(self, name: &str) -> Result<Cow<'a, Array>, Refusal> {
        match self.get(name) {
            None | Some(Php::Null) => Ok(Cow::Owned(Array::default())),
            Some(Php::Array(array)) => Ok(Cow::Borrowed(array)),
            // An empty string is how a form says «nothing».
            Some(other) if other.is_blank() => Ok(Cow::Owned(Array::default())),
            Some(_) => Err(Refusal::nameless(format!("Parameter '{name}' must be array."))),
        }
    }

    /// `fields`, which has to be there.
    pub(crate) fn fields(self) -> Result<&'a Array, Refusal> {
        self.get("fields")
            .and_then(Php::as_array)
            .ok_or_else(|| Refusal::nameless("Parameter 'fields' must be array."))
    }

    /// `id` of an old method.
    pub(crate) fn id(self) -> Result<i64, Refusal> {
        let id = self.int("id");
        if id > 0 { Ok(id) } else { Err(Refusal::nameless("ID is not defined or invalid.")) }
    }
}
