//! Recursive descent, as strict as the platform: a missing `;` is an error.

use std::rc::Rc;

use super::SyntaxError;
use super::ast::{
    Action, Arguments, Block, Callee, Expression, Meaning, Method, Module, Operator, Parameter, Statement,
    Variable,
};
use super::lexer::{Lexeme, Token};
use crate::name::Name;
use crate::value::Value;

/// Every keyword, Russian and English. None of them can be the name of a variable.
const KEYWORDS: &[(&str, &str)] = &[
    ("если", "if"),
    ("тогда", "then"),
    ("иначеесли", "elsif"),
    ("иначе", "else"),
    ("конецесли", "endif"),
    ("для", "for"),
    ("каждого", "each"),
    ("из", "in"),
    ("по", "to"),
    ("пока", "while"),
    ("цикл", "do"),
    ("конеццикла", "enddo"),
    ("процедура", "procedure"),
    ("функция", "function"),
    ("конецпроцедуры", "endprocedure"),
    ("конецфункции", "endfunction"),
    ("перем", "var"),
    ("экспорт", "export"),
    ("знач", "val"),
    ("возврат", "return"),
    ("продолжить", "continue"),
    ("прервать", "break"),
    ("попытка", "try"),
    ("исключение", "except"),
    ("конецпопытки", "endtry"),
    ("вызватьисключение", "raise"),
    ("выполнить", "execute"),
    ("перейти", "goto"),
    ("новый", "new"),
    ("и", "and"),
    ("или", "or"),
    ("не", "not"),
    ("истина", "true"),
    ("ложь", "false"),
    ("неопределено", "undefined"),
    ("null", "null"),
];

/// Reads a whole module.
pub(super) fn module(name: &str, tokens: Vec<Token>) -> Result<Module, SyntaxError> {
    let mut parser = Parser::new(tokens);
    let mut variables = Vec::new();
    let mut methods: Vec<Method> = Vec::new();
    loop {
        parser.skip_annotation()?;
        if parser.is_next("перем") {
            if !methods.is_empty() {
                return Err(parser.error("Объявления переменных модуля стоят до процедур и функций"));
            }
            parser.module_variables(&mut variables)?;
        } else if parser.is_next("процедура") || parser.is_next("функция") {
            methods.push(parser.method()?);
        } else {
            break;
        }
    }
    let line = parser.line();
    let block = parser.block(&[])?;
    parser.expect_end()?;
    let body = Method {
        name: Name::new("(тело модуля)"),
        line,
        is_function: false,
        is_exported: false,
        parameters: Vec::new(),
        locals: Vec::new(),
        block,
    };
    Ok(Module { name: Rc::from(name), variables, methods, body })
}

/// Reads one expression and nothing else.
pub(super) fn expression(tokens: Vec<Token>) -> Result<Expression, SyntaxError> {
    let mut parser = Parser::new(tokens);
    let expression = parser.expression()?;
    parser.expect_end()?;
    Ok(expression)
}

/// Reads statements and nothing else.
pub(super) fn statements(tokens: Vec<Token>) -> Result<Block, SyntaxError> {
    let mut parser = Parser::new(tokens);
    let block = parser.block(&[])?;
    parser.expect_end()?;
    Ok(block)
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    /// Loops around the statement that is read.
    loops: u32,
    /// Handlers of exceptions around it.
    handlers: u32,
    /// Whether the method that is read is a function.
    in_function: Option<bool>,
}

/// The Russian keyword that a word is.
fn keyword(word: &Name) -> Option<&'static str> {
    KEYWORDS
        .iter()
        .find(|(russian, english)| word.key() == *russian || word.key() == *english)
        .map(|(russian, _)| *russian)
}

impl Parser {
    fn new(tokens: Vec<Token>) -> Self {
        Self { tokens, at: 0, loops: 0, handlers: 0, in_function: None }
    }

    fn next(&self) -> &Lexeme {
        &self.tokens[self.at].lexeme
    }

    fn line(&self) -> u32 {
        self.tokens[self.at].line
    }

