//! `ТаблицаЗначений`, its columns and its rows.

use std::cell::RefCell;
use std::rc::Rc;

use super::array::{Array, outside};
use super::class;
use super::structure::Structure;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method, read_only};
use crate::session::Session;
use crate::value::{Value, compare, convert};

/// A table.
pub(crate) struct Table {
    shared: Rc<Shared>,
}

struct Shared {
    columns: RefCell<Vec<Name>>,
    rows: RefCell<Vec<Rc<Row>>>,
}

/// A row of a table.
pub(crate) struct Row {
    table: Rc<Shared>,
    values: RefCell<Vec<Value>>,
}

impl Table {
    /// A table with these columns and rows.
    pub(crate) fn of(columns: Vec<Name>, rows: Vec<Vec<Value>>) -> Self {
        let shared = Rc::new(Shared { columns: RefCell::new(columns), rows: RefCell::default() });
        for values in rows {
            let row = Row { table: shared.clone(), values: RefCell::new(values) };
            shared.rows.borrow_mut().push(Rc::new(row));
        }
        Self { shared }
    }

    /// The names of its columns.
    pub(crate) fn columns(&self) -> Vec<Name> {
        self.shared.columns.borrow().clone()
    }

    /// The values of its rows.
    pub(crate) fn rows(&self) -> Vec<Vec<Value>> {
        self.shared.rows.borrow().iter().map(|row| row.values.borrow().clone()).collect()
    }

    fn column(&self, name: &str) -> Outcome<usize> {
        self.shared
            .column(&Name::new(name.trim()))
            .ok_or_else(|| Halt::exception(format!("Колонка не найдена ({name})")))
    }

    /// Columns of a list, all of them where it is empty.
    fn listed(&self, list: &str) -> Outcome<Vec<usize>> {
        if list.trim().is_empty() {
            return Ok((0..self.shared.columns.borrow().len()).collect());
        }
        list.split(',').map(|name| self.column(name)).collect()
    }

    fn place(&self, value: &Value) -> Outcome<usize> {
        if let Some(row) = value.downcast::<Row>() {
            let rows = self.shared.rows.borrow();
            return rows.iter().position(|other| std::ptr::eq(&raw const **other, row)).ok_or_else(outside);
        }
        let place = convert::count(value)?;
        if place < self.shared.rows.borrow().len() { Ok(place) } else { Err(outside()) }
    }

    fn add(&self, at: Option<usize>) -> Value {
        let width = self.shared.columns.borrow().len();
        let row =
            Rc::new(Row { table: self.shared.clone(), values: RefCell::new(vec![Value::Undefined; width]) });
        let mut rows = self.shared.rows.borrow_mut();
        let place = at.unwrap_or(rows.len()).min(rows.len());
        rows.insert(place, row.clone());
        Value::Object(row)
    }

    fn found(&self, wanted: &Structure) -> Outcome<Vec<Rc<Row>>> {
        let mut tests = Vec::new();
        for name in wanted.names() {
            tests.push((self.column(name.shown())?, wanted.field(name.shown()).unwrap_or_default()));
        }
        let rows = self.shared.rows.borrow();
        let fits = |row: &Rc<Row>| {
            let values = row.values.borrow();
            tests.iter().all(|(column, value)| compare::equal(&values[*column], value))
        };
        Ok(rows.iter().filter(|row| fits(row)).cloned().collect())
    }

    fn sort(&self, by: &str) -> Outcome<()> {
        let mut keys = Vec::new();
        for part in by.split(',') {
            let mut words = part.split_whitespace();
            let column = self.column(words.next().unwrap_or_default())?;
            keys.push((column, words.next().is_some_and(|word| Name::new(word).is("Убыв"))));
        }
        self.shared.rows.borrow_mut().sort_by(|left, right| {
            let (left, right) = (left.values.borrow(), right.values.borrow());
            keys.iter().fold(std::cmp::Ordering::Equal, |order, (column, is_descending)| {
                order.then_with(|| {
                    let order = compare::sorting(&left[*column], &right[*column]);
                    if *is_descending { order.reverse() } else { order }
                })
            })
        });
        Ok(())
    }

    /// `Свернуть`: rows with the same groups become one, its sums are added up.
    fn fold(&self, groups: &str, sums: &str) -> Outcome<()> {
        let groups = self.listed(groups)?;
        let sums = if sums.trim().is_empty() { Vec::new() } else { self.listed(sums)? };
        let mut folded: Vec<Vec<Value>> = Vec::new();
        for row in self.rows() {
            let key: Vec<Value> = groups.iter().map(|column| row[*column].clone()).collect();
            let place = folded.iter().position(|other| other[..key.len()] == key[..]);
            let place = place.unwrap_or_else(|| {
                let zeros = vec![Value::number(0); sums.len()];
                folded.push(key.into_iter().chain(zeros).collect());
                folded.len() - 1
            });
            for (index, column) in sums.iter().enumerate() {
                let sum = &mut folded[place][groups.len() + index];
                if let (Value::Number(total), Value::Number(more)) = (&*sum, &row[*column]) {
                    *sum = Value::Number(*total + *more);
                }
            }
        }
        let columns: Vec<Name> = {
            let columns = self.shared.columns.borrow();
            groups.iter().chain(&sums).map(|column| columns[*column].clone()).collect()
        };
        let fresh = Self::of(columns.clone(), folded);
        *self.shared.columns.borrow_mut() = columns;
        let rows = fresh.rows();
        *self.shared.rows.borrow_mut() = rows
            .into_iter()
            .map(|values| Rc::new(Row { table: self.shared.clone(), values: RefCell::new(values) }))
            .collect();
        Ok(())
    }
}

