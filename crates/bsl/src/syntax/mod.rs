//! From text to a tree whose every name is known, or to errors with their lines.

pub(crate) mod ast;
mod directives;
pub(crate) mod lexer;
mod parser;
mod resolve;

use std::fmt;
use std::rc::Rc;

pub(crate) use resolve::{Fragment, resolve_fragment};

use crate::name::Name;
use crate::platform::{Place, Platform};

/// Why a module does not compile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// The line, counted from 1.
    pub line: u32,
    /// What is wrong there, in the words of 1C.
    pub text: String,
}

impl SyntaxError {
    fn new(line: u32, text: impl Into<String>) -> Self {
        Self { line, text: text.into() }
    }
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "({}): {}", self.line, self.text)
    }
}

/// What a module finds around itself.
pub(crate) struct Surroundings<'s> {
    pub(crate) platform: Platform,
    pub(crate) place: Place,
    /// Attributes of the object whose module it is.
    pub(crate) attributes: &'s [&'s str],
    /// Common modules of the configuration.
    pub(crate) modules: &'s [Name],
}

/// Reads a module and finds out what every name means. All unknown names are told at once; what cannot be read at
/// all is told first and alone.
pub(crate) fn compile(
    name: &str,
    text: &str,
    surroundings: &Surroundings<'_>,
) -> Result<Rc<ast::Module>, Vec<SyntaxError>> {
    let read = directives::apply(text, surroundings.platform, surroundings.place);
    let text = read.map_err(|error| vec![error])?;
    let tokens = lexer::tokens(&text).map_err(|error| vec![error])?;
    let mut module = parser::module(name, tokens).map_err(|error| vec![error])?;
    resolve::resolve_module(&mut module, surroundings)?;
    Ok(Rc::new(module))
}

/// An expression of `Вычислить`, not resolved yet.
pub(crate) fn expression(text: &str) -> Result<ast::Expression, SyntaxError> {
    parser::expression(lexer::tokens(text)?)
}

/// Statements of `Выполнить`, not resolved yet.
pub(crate) fn statements(text: &str) -> Result<ast::Block, SyntaxError> {
    parser::statements(lexer::tokens(text)?)
}
