//! Every name of a query leads somewhere, and texts without a limit are not compared: told whether there are rows or not.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::ast::{Expression, Join, Select};
use super::tables::{Opened, find_source};
use crate::halt::{Halt, Outcome};
use crate::infobase::metadata::referred;
use crate::infobase::schema::{Schema, Table};
use crate::name::Name;
use crate::value::Value;
use crate::value::description::Kind;

/// What a query may refer to.
pub(super) struct Check<'c> {
    pub(super) schema: &'c Schema,
    pub(super) parameters: &'c BTreeMap<String, Value>,
}

impl Check<'_> {
    /// Every name leads somewhere, whether there are rows or not.
    pub(super) fn select(
        &self,
        select: &Select,
        order: &[(Expression, bool)],
        opened: &[Opened],
    ) -> Outcome<()> {
        let known = &opened.iter().collect::<Vec<_>>();
        for field in &select.fields {
            self.expression(&field.expression, known)?;
        }
        for source in &select.sources {
            if let Join::Inner(condition) | Join::Left(condition) = &source.join {
                self.expression(condition, known)?;
            }
        }
        for condition in select.condition.iter().chain(&select.having).chain(&select.groups) {
            self.expression(condition, known)?;
        }
        for (expression, _) in order {
            let is_alias = matches!(expression, Expression::Field { path, .. }
                if path.len() == 1 && select.fields.iter().any(|field| field.alias == path[0]));
            if !is_alias {
                self.expression(expression, known)?;
            }
        }
        Ok(())
    }

    fn expression(&self, expression: &Expression, opened: &[&Opened]) -> Outcome<()> {
        let all = |expressions: &[&Expression]| {
            expressions.iter().try_for_each(|expression| self.expression(expression, opened))
        };
        match expression {
            Expression::Field { path, line } => self.path(path, *line, opened),
            Expression::Parameter(name) if !self.parameters.contains_key(name.key()) => {
                Err(Halt::exception(format!("Не задано значение параметра \"{name}\"")))
            }
            Expression::Constant { path, line } => match self.schema.constant(path) {
                Some(_) => Ok(()),
                None => Err(Halt::exception(format!("{{({line})}}: Неверные параметры \"{path}\""))),
            },
            Expression::Parameter(_) | Expression::Literal(_) => Ok(()),
            Expression::Binary(left, operator, right) => {
                all(&[left, right])?;
                if operator.compares() {
                    self.comparable(left, opened)?;
                    self.comparable(right, opened)?;
                }
                Ok(())
            }
            Expression::Like(left, right) | Expression::OrElse(left, right) => all(&[left, right]),
            Expression::Not(of)
            | Expression::Negated(of)
            | Expression::IsNull(of)
            | Expression::Shown(of) => all(&[of]),
            Expression::IsReference(of, table) | Expression::Cast(of, table) => {
                let is_known = !table.contains('.') || self.schema.table(table).is_some();
                if !is_known {
                    return Err(Halt::exception(format!("Таблица не найдена \"{table}\"")));
                }
                all(&[of])
            }
            Expression::In { value, among, .. } => {
                all(&[value])?;
                self.comparable(value, opened)?;
                all(&among.iter().collect::<Vec<_>>())
            }
            Expression::Between(value, from, to) => {
                self.comparable(value, opened)?;
                all(&[value, from, to])
            }
            Expression::Case(branches, otherwise) => {
                for (condition, value) in branches {
                    all(&[condition, value])?;
                }
                otherwise.as_ref().map_or(Ok(()), |otherwise| all(&[otherwise]))
            }
            Expression::Aggregate(_, of) => of.as_ref().map_or(Ok(()), |of| all(&[of])),
        }
    }

    /// Texts without a limit can be chosen and tested by `ПОДОБНО`, never compared.
    fn comparable(&self, expression: &Expression, opened: &[&Opened]) -> Outcome<()> {
        let Expression::Field { path, line } = expression else { return Ok(()) };
        let Some((source, rest)) = find_source(opened, path) else { return Ok(()) };
        let mut field = rest.first().and_then(|name| source.field(name));
        for name in rest.iter().skip(1) {
            let tables = field.map(|field| referred(self.schema, &field));
            field = tables.into_iter().flatten().find_map(|table| table.field(name.key()).cloned());
        }
        let is_unlimited = field
            .is_some_and(|field| matches!(&field.kind.types[..], [Kind::Text]) && field.kind.length == 0);
        if is_unlimited {
            return Err(Halt::exception(format!(
                "{{({line})}}: Нельзя сравнивать поля неограниченной длины и поля несовместимых типов"
            )));
        }
        Ok(())
    }

    fn path(&self, path: &[Name], line: u32, opened: &[&Opened]) -> Outcome<()> {
        let written = || path.iter().map(Name::shown).collect::<Vec<_>>().join(".");
        let unknown = || Halt::exception(format!("{{({line})}}: Поле не найдено \"{}\"", written()));
        let (source, rest) = find_source(opened, path).ok_or_else(unknown)?;
        let mut tables: Vec<Option<Rc<Table>>> = vec![None];
        for (index, name) in rest.iter().enumerate() {
            let mut next = Vec::new();
            let mut is_found = false;
            for table in &tables {
                let field = match table {
                    None => source.field(name),
                    Some(table) => table.field(name.key()).cloned(),
                };
                if let Some(field) = field {
                    is_found = true;
                    next.extend(referred(self.schema, &field).into_iter().map(Some));
                }
            }
            if !is_found {
                return Err(unknown());
            }
            if next.is_empty() && index + 1 < rest.len() {
                return Err(unknown());
            }
            tables = next;
        }
        Ok(())
    }
}
