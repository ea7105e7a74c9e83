//! What the text says.

use std::rc::Rc;

use crate::library::Function;
use crate::name::Name;
use crate::value::Value;

/// A module: variables, methods, and statements that run when it is loaded.
#[derive(Debug)]
pub(crate) struct Module {
    /// As it stands in messages: `ВнешняяОбработка.Паром.МодульОбъекта`.
    pub(crate) name: Rc<str>,
    pub(crate) variables: Vec<Variable>,
    pub(crate) methods: Vec<Method>,
    pub(crate) body: Method,
}

impl Module {
    /// A method and its place.
    pub(crate) fn method(&self, key: &str) -> Option<(usize, &Method)> {
        self.methods.iter().enumerate().find(|(_, method)| method.name.key() == key)
    }
}

/// A variable of a module.
#[derive(Debug)]
pub(crate) struct Variable {
    pub(crate) name: Name,
    pub(crate) is_exported: bool,
    pub(crate) line: u32,
}

/// A procedure or a function. The variables of a call are its parameters and then its locals.
#[derive(Debug)]
pub(crate) struct Method {
    pub(crate) name: Name,
    pub(crate) line: u32,
    pub(crate) is_function: bool,
    pub(crate) is_exported: bool,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) locals: Vec<Name>,
    pub(crate) block: Block,
}

impl Method {
    /// Arguments that a call cannot leave out.
    pub(crate) fn needed(&self) -> usize {
        self.parameters.iter().rposition(|parameter| parameter.default.is_none()).map_or(0, |last| last + 1)
    }
}

/// A parameter.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: Name,
    /// `Знач`: what the method does to it, the caller does not see.
    pub(crate) is_copy: bool,
    pub(crate) default: Option<Value>,
}

pub(crate) type Block = Vec<Statement>;

/// A statement with its line.
#[derive(Debug)]
pub(crate) struct Statement {
    pub(crate) line: u32,
    pub(crate) action: Action,
}

/// What a statement does.
#[derive(Debug)]
pub(crate) enum Action {
    Assign(Expression, Expression),
    Call(Expression),
    If(Vec<(Expression, Block)>, Block),
    While(Expression, Block),
    /// `Для`: the counter, from, to.
    Count(Expression, Expression, Expression, Block),
    ForEach(Expression, Expression, Block),
    Try(Block, Block),
    /// Without an expression: the exception that is being handled goes on.
    Raise(Option<Expression>),
    Return(Option<Expression>),
    Break,
    Continue,
    /// `Выполнить`.
    Execute(Expression),
}

/// An expression.
#[derive(Debug)]
pub(crate) enum Expression {
    Constant(Value),
    Name {
        name: Name,
        line: u32,
        meaning: Meaning,
    },
    Member(Box<Expression>, Name),
    Index(Box<Expression>, Box<Expression>),
    Call {
        name: Name,
        line: u32,
        arguments: Arguments,
        callee: Callee,
    },
    MethodCall(Box<Expression>, Name, Arguments),
    New {
        class: Name,
        line: u32,
        arguments: Arguments,
    },
    /// `Новый("Имя", Параметры)`.
    NewByName(Box<Expression>, Option<Box<Expression>>),
    Negated(Box<Expression>),
    Not(Box<Expression>),
    Binary(Box<Expression>, Operator, Box<Expression>),
    /// `?(условие, да, нет)`.
    Choice(Box<Expression>, Box<Expression>, Box<Expression>),
}

/// An argument may be left out.
pub(crate) type Arguments = Vec<Option<Expression>>;

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nobody has looked yet.
    Unknown,
    /// A parameter or a local of the method.
    Local(usize),
    /// A variable of the module.
    Module(usize),
    /// An attribute of the object whose module it is.
    Attribute,
    /// The object whose module it is.
    ThisObject,
    /// A property of the global context: `Справочники`.
    Global,
}

/// What is called by a bare name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Callee {
    /// Nobody has looked yet.
    Unknown,
    /// A method of the module.
    Own(usize),
    /// A function of the platform.
    Platform(&'static Function),
}

/// Between two values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operator {
    Or,
    And,
    Equal,
    NotEqual,
    Less,
    More,
    NotMore,
    NotLess,
    Plus,
    Minus,
    Times,
    Divided,
    Remainder,
}
