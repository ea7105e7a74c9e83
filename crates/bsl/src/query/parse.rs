//! From the text of a query to what it asks.

use super::ast::{Aggregate, Expression, Join, Operator, Request, Select, Selected, Source};
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::syntax::lexer::{Lexeme, Token, tokens};
use crate::value::Value;

/// Words that end an expression or a list: an alias without `КАК` cannot be one of them.
const WORDS: [&str; 31] = [
    "выбрать",
    "разрешенные",
    "различные",
    "первые",
    "как",
    "из",
    "левое",
    "внутреннее",
    "правое",
    "полное",
    "внешнее",
    "соединение",
    "по",
    "где",
    "сгруппировать",
    "имеющие",
    "упорядочить",
    "объединить",
    "все",
    "возр",
    "убыв",
    "и",
    "или",
    "не",
    "в",
    "между",
    "подобно",
    "есть",
    "ссылка",
    "когда",
    "автоупорядочивание",
];

/// Reads a query.
pub(super) fn parse(text: &str) -> Outcome<Request> {
    let tokens =
        tokens(text).map_err(|error| Halt::exception(format!("{{({})}}: {}", error.line, error.text)))?;
    let mut parser = Parser { tokens, at: 0 };
    let request = parser.request()?;
    parser.takes_sign(";");
    match parser.next() {
        Lexeme::End => Ok(request),
        _ => Err(parser.wrong()),
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
}

impl Parser {
    fn next(&self) -> &Lexeme {
        &self.tokens[self.at].lexeme
    }

    fn line(&self) -> u32 {
        self.tokens[self.at].line
    }

    fn skip(&mut self) {
        if self.at + 1 < self.tokens.len() {
            self.at += 1;
        }
    }

    fn wrong(&self) -> Halt {
        let found = match self.next() {
            Lexeme::Word(word) => word.to_string(),
            Lexeme::Sign(sign) => (*sign).to_owned(),
            Lexeme::End => "конец текста".to_owned(),
            Lexeme::Number(_) | Lexeme::Text(_) | Lexeme::Date(_) => "константа".to_owned(),
        };
        Halt::exception(format!("{{({})}}: Синтаксическая ошибка \"{found}\"", self.line()))
    }

    fn is_word(&self, word: &str) -> bool {
        matches!(self.next(), Lexeme::Word(found) if found.key() == word)
    }

    fn is_word_behind(&self, word: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token { lexeme: Lexeme::Word(found), .. }) if found.key() == word)
    }

    fn is_sign_behind(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.at + 1), Some(Token { lexeme: Lexeme::Sign(found), .. }) if *found == sign)
    }

    fn takes(&mut self, word: &str) -> bool {
        let is_next = self.is_word(word);
        if is_next {
            self.skip();
        }
        is_next
    }

    fn expect(&mut self, word: &str) -> Outcome<()> {
        if self.takes(word) { Ok(()) } else { Err(self.wrong()) }
    }

    fn takes_sign(&mut self, sign: &str) -> bool {
        let is_next = matches!(self.next(), Lexeme::Sign(found) if *found == sign);
        if is_next {
            self.skip();
        }
        is_next
    }

    fn expect_sign(&mut self, sign: &str) -> Outcome<()> {
        if self.takes_sign(sign) { Ok(()) } else { Err(self.wrong()) }
    }

    fn name(&mut self) -> Outcome<Name> {
        match self.next() {
            Lexeme::Word(word) => {
                let name = word.clone();
                self.skip();
                Ok(name)
            }
            _ => Err(self.wrong()),
        }
    }

    fn path(&mut self) -> Outcome<Vec<Name>> {
        let mut path = vec![self.name()?];
        while self.takes_sign(".") {
            path.push(self.name()?);
        }
        Ok(path)
    }

    fn request(&mut self) -> Outcome<Request> {
        let mut parts = vec![(self.select()?, false)];
        while self.takes("объединить") {
            let is_distinct = !self.takes("все");
            parts.push((self.select()?, is_distinct));
        }
        let mut order = Vec::new();
        if self.takes("упорядочить") {
            self.expect("по")?;
            loop {
                let expression = self.expression()?;
                let is_descending = self.takes("убыв");
                if !is_descending {
                    self.takes("возр");
                }
                order.push((expression, is_descending));
                if !self.takes_sign(",") {
                    break;
                }
            }
        }
        self.takes("автоупорядочивание");
        Ok(Request { parts, order })
    }

    fn select(&mut self) -> Outcome<Select> {
        self.expect("выбрать")?;
        let mut select = Select {
            is_allowed_only: false,
            is_distinct: false,
            first: None,
            fields: Vec::new(),
            sources: Vec::new(),
            condition: None,
            groups: Vec::new(),
            having: None,
        };
        loop {
            if self.takes("разрешенные") {
                select.is_allowed_only = true;
            } else if self.takes("различные") {
                select.is_distinct = true;
            } else if self.takes("первые") {
                select.first = Some(self.count()?);
            } else {
                break;
            }
        }
        loop {
            select.fields.push(self.selected()?);
            if !self.takes_sign(",") {
                break;
            }
        }
        if self.takes("из") {
            self.sources(&mut select.sources)?;
        }
        if self.takes("где") {
            select.condition = Some(self.expression()?);
        }
        if self.takes("сгруппировать") {
            self.expect("по")?;
            select.groups = self.list()?;
        }
        if self.takes("имеющие") {
            select.having = Some(self.expression()?);
        }
        Ok(select)
    }

    fn count(&mut self) -> Outcome<usize> {
        match self.next() {
            Lexeme::Number(number) => {
                let count = usize::try_from(number.mantissa()).map_err(|_| self.wrong())?;
                self.skip();
                Ok(count)
            }
            _ => Err(self.wrong()),
        }
    }

    fn selected(&mut self) -> Outcome<Selected> {
        let line = self.line();
        let expression = self.expression()?;
        let named = if self.takes("как") { Some(self.name()?) } else { self.bare_alias()? };
        let alias = match (named, &expression) {
            (Some(alias), _) => alias,
            // `Банк.Код` becomes `БанкКод`.
            (None, Expression::Field { path, .. }) => {
                let skipped = usize::from(path.len() > 1);
                Name::new(&path[skipped..].iter().map(Name::shown).collect::<String>())
            }
            (None, _) => Name::new(&format!("Поле{line}")),
        };
        Ok(Selected { expression, alias })
    }

    fn bare_alias(&mut self) -> Outcome<Option<Name>> {
        match self.next() {
            Lexeme::Word(word) if !WORDS.contains(&word.key()) => self.name().map(Some),
            _ => Ok(None),
        }
    }

    fn sources(&mut self, sources: &mut Vec<Source>) -> Outcome<()> {
        let first = self.source(Join::First)?;
        sources.push(first);
        loop {
            if self.takes_sign(",") {
                let source = self.source(Join::Cross)?;
                sources.push(source);
                continue;
            }
            let is_left = self.is_word("левое");
            if !is_left && !self.is_word("внутреннее") && !self.is_word("соединение") {
                return Ok(());
            }
            if !self.is_word("соединение") {
                self.skip();
            }
            self.takes("внешнее");
            self.expect("соединение")?;
            let mut source = self.source(Join::Cross)?;
            self.expect("по")?;
            let condition = self.expression()?;
            source.join = if is_left { Join::Left(condition) } else { Join::Inner(condition) };
            sources.push(source);
        }
    }

    fn source(&mut self, join: Join) -> Outcome<Source> {
        let line = self.line();
        let table = self.path()?;
        let named = if self.takes("как") { Some(self.name()?) } else { self.bare_alias()? };
        let alias = named.unwrap_or_else(|| table.last().expect("a path is not empty").clone());
        Ok(Source { table, alias, join, line })
    }

    fn list(&mut self) -> Outcome<Vec<Expression>> {
        let mut list = vec![self.expression()?];
        while self.takes_sign(",") {
            list.push(self.expression()?);
        }
        Ok(list)
    }

    fn expression(&mut self) -> Outcome<Expression> {
        let mut left = self.conjunction()?;
        while self.takes("или") {
            left = binary(left, Operator::Or, self.conjunction()?);
        }
        Ok(left)
    }

    fn conjunction(&mut self) -> Outcome<Expression> {
        let mut left = self.negation()?;
        while self.takes("и") {
            left = binary(left, Operator::And, self.negation()?);
        }
        Ok(left)
    }

    fn negation(&mut self) -> Outcome<Expression> {
        if self.takes("не") {
            return Ok(Expression::Not(Box::new(self.negation()?)));
        }
        self.comparison()
    }

    fn comparison(&mut self) -> Outcome<Expression> {
        const OPERATORS: [(&str, Operator); 6] = [
            ("=", Operator::Equal),
            ("<>", Operator::NotEqual),
            ("<=", Operator::NotMore),
            (">=", Operator::NotLess),
            ("<", Operator::Less),
            (">", Operator::More),
        ];
        let left = self.sum()?;
        for (sign, operator) in OPERATORS {
            if self.takes_sign(sign) {
                return Ok(binary(left, operator, self.sum()?));
            }
        }
        if self.is_word("не") && ["в", "между", "подобно"].iter().any(|word| self.is_word_behind(word))
        {
            self.skip();
            return Ok(Expression::Not(Box::new(self.test(left)?)));
        }
        self.test(left)
    }

    /// `В (…)`, `МЕЖДУ`, `ПОДОБНО`, `ЕСТЬ NULL`, `ССЫЛКА`.
    fn test(&mut self, left: Expression) -> Outcome<Expression> {
        if self.takes("в") {
            let in_hierarchy = self.takes("иерархии");
            self.expect_sign("(")?;
            let among = self.list()?;
            self.expect_sign(")")?;
            return Ok(Expression::In { value: Box::new(left), among, in_hierarchy });
        }
        if self.takes("между") {
            let from = self.sum()?;
            self.expect("и")?;
            return Ok(Expression::Between(Box::new(left), Box::new(from), Box::new(self.sum()?)));
        }
        if self.takes("подобно") {
            return Ok(Expression::Like(Box::new(left), Box::new(self.sum()?)));
        }
        if self.takes("есть") {
            let is_negated = self.takes("не");
            self.expect("null")?;
            let test = Expression::IsNull(Box::new(left));
            return Ok(if is_negated { Expression::Not(Box::new(test)) } else { test });
        }
        if self.is_word("ссылка") && !self.is_sign_behind(".") {
            self.skip();
            let table = joined(&self.path()?);
            return Ok(Expression::IsReference(Box::new(left), table));
        }
        Ok(left)
    }

    fn sum(&mut self) -> Outcome<Expression> {
        let mut left = self.product()?;
        loop {
            let operator = if self.takes_sign("+") {
                Operator::Plus
            } else if self.takes_sign("-") {
                Operator::Minus
            } else {
                return Ok(left);
            };
            left = binary(left, operator, self.product()?);
        }
    }

    fn product(&mut self) -> Outcome<Expression> {
        let mut left = self.unary()?;
        loop {
            let operator = if self.takes_sign("*") {
                Operator::Times
            } else if self.takes_sign("/") {
                Operator::Divided
            } else {
                return Ok(left);
            };
            left = binary(left, operator, self.unary()?);
        }
    }

    fn unary(&mut self) -> Outcome<Expression> {
        if self.takes_sign("-") {
            return Ok(Expression::Negated(Box::new(self.unary()?)));
        }
        self.primary()
    }

    fn primary(&mut self) -> Outcome<Expression> {
        let line = self.line();
        let literal = match self.next().clone() {
            Lexeme::Number(number) => Value::Number(number),
            Lexeme::Text(text) => Value::Text(text),
            Lexeme::Date(date) => Value::Date(date),
            Lexeme::Sign("&") => {
                self.skip();
                return Ok(Expression::Parameter(self.name()?));
            }
            Lexeme::Sign("(") => {
                self.skip();
                let inside = self.expression()?;
                self.expect_sign(")")?;
                return Ok(inside);
            }
            Lexeme::Word(word) => match (word.key(), self.is_sign_behind("(")) {
                ("истина", _) => Value::Boolean(true),
                ("ложь", _) => Value::Boolean(false),
                ("неопределено", _) => Value::Undefined,
                ("null", _) => Value::Null,
                ("выбор", _) => return self.case(),
                (_, true) => return self.function(),
                _ => return Ok(Expression::Field { path: self.path()?, line }),
            },
            Lexeme::Sign(_) | Lexeme::End => return Err(self.wrong()),
        };
        self.skip();
        Ok(Expression::Literal(literal))
    }

    fn case(&mut self) -> Outcome<Expression> {
        self.expect("выбор")?;
        let mut branches = Vec::new();
        while self.takes("когда") {
            let condition = self.expression()?;
            self.expect("тогда")?;
            branches.push((condition, self.expression()?));
        }
        let otherwise = if self.takes("иначе") { Some(Box::new(self.expression()?)) } else { None };
        self.expect("конец")?;
        Ok(Expression::Case(branches, otherwise))
    }

    fn function(&mut self) -> Outcome<Expression> {
        let line = self.line();
        let name = self.name()?;
        self.expect_sign("(")?;
        let result = match name.key() {
            "значение" => Expression::Constant { path: joined(&self.path()?), line },
            "естьnull" => {
                let value = Box::new(self.expression()?);
                self.expect_sign(",")?;
                Expression::OrElse(value, Box::new(self.expression()?))
            }
            "выразить" => {
                let value = Box::new(self.expression()?);
                self.expect("как")?;
                let kind = joined(&self.path()?);
                if self.takes_sign("(") {
                    self.list()?;
                    self.expect_sign(")")?;
                }
                Expression::Cast(value, kind)
            }
            "представление" => Expression::Shown(Box::new(self.expression()?)),
            "количество" => {
                let is_distinct = self.takes("различные");
                let of = if self.takes_sign("*") { None } else { Some(Box::new(self.expression()?)) };
                Expression::Aggregate(Aggregate::Count { is_distinct }, of)
            }
            "сумма" => Expression::Aggregate(Aggregate::Sum, Some(Box::new(self.expression()?))),
            "максимум" => {
                Expression::Aggregate(Aggregate::Greatest, Some(Box::new(self.expression()?)))
            }
            "минимум" => Expression::Aggregate(Aggregate::Least, Some(Box::new(self.expression()?))),
            _ => {
                return Err(Halt::exception(format!(
                    "{{({line})}}: Функция языка запросов здесь не известна \"{name}\""
                )));
            }
        };
        self.expect_sign(")")?;
        Ok(result)
    }
}

fn joined(path: &[Name]) -> String {
    path.iter().map(Name::shown).collect::<Vec<_>>().join(".")
}

fn binary(left: Expression, operator: Operator, right: Expression) -> Expression {
    Expression::Binary(Box::new(left), operator, Box::new(right))
}
