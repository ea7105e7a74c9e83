//! Tabular sections.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use super::data::RowValues;
use super::schema::{Field, SectionTable};
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method, read_only};
use crate::objects::array::{Array, outside};
use crate::objects::class;
use crate::objects::structure::Structure;
use crate::objects::table::Table;
use crate::session::Session;
use crate::value::{Value, compare, convert};

/// The rows of a section.
pub(crate) struct Section {
    table: SectionTable,
    is_read_only: bool,
    rows: RefCell<Vec<Rc<SectionRow>>>,
    is_touched: Rc<Cell<bool>>,
}

struct SectionRow {
    fields: Rc<Vec<Field>>,
    number: Cell<usize>,
    values: RefCell<RowValues>,
    is_read_only: bool,
    is_touched: Rc<Cell<bool>>,
}

impl Section {
    pub(crate) fn new(table: &SectionTable, rows: Vec<RowValues>, is_touched: Rc<Cell<bool>>) -> Rc<Self> {
        Self::build(table, rows, false, is_touched)
    }

    /// The section of a reference: nobody can change it.
    pub(crate) fn read_only(table: &SectionTable, rows: Vec<RowValues>) -> Value {
        Value::Object(Self::build(table, rows, true, Rc::default()))
    }

    fn build(
        table: &SectionTable,
        rows: Vec<RowValues>,
        is_read_only: bool,
        is_touched: Rc<Cell<bool>>,
    ) -> Rc<Self> {
        let row = |(index, values): (usize, RowValues)| {
            Rc::new(SectionRow {
                fields: table.fields.clone(),
                number: Cell::new(index + 1),
                values: RefCell::new(values),
                is_read_only,
                is_touched: is_touched.clone(),
            })
        };
        let rows = rows.into_iter().enumerate().map(row).collect();
        Rc::new(Self { table: table.clone(), is_read_only, rows: RefCell::new(rows), is_touched })
    }

    pub(crate) fn values(&self) -> Vec<RowValues> {
        self.rows.borrow().iter().map(|row| row.values.borrow().clone()).collect()
    }

    fn may_change(&self) -> Outcome<()> {
        if self.is_read_only {
            return Err(Halt::exception("Табличная часть ссылки доступна только для чтения"));
        }
        self.is_touched.set(true);
        Ok(())
    }

    fn number_again(&self) {
        for (index, row) in self.rows.borrow().iter().enumerate() {
            row.number.set(index + 1);
        }
    }
}

impl SectionRow {
    fn field(&self, name: &Name) -> Outcome<&Field> {
        self.fields.iter().find(|field| field.name == *name).ok_or_else(|| no_field(name))
    }

    fn value(&self, field: &Field) -> Value {
        if field.name.is("НомерСтроки") {
            return Value::count(self.number.get());
        }
        self.values.borrow().get(field.name.key()).cloned().unwrap_or_else(|| field.kind.empty())
    }
}

impl Object for Section {
    class!("ТабличнаяЧасть");

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                self.may_change()?;
                let row = Rc::new(SectionRow {
                    fields: self.table.fields.clone(),
                    number: Cell::new(self.rows.borrow().len() + 1),
                    values: RefCell::default(),
                    is_read_only: false,
                    is_touched: self.is_touched.clone(),
                });
                self.rows.borrow_mut().push(row.clone());
                Ok(Some(Value::Object(row)))
            }
            "очистить" => {
                self.may_change()?;
                self.rows.borrow_mut().clear();
                Ok(None)
            }
            "удалить" => {
                arguments.exactly(1)?;
                self.may_change()?;
                let wanted = arguments.value(0);
                let place = match wanted.downcast::<SectionRow>() {
                    Some(row) => row.number.get() - 1,
                    None => convert::count(&wanted)?,
                };
                if place >= self.rows.borrow().len() {
                    return Err(outside());
                }
                self.rows.borrow_mut().remove(place);
                self.number_again();
                Ok(None)
            }
            "количество" => Ok(Some(Value::count(self.rows.borrow().len()))),
            "найти" => {
                arguments.between(1, 2)?;
                let wanted = arguments.value(0);
                let columns = arguments.text(1)?;
                let columns: Vec<Name> = columns
                    .split(',')
                    .map(str::trim)
                    .filter(|name| !name.is_empty())
                    .map(Name::new)
                    .collect();
                let rows = self.rows.borrow();
                let found = rows.iter().find(|row| {
                    row.fields.iter().any(|field| {
                        (columns.is_empty() || columns.contains(&field.name))
                            && compare::equal(&row.value(field), &wanted)
                    })
                });
                Ok(Some(found.map_or(Value::Undefined, |row| Value::Object(row.clone()))))
            }
            "найтистроки" => {
                arguments.exactly(1)?;
                let wanted = arguments.value(0);
                let wanted = wanted.downcast::<Structure>();
                let wanted =
                    wanted.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
                let mut found = Vec::new();
                for row in self.rows.borrow().iter() {
                    let mut fits = true;
                    for name in wanted.names() {
                        let value = row.value(row.field(&name)?);
                        fits &= compare::equal(&value, &wanted.field(name.shown()).unwrap_or_default());
                    }
                    if fits {
                        found.push(Value::Object(row.clone()));
                    }
                }
                Ok(Some(Value::object(Array::of(found))))
            }
            "выгрузить" => {
                arguments.exactly(0)?;
                let columns: Vec<Name> = self.table.fields.iter().map(|field| field.name.clone()).collect();
                let rows = self.rows.borrow();
                let rows =
                    rows.iter().map(|row| self.table.fields.iter().map(|field| row.value(field)).collect());
                Ok(Some(Value::object(Table::of(columns, rows.collect()))))
            }
            "итог" => {
                arguments.exactly(1)?;
                let column = Name::new(&arguments.text(0)?);
                let mut total = rust_decimal::Decimal::ZERO;
                for row in self.rows.borrow().iter() {
                    total += convert::number(&row.value(row.field(&column)?))?;
                }
                Ok(Some(total.into()))
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        let place = convert::count(index)?;
        self.rows.borrow().get(place).map(|row| Value::Object(row.clone())).ok_or_else(outside)
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.rows.borrow().iter().map(|row| Value::Object(row.clone())).collect())
    }
}

impl Object for SectionRow {
    class!("ТабличнаяЧастьСтрока");

    fn names(&self, _: &mut Session) -> Vec<Name> {
        self.fields.iter().map(|field| field.name.clone()).collect()
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        Ok(self.value(self.field(name)?))
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let field = self.field(name)?;
        if self.is_read_only || field.name.is("НомерСтроки") {
            return Err(read_only(name));
        }
        self.is_touched.set(true);
        self.values.borrow_mut().insert(field.name.key().to_owned(), field.kind.adjust(value));
        Ok(())
    }
}
