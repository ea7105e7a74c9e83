//! Answers a query: every row of every table, one after another. No base here is large.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::rc::Rc;

use rust_decimal::Decimal;

use super::ast::{Aggregate, Expression, Join, Operator, Request, Select, Source};
use super::check::Check;
use super::tables::{Opened, Place, find_source};
use crate::halt::{Halt, Outcome};
use crate::infobase::schema::Schema;
use crate::infobase::{Key, Ref, Right};
use crate::name::Name;
use crate::session::Session;
use crate::value::{Value, compare, convert};

/// Columns and rows.
pub(super) struct Answer {
    pub(super) columns: Vec<Name>,
    pub(super) rows: Vec<Vec<Value>>,
}

/// Answers.
pub(super) fn run(
    session: &mut Session,
    request: &Request,
    parameters: &BTreeMap<String, Value>,
) -> Outcome<Answer> {
    let schema = session.base.schema();
    let mut work = Work { session, schema, parameters };
    let mut columns = Vec::new();
    let mut rows: Vec<(Vec<Value>, Vec<Value>)> = Vec::new();
    for (index, (select, is_distinct)) in request.parts.iter().enumerate() {
        let order: &[(Expression, bool)] = if request.parts.len() == 1 { &request.order } else { &[] };
        let part = work.select(select, order)?;
        if index == 0 {
            columns = select.fields.iter().map(|field| field.alias.clone()).collect();
        } else if select.fields.len() != columns.len() {
            return Err(Halt::exception("Количество полей в объединяемых запросах различно"));
        }
        rows.extend(part);
        if *is_distinct {
            distinct(&mut rows);
        }
    }
    if request.parts.len() > 1 {
        sort_by_columns(&mut rows, &columns, &request.order)?;
    }
    Ok(Answer { columns, rows: rows.into_iter().map(|(row, _)| row).collect() })
}

fn distinct(rows: &mut Vec<(Vec<Value>, Vec<Value>)>) {
    let mut seen: Vec<Vec<Value>> = Vec::new();
    rows.retain(|(row, _)| {
        let is_new = !seen.contains(row);
        if is_new {
            seen.push(row.clone());
        }
        is_new
    });
}

/// `УПОРЯДОЧИТЬ ПО` of a union: columns alone.
fn sort_by_columns(
    rows: &mut [(Vec<Value>, Vec<Value>)],
    columns: &[Name],
    order: &[(Expression, bool)],
) -> Outcome<()> {
    let mut keys = Vec::new();
    for (expression, is_descending) in order {
        let place = match expression {
            Expression::Field { path, .. } if path.len() == 1 => {
                columns.iter().position(|column| *column == path[0])
            }
            _ => None,
        };
        let place =
            place.ok_or_else(|| Halt::exception("Упорядочить объединение можно только по колонкам"))?;
        keys.push((place, *is_descending));
    }
    rows.sort_by(|(left, _), (right, _)| {
        keys.iter().fold(Ordering::Equal, |order, (place, is_descending)| {
            order.then_with(|| directed(compare::sorting(&left[*place], &right[*place]), *is_descending))
        })
    });
    Ok(())
}

fn directed(order: Ordering, is_descending: bool) -> Ordering {
    if is_descending { order.reverse() } else { order }
}

struct Work<'w> {
    session: &'w mut Session,
    schema: Rc<Schema>,
    parameters: &'w BTreeMap<String, Value>,
}

/// A row of all tables together.
type Joined = Vec<Place>;