impl Shared {
    fn column(&self, name: &Name) -> Option<usize> {
        self.columns.borrow().iter().position(|column| column == name)
    }
}

impl Object for Table {
    class!("ТаблицаЗначений");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "колонки" => Ok(Value::object(Columns(self.shared.clone()))),
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.exactly(0)?;
                Ok(Some(self.add(None)))
            }
            "вставить" => {
                arguments.exactly(1)?;
                Ok(Some(self.add(Some(arguments.count(0)?))))
            }
            "удалить" => {
                arguments.exactly(1)?;
                let place = self.place(&arguments.value(0))?;
                self.shared.rows.borrow_mut().remove(place);
                Ok(None)
            }
            "количество" => Ok(Some(Value::count(self.shared.rows.borrow().len()))),
            "очистить" => {
                self.shared.rows.borrow_mut().clear();
                Ok(None)
            }
            "найти" => {
                arguments.between(1, 2)?;
                let wanted = arguments.value(0);
                let columns = self.listed(&arguments.text(1)?)?;
                let rows = self.shared.rows.borrow();
                let found = rows.iter().find(|row| {
                    columns.iter().any(|column| compare::equal(&row.values.borrow()[*column], &wanted))
                });
                Ok(Some(found.map_or(Value::Undefined, |row| Value::Object(row.clone()))))
            }
            "найтистроки" => {
                arguments.exactly(1)?;
                let wanted = arguments.value(0);
                let wanted = wanted.downcast::<Structure>();
                let wanted =
                    wanted.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
                let rows = self.found(wanted)?.into_iter().map(|row| Value::Object(row)).collect();
                Ok(Some(Value::object(Array::of(rows))))
            }
            "сортировать" => {
                arguments.between(1, 2)?;
                self.sort(&arguments.text(0)?).map(|()| None)
            }
            "свернуть" => {
                arguments.between(1, 2)?;
                self.fold(&arguments.text(0)?, &arguments.text(1)?).map(|()| None)
            }
            "итог" => {
                arguments.exactly(1)?;
                let column = self.column(&arguments.text(0)?)?;
                let rows = self.rows();
                let numbers = rows.iter().filter_map(|row| match row[column] {
                    Value::Number(number) => Some(number),
                    _ => None,
                });
                Ok(Some(Value::Number(numbers.sum())))
            }
            "выгрузитьколонку" => {
                arguments.exactly(1)?;
                let column = match arguments.value(0) {
                    Value::Number(_) => arguments.count(0)?,
                    _ => self.column(&arguments.text(0)?)?,
                };
                let values = self.rows().into_iter().map(|row| row[column].clone()).collect();
                Ok(Some(Value::object(Array::of(values))))
            }
            "скопировать" => {
                arguments.exactly(0)?;
                Ok(Some(Value::object(Self::of(self.columns(), self.rows()))))
            }
            "индекс" => {
                arguments.exactly(1)?;
                Ok(Some(self.place(&arguments.value(0)).map_or(Value::number(-1), Value::count)))
            }
            _ => Err(no_method(name)),
        }
    }

    fn index(&self, _: &mut Session, index: &Value) -> Outcome<Value> {
        let place = self.place(index)?;
        Ok(Value::Object(self.shared.rows.borrow()[place].clone()))
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.shared.rows.borrow().iter().map(|row| Value::Object(row.clone())).collect())
    }
}

impl Object for Row {
    class!("СтрокаТаблицыЗначений");

    fn names(&self, _: &mut Session) -> Vec<Name> {
        self.table.columns.borrow().clone()
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        let column = self.table.column(name).ok_or_else(|| no_field(name))?;
        Ok(self.values.borrow()[column].clone())
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let column = self.table.column(name).ok_or_else(|| no_field(name))?;
        self.values.borrow_mut()[column] = value;
        Ok(())
    }

    fn index(&self, session: &mut Session, index: &Value) -> Outcome<Value> {
        match index {
            Value::Number(_) => {
                let column = convert::count(index)?;
                self.values.borrow().get(column).cloned().ok_or_else(outside)
            }
            Value::Text(name) => self.get(session, &Name::new(name)),
            _ => Err(outside()),
        }
    }
}

/// `КоллекцияКолонокТаблицыЗначений`
struct Columns(Rc<Shared>);

impl Object for Columns {
    class!("КоллекцияКолонокТаблицыЗначений");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.0.column(name).ok_or_else(|| no_field(name))?;
        Ok(Value::object(Column(name.clone())))
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "добавить" => {
                arguments.between(1, 4)?;
                let column = Name::new(&arguments.text(0)?);
                if self.0.column(&column).is_some() {
                    return Err(Halt::exception(format!("Колонка с таким именем уже есть ({column})")));
                }
                self.0.columns.borrow_mut().push(column.clone());
                for row in self.0.rows.borrow().iter() {
                    row.values.borrow_mut().push(Value::Undefined);
                }
                Ok(Some(Value::object(Column(column))))
            }
            "найти" => {
                arguments.exactly(1)?;
                let wanted = Name::new(&arguments.text(0)?);
                let found = self.0.column(&wanted);
                Ok(Some(found.map_or(Value::Undefined, |_| Value::object(Column(wanted)))))
            }
            "количество" => Ok(Some(Value::count(self.0.columns.borrow().len()))),
            _ => Err(no_method(name)),
        }
    }

    fn items(&self, _: &mut Session) -> Outcome<Vec<Value>> {
        Ok(self.0.columns.borrow().iter().map(|name| Value::object(Column(name.clone()))).collect())
    }
}

struct Column(Name);

impl Object for Column {
    class!("КолонкаТаблицыЗначений");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "имя" | "заголовок" => Ok(Value::text(self.0.shown())),
            _ => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, _: Value) -> Outcome<()> {
        Err(read_only(name))
    }
}
