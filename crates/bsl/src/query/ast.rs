//! What a query asks.

use crate::name::Name;
use crate::value::Value;

/// One query, perhaps of several parts.
#[derive(Debug)]
pub(super) struct Request {
    /// The parts of `ОБЪЕДИНИТЬ`; `true` where only different rows are wanted (without `ВСЕ`).
    pub(super) parts: Vec<(Select, bool)>,
    /// `УПОРЯДОЧИТЬ ПО`, with «from high to low».
    pub(super) order: Vec<(Expression, bool)>,
}

/// One `ВЫБРАТЬ`.
#[derive(Debug)]
pub(super) struct Select {
    pub(super) is_allowed_only: bool,
    pub(super) is_distinct: bool,
    pub(super) first: Option<usize>,
    pub(super) fields: Vec<Selected>,
    pub(super) sources: Vec<Source>,
    pub(super) condition: Option<Expression>,
    pub(super) groups: Vec<Expression>,
    pub(super) having: Option<Expression>,
}

/// A column of the answer.
#[derive(Debug)]
pub(super) struct Selected {
    pub(super) expression: Expression,
    pub(super) alias: Name,
}

/// A table, and how its rows are joined to those before it.
#[derive(Debug)]
pub(super) struct Source {
    /// `Документ.Запрос.Товары`
    pub(super) table: Vec<Name>,
    pub(super) alias: Name,
    pub(super) join: Join,
    pub(super) line: u32,
}

#[derive(Debug)]
pub(super) enum Join {
    First,
    /// Every row with every row.
    Cross,
    Inner(Expression),
    Left(Expression),
}

#[derive(Debug)]
pub(super) enum Expression {
    Field {
        path: Vec<Name>,
        line: u32,
    },
    Parameter(Name),
    Literal(Value),
    /// `ЗНАЧЕНИЕ(Перечисление.ЮрФизЛицо.ЮрЛицо)`
    Constant {
        path: String,
        line: u32,
    },
    Binary(Box<Expression>, Operator, Box<Expression>),
    Not(Box<Expression>),
    Negated(Box<Expression>),
    In {
        value: Box<Expression>,
        among: Vec<Expression>,
        in_hierarchy: bool,
    },
    Between(Box<Expression>, Box<Expression>, Box<Expression>),
    Like(Box<Expression>, Box<Expression>),
    IsNull(Box<Expression>),
    /// `ССЫЛКА Документ.Запрос`
    IsReference(Box<Expression>, String),
    OrElse(Box<Expression>, Box<Expression>),
    Case(Vec<(Expression, Expression)>, Option<Box<Expression>>),
    Aggregate(Aggregate, Option<Box<Expression>>),
    /// `ВЫРАЗИТЬ(… КАК …)`
    Cast(Box<Expression>, String),
    /// `ПРЕДСТАВЛЕНИЕ`
    Shown(Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
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
}

impl Operator {
    /// Whether it asks which of two values is less or whether they are the same.
    pub(super) fn compares(self) -> bool {
        matches!(self, Self::Equal | Self::NotEqual | Self::Less | Self::More | Self::NotMore | Self::NotLess)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Aggregate {
    Sum,
    Count { is_distinct: bool },
    Greatest,
    Least,
}