impl Work<'_> {
    /// The rows with what they are sorted by.
    fn select(
        &mut self,
        select: &Select,
        order: &[(Expression, bool)],
    ) -> Outcome<Vec<(Vec<Value>, Vec<Value>)>> {
        let mut opened: Vec<Opened> = Vec::new();
        let mut rows: Vec<Joined> = vec![Vec::new()];
        for source in &select.sources {
            let table = self.open(source)?;
            opened.push(table);
        }
        let check = Check { schema: &self.schema, parameters: self.parameters };
        check.select(select, order, &opened)?;
        for (index, source) in select.sources.iter().enumerate() {
            let places = self.places(&opened[index], select.is_allowed_only)?;
            rows = self.join(&opened[..=index], rows, &places, source)?;
        }
        if let Some(condition) = &select.condition {
            let mut kept = Vec::new();
            for row in rows {
                if self.holds(condition, &opened, &row)? {
                    kept.push(row);
                }
            }
            rows = kept;
        }
        let groups = self.groups(select, &opened, rows)?;
        let mut answer = Vec::new();
        for group in groups {
            if let Some(having) = &select.having
                && self.value(having, &opened, &group)? != Value::Boolean(true)
            {
                continue;
            }
            let mut row = Vec::new();
            for field in &select.fields {
                row.push(self.value(&field.expression, &opened, &group)?);
            }
            let mut keys = Vec::new();
            for (expression, _) in order {
                keys.push(self.order_key(select, expression, &opened, &group, &row)?);
            }
            answer.push((row, keys));
        }
        if select.is_distinct {
            distinct(&mut answer);
        }
        answer.sort_by(|(_, left), (_, right)| {
            left.iter().zip(right).zip(order).fold(
                Ordering::Equal,
                |so_far, ((left, right), (_, is_descending))| {
                    so_far.then_with(|| directed(compare::sorting(left, right), *is_descending))
                },
            )
        });
        if let Some(first) = select.first {
            answer.truncate(first);
        }
        Ok(answer)
    }

    /// An alias of the answer, or an expression over the tables.
    fn order_key(
        &mut self,
        select: &Select,
        expression: &Expression,
        opened: &[Opened],
        group: &[Joined],
        row: &[Value],
    ) -> Outcome<Value> {
        if let Expression::Field { path, .. } = expression
            && let [alias] = &path[..]
            && let Some(place) = select.fields.iter().position(|field| field.alias == *alias)
        {
            return Ok(row[place].clone());
        }
        self.value(expression, opened, group)
    }

    fn open(&mut self, source: &Source) -> Outcome<Opened> {
        let names: Vec<&str> = source.table.iter().map(Name::shown).collect();
        let full_name = names.join(".");
        let unknown =
            || Halt::exception(format!("{{({})}}: Таблица не найдена \"{full_name}\"", source.line));
        let (table, section) = match &names[..] {
            [kind, name] => (self.schema.table(&format!("{kind}.{name}")), None),
            [kind, name, section] => {
                let table = self.schema.table(&format!("{kind}.{name}"));
                let found =
                    table.as_ref().and_then(|table| table.section(&crate::name::key(section)).cloned());
                (table, Some(found.ok_or_else(unknown)?))
            }
            _ => (None, None),
        };
        Ok(Opened { alias: source.alias.clone(), table: table.ok_or_else(unknown)?, section })
    }

    fn places(&mut self, opened: &Opened, is_allowed_only: bool) -> Outcome<Vec<Place>> {
        let name = opened.table.head.full_name();
        if let Err(denied) = self.session.base.check_right(Right::Read, &name) {
            return if is_allowed_only { Ok(Vec::new()) } else { Err(denied) };
        }
        let mut places = Vec::new();
        for (key, record) in self.session.base.rows(&name) {
            let reference = match key {
                Key::Object(id) if opened.table.field("ссылка").is_some() => {
                    Some(Ref::new(&opened.table.head, id))
                }
                _ => None,
            };
            match (&opened.section, reference) {
                (None, reference) => places.push(Place::Object(reference, record)),
                (Some(section), Some(reference)) => {
                    for (index, row) in record.rows(&section.name).into_iter().enumerate() {
                        places.push(Place::Row(reference.clone(), index + 1, Rc::new(row)));
                    }
                }
                (Some(_), None) => {}
            }
        }
        Ok(places)
    }

    fn join(
        &mut self,
        opened: &[Opened],
        rows: Vec<Joined>,
        places: &[Place],
        source: &Source,
    ) -> Outcome<Vec<Joined>> {
        let mut joined = Vec::new();
        for row in rows {
            let mut found = false;
            for place in places {
                let mut candidate = row.clone();
                candidate.push(place.clone());
                let fits = match &source.join {
                    Join::First | Join::Cross => true,
                    Join::Inner(condition) | Join::Left(condition) => {
                        self.holds(condition, opened, &candidate)?
                    }
                };
                if fits {
                    found = true;
                    joined.push(candidate);
                }
            }
            if !found && matches!(source.join, Join::Left(_)) {
                let mut alone = row;
                alone.push(Place::Nothing);
                joined.push(alone);
            }
        }
        Ok(joined)
    }

    /// Rows that become one row of the answer.
    fn groups(&mut self, select: &Select, opened: &[Opened], rows: Vec<Joined>) -> Outcome<Vec<Vec<Joined>>> {
        let has_aggregates = select.fields.iter().any(|field| aggregates(&field.expression));
        if select.groups.is_empty() {
            return Ok(if has_aggregates {
                vec![rows]
            } else {
                rows.into_iter().map(|row| vec![row]).collect()
            });
        }
        let mut groups: Vec<(Vec<Value>, Vec<Joined>)> = Vec::new();
        for row in rows {
            let alone = [row];
            let mut key = Vec::new();
            for group in &select.groups {
                key.push(self.value(group, opened, &alone)?);
            }
            let [row] = alone;
            match groups.iter_mut().find(|(other, _)| *other == key) {
                Some((_, rows)) => rows.push(row),
                None => groups.push((key, vec![row])),
            }
        }
        Ok(groups.into_iter().map(|(_, rows)| rows).collect())
    }

    fn holds(&mut self, condition: &Expression, opened: &[Opened], row: &Joined) -> Outcome<bool> {
        match self.value(condition, opened, std::slice::from_ref(row))? {
            Value::Boolean(value) => Ok(value),
            Value::Null => Ok(false),
            _ => Err(Halt::exception("Ожидается условие")),
        }
    }

    fn value(&mut self, expression: &Expression, opened: &[Opened], group: &[Joined]) -> Outcome<Value> {
        match expression {
            Expression::Field { path, .. } => {
                Ok(group.first().map_or(Value::Null, |row| self.field(path, opened, row)))
            }
            Expression::Parameter(name) => Ok(self.parameters[name.key()].clone()),
            Expression::Literal(value) => Ok(value.clone()),
            Expression::Constant { path, .. } => {
                Ok(self.schema.constant(path).map_or(Value::Null, Value::from))
            }
            Expression::Binary(left, operator, right) => self.binary(left, *operator, right, opened, group),
            Expression::Not(of) => match self.value(of, opened, group)? {
                Value::Boolean(value) => Ok((!value).into()),
                Value::Null => Ok(Value::Null),
                _ => Err(Halt::exception("Ожидается условие")),
            },
            Expression::Negated(of) => match self.value(of, opened, group)? {
                Value::Null => Ok(Value::Null),
                value => Ok(Value::Number(-convert::number(&value)?)),
            },
            Expression::In { value, among, in_hierarchy } => {
                let value = self.value(value, opened, group)?;
                self.is_among(&value, among, *in_hierarchy, opened, group)
            }
            Expression::Between(value, from, to) => {
                let value = self.value(value, opened, group)?;
                let (from, to) = (self.value(from, opened, group)?, self.value(to, opened, group)?);
                if [&value, &from, &to].iter().any(|value| matches!(value, Value::Null)) {
                    return Ok(Value::Null);
                }
                Ok((compare::order(&value, &from)?.is_ge() && compare::order(&value, &to)?.is_le()).into())
            }
            Expression::Like(value, pattern) => {
                let value = self.value(value, opened, group)?;
                let pattern = self.value(pattern, opened, group)?;
                match (&value, &pattern) {
                    (Value::Text(text), Value::Text(pattern)) => {
                        let (text, pattern) = (text.to_lowercase(), pattern.to_lowercase());
                        Ok(like(&text.chars().collect::<Vec<_>>(), &pattern.chars().collect::<Vec<_>>())
                            .into())
                    }
                    _ => Ok(Value::Null),
                }
            }
            Expression::IsNull(of) => Ok((self.value(of, opened, group)? == Value::Null).into()),
            Expression::IsReference(of, table) => {
                let value = self.value(of, opened, group)?;
                let wanted = crate::name::key(table);
                Ok(value
                    .as_ref()
                    .is_some_and(|reference| crate::name::key(&reference.table()) == wanted)
                    .into())
            }
            Expression::OrElse(value, otherwise) => match self.value(value, opened, group)? {
                Value::Null => self.value(otherwise, opened, group),
                value => Ok(value),
            },
            Expression::Case(branches, otherwise) => {
                for (condition, value) in branches {
                    if self.value(condition, opened, group)? == Value::Boolean(true) {
                        return self.value(value, opened, group);
                    }
                }
                otherwise.as_ref().map_or(Ok(Value::Null), |otherwise| self.value(otherwise, opened, group))
            }
            Expression::Aggregate(aggregate, of) => self.aggregate(*aggregate, of.as_deref(), opened, group),
            Expression::Cast(of, kind) => {
                let value = self.value(of, opened, group)?;
                match &value {
                    Value::Ref(reference)
                        if crate::name::key(&reference.table()) != crate::name::key(kind) =>
                    {
                        Ok(Value::Null)
                    }
                    _ => Ok(value),
                }
            }
            Expression::Shown(of) => {
                let value = self.value(of, opened, group)?;
                Ok(self.session.show(&value).into())
            }
        }
    }

    fn field(&self, path: &[Name], opened: &[Opened], row: &Joined) -> Value {
        let known: Vec<&Opened> = opened.iter().collect();
        let Some((source, rest)) = find_source(&known, path) else { return Value::Null };
        let place = known.iter().position(|other| std::ptr::eq(*other, source)).unwrap_or(0);
        let Some((first, others)) = rest.split_first() else { return Value::Null };
        let mut value = match row.get(place) {
            Some(place) => source.value(place, first),
            None => Value::Null,
        };
        for name in others {
            value = self.followed(&value, name);
        }
        value
    }

    /// A field of what a reference leads to: NULL where it leads nowhere.
    fn followed(&self, value: &Value, name: &Name) -> Value {
        let Value::Ref(reference) = value else { return Value::Null };
        let Some(table) = self.schema.table(&reference.table()) else { return Value::Null };
        let Some(field) = table.field(name.key()) else { return Value::Null };
        let Some(record) = self.session.base.record(reference) else { return Value::Null };
        if name.is("Ссылка") { value.clone() } else { record.value(field) }
    }

    fn binary(
        &mut self,
        left: &Expression,
        operator: Operator,
        right: &Expression,
        opened: &[Opened],
        group: &[Joined],
    ) -> Outcome<Value> {
        let left = self.value(left, opened, group)?;
        let right = self.value(right, opened, group)?;
        match (operator, &left, &right) {
            (Operator::And, Value::Boolean(false), _) | (Operator::And, _, Value::Boolean(false)) => {
                return Ok(false.into());
            }
            (Operator::Or, Value::Boolean(true), _) | (Operator::Or, _, Value::Boolean(true)) => {
                return Ok(true.into());
            }
            (_, Value::Null, _) | (_, _, Value::Null) => return Ok(Value::Null),
            _ => {}
        }
        let number = |value: &Value| convert::number(value);
        Ok(match operator {
            Operator::And | Operator::Or => match (&left, &right) {
                (Value::Boolean(_), Value::Boolean(_)) => (operator == Operator::And).into(),
                _ => return Err(Halt::exception("Ожидается условие")),
            },
            Operator::Equal => is_same(&left, &right).into(),
            Operator::NotEqual => (!is_same(&left, &right)).into(),
            Operator::Less => compare::order(&left, &right)?.is_lt().into(),
            Operator::More => compare::order(&left, &right)?.is_gt().into(),
            Operator::NotMore => compare::order(&left, &right)?.is_le().into(),
            Operator::NotLess => compare::order(&left, &right)?.is_ge().into(),
            Operator::Plus => match (&left, &right) {
                (Value::Text(left), Value::Text(right)) => Value::text(format!("{left}{right}")),
                _ => Value::Number(number(&left)? + number(&right)?),
            },
            Operator::Minus => Value::Number(number(&left)? - number(&right)?),
            Operator::Times => Value::Number(number(&left)? * number(&right)?),
            Operator::Divided => {
                let quotient = number(&left)?.checked_div(number(&right)?);
                quotient.map(Value::Number).ok_or_else(|| Halt::exception("Деление на 0"))?
            }
        })
    }

    fn is_among(
        &mut self,
        value: &Value,
        among: &[Expression],
        in_hierarchy: bool,
        opened: &[Opened],
        group: &[Joined],
    ) -> Outcome<Value> {
        if *value == Value::Null {
            return Ok(Value::Null);
        }
        let mut wanted = Vec::new();
        for expression in among {
            let one = self.value(expression, opened, group)?;
            match &one {
                Value::Object(_) => {
                    for item in self.session.items(&one)? {
                        wanted.push(list_value(self.session, item)?);
                    }
                }
                _ => wanted.push(one),
            }
        }
        let mut candidate = value.clone();
        loop {
            if wanted.iter().any(|wanted| is_same(&candidate, wanted)) {
                return Ok(true.into());
            }
            if !in_hierarchy {
                return Ok(false.into());
            }
            candidate = self.followed(&candidate, &Name::new("Родитель"));
            if !candidate.is_filled() {
                return Ok(false.into());
            }
        }
    }

    fn aggregate(
        &mut self,
        aggregate: Aggregate,
        of: Option<&Expression>,
        opened: &[Opened],
        group: &[Joined],
    ) -> Outcome<Value> {
        let Some(of) = of else { return Ok(Value::count(group.len())) };
        let mut values = Vec::new();
        for row in group {
            let value = self.value(of, opened, std::slice::from_ref(row))?;
            if value != Value::Null {
                values.push(value);
            }
        }
        Ok(match aggregate {
            Aggregate::Count { is_distinct: false } => Value::count(values.len()),
            Aggregate::Count { is_distinct: true } => {
                let mut seen: Vec<Value> = Vec::new();
                for value in values {
                    if !seen.contains(&value) {
                        seen.push(value);
                    }
                }
                Value::count(seen.len())
            }
            Aggregate::Sum if values.is_empty() => Value::Null,
            Aggregate::Sum => {
                let mut sum = Decimal::ZERO;
                for value in &values {
                    sum += convert::number(value)?;
                }
                sum.into()
            }
            Aggregate::Greatest => values.into_iter().max_by(compare::sorting).unwrap_or(Value::Null),
            Aggregate::Least => values.into_iter().min_by(compare::sorting).unwrap_or(Value::Null),
        })
    }
}