    /// The line of what was read last: where a `;` is missing.
    fn line_before(&self) -> u32 {
        self.tokens[self.at.saturating_sub(1)].line
    }

    fn skip(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn error(&self, text: &str) -> SyntaxError {
        SyntaxError::new(self.line(), text)
    }

    fn next_keyword(&self) -> Option<&'static str> {
        match self.next() {
            Lexeme::Word(word) => keyword(word),
            _ => None,
        }
    }

    fn is_next(&self, word: &str) -> bool {
        self.next_keyword() == Some(word)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.is_next(word);
        if is_next {
            self.skip();
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Result<(), SyntaxError> {
        if self.takes(word) { Ok(()) } else { Err(self.error(&format!("Ожидается «{word}»"))) }
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.next(), Lexeme::Sign(found) if *found == sign)
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = self.is_sign(sign);
        if is_next {
            self.skip();
        }
        is_next
    }

    fn expect_sign(&mut self, sign: &str) -> Result<(), SyntaxError> {
        if self.takes_sign(sign) {
            return Ok(());
        }
        Err(SyntaxError::new(self.line_before(), format!("Ожидается символ: '{sign}'")))
    }

    fn expect_end(&self) -> Result<(), SyntaxError> {
        if *self.next() == Lexeme::End {
            Ok(())
        } else {
            Err(self.error("Ожидается конец текста"))
        }
    }

    /// A name that is no keyword.
    fn name(&mut self) -> Result<Name, SyntaxError> {
        match self.next() {
            Lexeme::Word(word) if keyword(word).is_none() => {
                let name = word.clone();
                self.skip();
                Ok(name)
            }
            _ => Err(self.error("Ожидается имя")),
        }
    }

    /// The name of a member, which may look like a keyword.
    fn member(&mut self) -> Result<Name, SyntaxError> {
        match self.next() {
            Lexeme::Word(word) => {
                let name = word.clone();
                self.skip();
                Ok(name)
            }
            _ => Err(self.error("Ожидается имя после точки")),
        }
    }

    /// `&НаСервере` before a method says nothing to an ordinary application.
    fn skip_annotation(&mut self) -> Result<(), SyntaxError> {
        while self.takes_sign("&") {
            self.name()?;
        }
        Ok(())
    }

    fn module_variables(&mut self, variables: &mut Vec<Variable>) -> Result<(), SyntaxError> {
        self.expect("перем")?;
        loop {
            let line = self.line();
            let name = self.name()?;
            let is_exported = self.takes("экспорт");
            variables.push(Variable { name, is_exported, line });
            if !self.takes_sign(",") {
                return self.expect_sign(";");
            }
        }
    }

    fn method(&mut self) -> Result<Method, SyntaxError> {
        let line = self.line();
        let is_function = self.is_next("функция");
        self.skip();
        let name = self.name()?;
        let parameters = self.parameters()?;
        let is_exported = self.takes("экспорт");
        let mut locals = Vec::new();
        while self.takes("перем") {
            locals.push(self.name()?);
            while self.takes_sign(",") {
                locals.push(self.name()?);
            }
            self.expect_sign(";")?;
        }
        let end = if is_function { "конецфункции" } else { "конецпроцедуры" };
        self.in_function = Some(is_function);
        let block = self.block(&[end])?;
        self.in_function = None;
        self.expect(end)?;
        Ok(Method { name, line, is_function, is_exported, parameters, locals, block })
    }

    fn parameters(&mut self) -> Result<Vec<Parameter>, SyntaxError> {
        self.expect_sign("(")?;
        let mut parameters: Vec<Parameter> = Vec::new();
        if self.takes_sign(")") {
            return Ok(parameters);
        }
        loop {
            let is_copy = self.takes("знач");
            let name = self.name()?;
            if parameters.iter().any(|other| other.name == name) {
                return Err(self.error(&format!("Параметр уже определён ({name})")));
            }
            let default = if self.takes_sign("=") { Some(self.default_value()?) } else { None };
            parameters.push(Parameter { name, is_copy, default });
            if !self.takes_sign(",") {
                self.expect_sign(")")?;
                return Ok(parameters);
            }
        }
    }

    /// A literal, perhaps with a minus.
    fn default_value(&mut self) -> Result<Value, SyntaxError> {
        let is_negative = self.takes_sign("-");
        match (self.primary()?, is_negative) {
            (Expression::Constant(Value::Number(number)), true) => Ok(Value::Number(-number)),
            (Expression::Constant(value), false) => Ok(value),
            _ => Err(self.error("Значение по умолчанию должно быть константой")),
        }
    }

    /// Statements up to one of these words.
    fn block(&mut self, ends: &[&str]) -> Result<Block, SyntaxError> {
        let mut block = Block::new();
        loop {
            while self.takes_sign(";") {}
            if *self.next() == Lexeme::End || self.next_keyword().is_some_and(|word| ends.contains(&word)) {
                return Ok(block);
            }
            block.push(self.statement()?);
            let is_last =
                *self.next() == Lexeme::End || self.next_keyword().is_some_and(|word| ends.contains(&word));
            if !is_last {
                self.expect_sign(";")?;
            }
        }
    }

    fn statement(&mut self) -> Result<Statement, SyntaxError> {
        let line = self.line();
        let action = match self.next_keyword() {
            Some("если") => self.condition()?,
            Some("для") => self.counted_or_each()?,
            Some("пока") => {
                self.skip();
                let condition = self.expression()?;
                Action::While(condition, self.loop_block()?)
            }
            Some("попытка") => self.attempt()?,
            Some("возврат") => self.result()?,
            Some("прервать") => self.out_of_loop(Action::Break)?,
            Some("продолжить") => self.out_of_loop(Action::Continue)?,
            Some("вызватьисключение") => self.raise()?,
            Some("выполнить") => {
                self.skip();
                Action::Execute(self.expression()?)
            }
            Some("перейти") => return Err(self.error("Метки и «Перейти» здесь не поддержаны")),
            Some("перем") => return Err(self.error("Объявления переменных стоят в начале метода")),
            Some(word) => return Err(self.error(&format!("Неожиданное слово «{word}»"))),
            None => self.assignment_or_call()?,
        };
        Ok(Statement { line, action })
    }

    fn condition(&mut self) -> Result<Action, SyntaxError> {
        self.skip();
        let mut branches = Vec::new();
        loop {
            let condition = self.expression()?;
            self.expect("тогда")?;
            branches.push((condition, self.block(&["иначеесли", "иначе", "конецесли"])?));
            if !self.takes("иначеесли") {
                break;
            }
        }
        let otherwise =
            if self.takes("иначе") { self.block(&["конецесли"])? } else { Block::new() };
        self.expect("конецесли")?;
        Ok(Action::If(branches, otherwise))
    }

    fn counted_or_each(&mut self) -> Result<Action, SyntaxError> {
        self.skip();
        if self.takes("каждого") {
            let variable = self.variable()?;
            self.expect("из")?;
            let collection = self.expression()?;
            return Ok(Action::ForEach(variable, collection, self.loop_block()?));
        }
        let variable = self.variable()?;
        self.expect_sign("=")?;
        let from = self.expression()?;
        self.expect("по")?;
        let to = self.expression()?;
        Ok(Action::Count(variable, from, to, self.loop_block()?))
    }

    fn variable(&mut self) -> Result<Expression, SyntaxError> {
        let line = self.line();
        Ok(Expression::Name { name: self.name()?, line, meaning: Meaning::Unknown })
    }

    fn loop_block(&mut self) -> Result<Block, SyntaxError> {
        self.expect("цикл")?;
        self.loops += 1;
        let block = self.block(&["конеццикла"])?;
        self.loops -= 1;
        self.expect("конеццикла")?;
        Ok(block)
    }

    fn attempt(&mut self) -> Result<Action, SyntaxError> {
        self.skip();
        let attempt = self.block(&["исключение"])?;
        self.expect("исключение")?;
        self.handlers += 1;
        let handler = self.block(&["конецпопытки"])?;
        self.handlers -= 1;
        self.expect("конецпопытки")?;
        Ok(Action::Try(attempt, handler))
    }

    fn result(&mut self) -> Result<Action, SyntaxError> {
        self.skip();
        let is_bare = self.is_sign(";")
            || self.next_keyword().is_some_and(|word| word.starts_with("конец"))
            || self.is_next("иначе")
            || self.is_next("иначеесли")
            || self.is_next("исключение");
        match (self.in_function, is_bare) {
            (Some(_), true) => Ok(Action::Return(None)),
            (Some(true), false) => Ok(Action::Return(Some(self.expression()?))),
            (Some(false), false) => Err(self.error("Процедура не может возвращать значение")),
            (None, _) => Err(self.error("«Возврат» может стоять только внутри процедуры или функции")),
        }
    }

    fn out_of_loop(&mut self, action: Action) -> Result<Action, SyntaxError> {
        if self.loops == 0 {
            return Err(self.error("Оператор может стоять только внутри цикла"));
        }
        self.skip();
        Ok(action)
    }

    fn raise(&mut self) -> Result<Action, SyntaxError> {
        self.skip();
        let is_bare = self.is_sign(";") || self.next_keyword().is_some_and(|word| word.starts_with("конец"));
        match (is_bare, self.handlers) {
            (true, 0) => {
                Err(self
                    .error("«ВызватьИсключение» без параметров может стоять только в обработчике исключения"))
            }
            (true, _) => Ok(Action::Raise(None)),
            (false, _) => Ok(Action::Raise(Some(self.expression()?))),
        }
    }

    fn assignment_or_call(&mut self) -> Result<Action, SyntaxError> {
        let target = self.postfix()?;
        if self.takes_sign("=") {
            let value = self.expression()?;
            return match target {
                Expression::Name { .. } | Expression::Member(..) | Expression::Index(..) => {
                    Ok(Action::Assign(target, value))
                }
                _ => Err(self.error("Слева от «=» должна стоять переменная, свойство или элемент")),
            };
        }
        match target {
            Expression::Call { .. } | Expression::MethodCall(..) => Ok(Action::Call(target)),
            _ => Err(SyntaxError::new(self.line_before(), "Ожидается оператор")),
        }
    }

    fn expression(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.conjunction()?;
        while self.takes("или") {
            left = binary(left, Operator::Or, self.conjunction()?);
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Result<Expression, SyntaxError> {
        let mut left = self.negation()?;
        while self.takes("и") {
            left = binary(left, Operator::And, self.negation()?);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Result<Expression, SyntaxError> {
        if self.takes("не") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Result<Expression, SyntaxError> {
        const OPERATORS: &[(&str, Operator)] = &[
            ("=", Operator::Equal),
            ("<>", Operator::NotEqual),
            ("<=", Operator::NotMore),
            (">=", Operator::NotLess),
            ("<", Operator::Less),
            (">", Operator::More),
        ];
        self.left_to_right(OPERATORS, Self::sum)
    }

    fn sum(&mut self) -> Result<Expression, SyntaxError> {
        self.left_to_right(&[("+", Operator::Plus), ("-", Operator::Minus)], Self::product)
    }

    fn product(&mut self) -> Result<Expression, SyntaxError> {
        const OPERATORS: &[(&str, Operator)] =
            &[("*", Operator::Times), ("/", Operator::Divided), ("%", Operator::Remainder)];
        self.left_to_right(OPERATORS, Self::unary)
    }

    fn left_to_right(
        &mut self,
        operators: &[(&str, Operator)],
        operand: fn(&mut Self) -> Result<Expression, SyntaxError>,
    ) -> Result<Expression, SyntaxError> {
        let mut left = operand(self)?;
        loop {
            let Some((_, operator)) = operators.iter().find(|(sign, _)| self.is_sign(sign)) else {
                return Ok(left);
            };
            self.skip();
            left = binary(left, *operator, operand(self)?);
        }
    }

    fn unary(&mut self) -> Result<Expression, SyntaxError> {
        if self.takes_sign("-") {
            return Ok(Expression::Negated(Box::new(self.unary()?)));
        }
        if self.takes_sign("+") {
            return self.unary();
        }
        if self.is_next("новый") {
            return self.creation();
        }
        self.postfix()
    }

    fn creation(&mut self) -> Result<Expression, SyntaxError> {
        let line = self.line();
        self.skip();
        if self.is_sign("(") {
            let mut arguments = self.arguments()?.into_iter();
            let name = arguments.next().flatten().ok_or_else(|| self.error("Ожидается имя типа"))?;
            let values = arguments.next().flatten().map(Box::new);
            return Ok(Expression::NewByName(Box::new(name), values));
        }
        let class = self.name()?;
        let arguments = if self.is_sign("(") { self.arguments()? } else { Arguments::new() };
        Ok(Expression::New { class, line, arguments })
    }

    fn postfix(&mut self) -> Result<Expression, SyntaxError> {
        let mut value = self.primary()?;
        loop {
            if self.takes_sign(".") {
                let member = self.member()?;
                value = if self.is_sign("(") {
                    Expression::MethodCall(Box::new(value), member, self.arguments()?)
                } else {
                    Expression::Member(Box::new(value), member)
                };
            } else if self.takes_sign("[") {
                let index = self.expression()?;
                self.expect_sign("]")?;
                value = Expression::Index(Box::new(value), Box::new(index));
            } else {
                return Ok(value);
            }
        }
    }

    fn primary(&mut self) -> Result<Expression, SyntaxError> {
        let line = self.line();
        let constant = match self.next().clone() {
            Lexeme::Number(number) => Value::Number(number),
            Lexeme::Text(text) => Value::Text(text),
            Lexeme::Date(date) => Value::Date(date),
            Lexeme::Sign("(") => {
                self.skip();
                let inside = self.expression()?;
                self.expect_sign(")")?;
                return Ok(inside);
            }
            Lexeme::Sign("?") => return self.choice(),
            Lexeme::Word(word) => match keyword(&word) {
                Some("истина") => Value::Boolean(true),
                Some("ложь") => Value::Boolean(false),
                Some("неопределено") => Value::Undefined,
                Some("null") => Value::Null,
                Some(word) => return Err(self.error(&format!("Неожиданное слово «{word}» в выражении"))),
                None => {
                    self.skip();
                    return Ok(if self.is_sign("(") {
                        let arguments = self.arguments()?;
                        Expression::Call { name: word, line, arguments, callee: Callee::Unknown }
                    } else {
                        Expression::Name { name: word, line, meaning: Meaning::Unknown }
                    });
                }
            },
            Lexeme::Sign(sign) => return Err(self.error(&format!("Ожидается выражение, стоит «{sign}»"))),
            Lexeme::End => return Err(self.error("Ожидается выражение")),
        };
        self.skip();
        if matches!((&constant, self.next()), (Value::Text(_), Lexeme::Text(_))) {
            return Err(self.error("Две строковые константы подряд: между ними пропущен «+»"));
        }
        Ok(Expression::Constant(constant))
    }

    fn choice(&mut self) -> Result<Expression, SyntaxError> {
        self.skip();
        self.expect_sign("(")?;
        let condition = self.expression()?;
        self.expect_sign(",")?;
        let yes = self.expression()?;
        self.expect_sign(",")?;
        let no = self.expression()?;
        self.expect_sign(")")?;
        Ok(Expression::Choice(Box::new(condition), Box::new(yes), Box::new(no)))
    }

    fn arguments(&mut self) -> Result<Arguments, SyntaxError> {
        self.expect_sign("(")?;
        let mut arguments = Arguments::new();
        if self.takes_sign(")") {
            return Ok(arguments);
        }
        loop {
            let is_left_out = self.is_sign(",") || self.is_sign(")");
            arguments.push(if is_left_out { None } else { Some(self.expression()?) });
            if !self.takes_sign(",") {
                self.expect_sign(")")?;
                return Ok(arguments);
            }
        }
    }
}

fn binary(left: Expression, operator: Operator, right: Expression) -> Expression {
    Expression::Binary(Box::new(left), operator, Box::new(right))
}