/// Strings of the database are the same whatever their letter case and the spaces behind them.
fn is_same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => {
            left.trim_end().to_lowercase() == right.trim_end().to_lowercase()
        }
        _ => compare::equal(left, right),
    }
}

/// The value of an element of a list of values.
fn list_value(session: &mut Session, item: Value) -> Outcome<Value> {
    match &item {
        Value::Object(object) => object.clone().get(session, &Name::new("Значение")),
        _ => Ok(item),
    }
}

/// `%` is any letters, `_` is one.
fn like(text: &[char], pattern: &[char]) -> bool {
    match pattern.split_first() {
        None => text.is_empty(),
        Some(('%', rest)) => (0..=text.len()).any(|skipped| like(&text[skipped..], rest)),
        Some((wanted, rest)) => text
            .split_first()
            .is_some_and(|(found, others)| (*wanted == '_' || found == wanted) && like(others, rest)),
    }
}

fn aggregates(expression: &Expression) -> bool {
    match expression {
        Expression::Aggregate(..) => true,
        Expression::Binary(left, _, right)
        | Expression::OrElse(left, right)
        | Expression::Like(left, right) => aggregates(left) || aggregates(right),
        Expression::Not(of) | Expression::Negated(of) | Expression::IsNull(of) | Expression::Shown(of) => {
            aggregates(of)
        }
        Expression::Case(branches, otherwise) => {
            branches.iter().any(|(condition, value)| aggregates(condition) || aggregates(value))
                || otherwise.as_ref().is_some_and(|otherwise| aggregates(otherwise))
        }
        Expression::Cast(of, _) | Expression::IsReference(of, _) => aggregates(of),
        Expression::Field { .. }
        | Expression::Parameter(_)
        | Expression::Literal(_)
        | Expression::Constant { .. }
        | Expression::In { .. }
        | Expression::Between(..) => false,
    }
}
