//! The interpreter: statements one after another, expressions from the leaves up.

use std::rc::Rc;

use rust_decimal::Decimal;

use super::{Instance, Session};
use crate::halt::{Halt, Outcome};
use crate::library;
use crate::name::Name;
use crate::object::{Arguments, Object};
use crate::syntax::ast::{Action, Block, Callee, Expression, Meaning, Method, Operator, Statement};
use crate::value::{Cell, Value, cell, compare, convert, date};

/// Digits behind the point of a quotient.
const QUOTIENT_DIGITS: u32 = 27;

/// A call of a method: whose it is, its variables, and the line it has come to.
pub(super) struct Frame {
    pub(super) instance: Rc<Instance>,
    /// Names of the variables, for texts that are read while it runs.
    pub(super) names: Vec<Name>,
    pub(super) cells: Vec<Cell>,
    line: u32,
}

/// Where the execution goes after a statement.
pub(super) enum Flow {
    Next,
    Break,
    Continue,
    Return(Value),
}

impl Session {
    /// Runs a method with these arguments; parameters that were left out have their defaults.
    pub(super) fn run_method(
        &mut self,
        instance: &Rc<Instance>,
        method: &Method,
        arguments: Vec<Option<Cell>>,
    ) -> Outcome<Value> {
        self.enter()?;
        let mut given = arguments.into_iter();
        let parameters = method.parameters.iter().map(|parameter| match given.next().flatten() {
            Some(argument) if parameter.is_copy => cell(argument.borrow().clone()),
            Some(argument) => argument,
            None => cell(parameter.default.clone().unwrap_or_default()),
        });
        let locals = method.locals.iter().map(|_| cell(Value::Undefined));
        let cells = parameters.chain(locals).collect();
        let names = method.parameters.iter().map(|parameter| &parameter.name).chain(&method.locals).cloned();
        let mut frame =
            Frame { instance: instance.clone(), names: names.collect(), cells, line: method.line };
        let flow = self.block(&mut frame, &method.block);
        self.leave();
        match flow? {
            Flow::Return(value) => Ok(value),
            Flow::Next | Flow::Break | Flow::Continue => Ok(Value::Undefined),
        }
    }

    pub(super) fn block(&mut self, frame: &mut Frame, block: &Block) -> Outcome<Flow> {
        for statement in block {
            let flow = self.statement(frame, statement);
            match flow.map_err(|halt| halt.at(&frame.instance.module().name, frame.line))? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn statement(&mut self, frame: &mut Frame, Statement { line, action }: &Statement) -> Outcome<Flow> {
        frame.line = *line;
        match action {
            Action::Assign(target, value) => {
                let value = self.value(frame, value)?;
                self.assign(frame, target, value)?;
            }
            Action::Call(call) => {
                self.call_expression(frame, call)?;
            }
            Action::If(branches, otherwise) => {
                for (condition, block) in branches {
                    if self.condition(frame, condition)? {
                        return self.block(frame, block);
                    }
                }
                return self.block(frame, otherwise);
            }
            Action::While(condition, block) => {
                while self.condition(frame, condition)? {
                    match self.block(frame, block)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Next | Flow::Continue => {}
                    }
                    frame.line = *line;
                }
            }
            Action::Count(variable, from, to, block) => return self.count(frame, variable, from, to, block),
            Action::ForEach(variable, collection, block) => {
                let collection = self.value(frame, collection)?;
                for item in self.items(&collection)? {
                    self.assign(frame, variable, item)?;
                    match self.block(frame, block)? {
                        Flow::Break => break,
                        Flow::Return(value) => return Ok(Flow::Return(value)),
                        Flow::Next | Flow::Continue => {}
                    }
                }
            }
            Action::Try(attempt, handler) => return self.attempt(frame, attempt, handler),
            Action::Raise(Some(text)) => {
                let text = self.value(frame, text)?;
                return Err(Halt::exception(self.show(&text)));
            }
            Action::Raise(None) => {
                let again = self.handled.last().cloned().expect("the parser wants a handler around it");
                return Err(Halt::Thrown(Box::new(again)));
            }
            Action::Return(value) => {
                let value = value.as_ref().map(|value| self.value(frame, value)).transpose()?;
                return Ok(Flow::Return(value.unwrap_or_default()));
            }
            Action::Break => return Ok(Flow::Break),
            Action::Continue => return Ok(Flow::Continue),
            Action::Execute(text) => {
                let text = self.value(frame, text)?;
                return self.execute(frame, &convert::text(&text)?);
            }
        }
        Ok(Flow::Next)
    }

    fn count(
        &mut self,
        frame: &mut Frame,
        variable: &Expression,
        from: &Expression,
        to: &Expression,
        block: &Block,
    ) -> Outcome<Flow> {
        let from = self.value(frame, from)?;
        let mut counter = convert::number(&from)?;
        let to = self.value(frame, to)?;
        let to = convert::number(&to)?;
        while counter <= to {
            self.assign(frame, variable, Value::Number(counter))?;
            match self.block(frame, block)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
            // The body may have moved the counter.
            let reached = self.value(frame, variable)?;
            counter = convert::number(&reached)? + Decimal::ONE;
        }
        Ok(Flow::Next)
    }

    fn attempt(&mut self, frame: &mut Frame, attempt: &Block, handler: &Block) -> Outcome<Flow> {
        let depth = self.depth;
        match self.block(frame, attempt) {
            Err(Halt::Thrown(exception)) => {
                self.depth = depth;
                if exception.spoils_transaction
                    && let Some(transaction) = &mut self.transaction
                {
                    transaction.is_spoiled = true;
                }
                self.handled.push(*exception);
                let flow = self.block(frame, handler);
                self.handled.pop();
                flow
            }
            other => other,
        }
    }

    fn assign(&mut self, frame: &mut Frame, target: &Expression, value: Value) -> Outcome<()> {
        match target {
            Expression::Name { name, meaning, .. } => {
                let cell = match meaning {
                    Meaning::Local(local) => &frame.cells[*local],
                    Meaning::Module(variable) => frame.instance.variable(*variable),
                    Meaning::Attribute => frame.instance.attribute(name).expect("the name was resolved"),
                    Meaning::ThisObject | Meaning::Global | Meaning::Unknown => {
                        return Err(crate::object::read_only(name));
                    }
                };
                *cell.borrow_mut() = value;
                Ok(())
            }
            Expression::Member(of, name) => {
                let of = self.value(frame, of)?;
                let object = Self::object(&of)?;
                object.set(self, name, value)
            }
            Expression::Index(of, index) => {
                let of = self.value(frame, of)?;
                let index = self.value(frame, index)?;
                let object = Self::object(&of)?;
                object.set_index(self, &index, value)
            }
            _ => Err(Halt::exception("Значение нельзя изменить")),
        }
    }

    fn condition(&mut self, frame: &mut Frame, condition: &Expression) -> Outcome<bool> {
        let value = self.value(frame, condition)?;
        convert::boolean(&value)
    }

    pub(crate) fn items(&mut self, collection: &Value) -> Outcome<Vec<Value>> {
        Self::object(collection)?.items(self)
    }

    /// What has members: objects, and references and identifiers, whose members stand in the infobase.
    fn object(value: &Value) -> Outcome<Rc<dyn Object>> {
        match value {
            Value::Object(object) => Ok(object.clone()),
            Value::Ref(reference) => Ok(Rc::new(reference.clone())),
            _ => Err(Halt::exception(format!(
                "Значение не является значением объектного типа ({})",
                value.type_of().name()
            ))),
        }
    }

    pub(super) fn value(&mut self, frame: &mut Frame, expression: &Expression) -> Outcome<Value> {
        match expression {
            Expression::Constant(value) => Ok(value.clone()),
            Expression::Name { name, meaning, .. } => self.named(frame, name, *meaning),
            Expression::Member(of, name) => {
                let of = self.value(frame, of)?;
                let object = Self::object(&of)?;
                object.get(self, name)
            }
            Expression::Index(of, index) => {
                let of = self.value(frame, of)?;
                let index = self.value(frame, index)?;
                let object = Self::object(&of)?;
                object.index(self, &index)
            }
            Expression::Call { name, .. } | Expression::MethodCall(_, name, _) => {
                self.call_expression(frame, expression)?.ok_or_else(|| {
                    Halt::exception(format!("Обращение к процедуре объекта как к функции ({name})"))
                })
            }
            Expression::New { class, arguments, .. } => {
                let arguments = self.arguments(frame, arguments)?;
                self.platform_call()?;
                library::create(self, class.key(), &arguments).map_err(|halt| in_constructor(halt, class))
            }
            Expression::NewByName(name, values) => self.new_by_name(frame, name, values.as_deref()),
            Expression::Negated(value) => {
                let value = self.value(frame, value)?;
                Ok(Value::Number(-convert::number(&value)?))
            }
            Expression::Not(value) => Ok((!self.condition(frame, value)?).into()),
            Expression::Binary(left, operator, right) => self.binary(frame, left, *operator, right),
            Expression::Choice(condition, yes, no) => {
                let chosen = if self.condition(frame, condition)? { yes } else { no };
                self.value(frame, chosen)
            }
        }
    }

    fn named(&mut self, frame: &Frame, name: &Name, meaning: Meaning) -> Outcome<Value> {
        match meaning {
            Meaning::Local(local) => Ok(frame.cells[local].borrow().clone()),
            Meaning::Module(variable) => Ok(frame.instance.variable(variable).borrow().clone()),
            Meaning::Attribute => {
                Ok(frame.instance.attribute(name).expect("the name was resolved").borrow().clone())
            }
            Meaning::ThisObject => Ok(Value::Object(frame.instance.clone())),
            Meaning::Global | Meaning::Unknown => self.global(name),
        }
    }

    fn new_by_name(
        &mut self,
        frame: &mut Frame,
        name: &Expression,
        values: Option<&Expression>,
    ) -> Outcome<Value> {
        let name = self.value(frame, name)?;
        let class = match &name {
            Value::Type(class) => class.name().clone(),
            other => Name::new(&convert::text(other)?),
        };
        if !library::class_exists(class.key(), self.platform) {
            return Err(Halt::exception(format!("Тип не определен ({class})")));
        }
        let values = match values {
            Some(values) => {
                let values = self.value(frame, values)?;
                self.items(&values)?
            }
            None => Vec::new(),
        };
        let arguments = Arguments::new(values.into_iter().map(|value| Some(cell(value))).collect());
        self.platform_call()?;
        library::create(self, class.key(), &arguments).map_err(|halt| in_constructor(halt, &class))
    }

    /// A call; a procedure gives nothing.
    fn call_expression(&mut self, frame: &mut Frame, call: &Expression) -> Outcome<Option<Value>> {
        match call {
            Expression::Call { name, arguments, callee, .. } => match callee {
                Callee::Own(own) => {
                    let arguments = self.arguments(frame, arguments)?;
                    let module = Self::module_of(&frame.instance);
                    let method = &module.methods[*own];
                    let instance = frame.instance.clone();
                    let value = self.run_method(&instance, method, arguments.cells())?;
                    Ok(method.is_function.then_some(value))
                }
                Callee::Platform(function) if function.is_evaluation() => {
                    let arguments = self.arguments(frame, arguments)?;
                    self.platform_call()?;
                    self.evaluate(frame, &arguments.text(0)?).map(Some)
                }
                Callee::Platform(function) => {
                    let arguments = self.arguments(frame, arguments)?;
                    self.platform_call()?;
                    (function.run)(self, &arguments).map_err(|halt| halt.in_method(name.shown()))
                }
                Callee::Unknown => Err(crate::object::no_method(name)),
            },
            Expression::MethodCall(of, name, arguments) => {
                let of = self.value(frame, of)?;
                let object = Self::object(&of)?;
                let arguments = self.arguments(frame, arguments)?;
                self.method(&object, name, arguments)
            }
            _ => self.value(frame, call).map(Some),
        }
    }

    /// A method of an object: of its module, if it has one, or of the platform.
    pub(crate) fn method(
        &mut self,
        object: &Rc<dyn Object>,
        name: &Name,
        arguments: Arguments,
    ) -> Outcome<Option<Value>> {
        let any: Rc<dyn std::any::Any> = object.clone();
        if let Ok(instance) = any.downcast::<Instance>() {
            return self.call_exported(&instance, name, arguments);
        }
        self.platform_call()?;
        object.call(self, name, &arguments).map_err(|halt| halt.in_method(name.shown()))
    }

    fn arguments(&mut self, frame: &mut Frame, written: &[Option<Expression>]) -> Outcome<Arguments> {
        let mut cells = Vec::with_capacity(written.len());
        for argument in written {
            let Some(argument) = argument else {
                cells.push(None);
                continue;
            };
            // A bare variable is passed itself: the method may write it.
            let own = match argument {
                Expression::Name { meaning: Meaning::Local(local), .. } => Some(frame.cells[*local].clone()),
                Expression::Name { meaning: Meaning::Module(variable), .. } => {
                    Some(frame.instance.variable(*variable).clone())
                }
                _ => None,
            };
            cells.push(Some(match own {
                Some(own) => own,
                None => cell(self.value(frame, argument)?),
            }));
        }
        Ok(Arguments::new(cells))
    }

    fn binary(
        &mut self,
        frame: &mut Frame,
        left: &Expression,
        operator: Operator,
        right: &Expression,
    ) -> Outcome<Value> {
        match operator {
            Operator::Or => return Ok((self.condition(frame, left)? || self.condition(frame, right)?).into()),
            Operator::And => {
                return Ok((self.condition(frame, left)? && self.condition(frame, right)?).into());
            }
            _ => {}
        }
        let left = self.value(frame, left)?;
        let right = self.value(frame, right)?;
        match operator {
            Operator::Equal => Ok(compare::equal(&left, &right).into()),
            Operator::NotEqual => Ok((!compare::equal(&left, &right)).into()),
            Operator::Less => Ok(compare::order(&left, &right)?.is_lt().into()),
            Operator::More => Ok(compare::order(&left, &right)?.is_gt().into()),
            Operator::NotMore => Ok(compare::order(&left, &right)?.is_le().into()),
            Operator::NotLess => Ok(compare::order(&left, &right)?.is_ge().into()),
            Operator::Plus => self.sum(&left, &right),
            _ => arithmetic(&left, operator, &right),
        }
    }

    /// `+` joins whatever stands behind a string to it, as `Строка()` shows it.
    fn sum(&mut self, left: &Value, right: &Value) -> Outcome<Value> {
        match left {
            Value::Text(text) => {
                let right = self.show(right);
                Ok(Value::text(format!("{text}{right}")))
            }
            Value::Date(moment) => date::plus(*moment, convert::number(right)?)
                .map(Value::Date)
                .ok_or_else(|| Halt::exception("Недопустимая дата")),
            _ => arithmetic(left, Operator::Plus, right),
        }
    }
}

/// Numbers, and seconds between dates.
fn arithmetic(left: &Value, operator: Operator, right: &Value) -> Outcome<Value> {
    if let (Value::Date(later), Operator::Minus) = (left, operator) {
        return match right {
            Value::Date(earlier) => Ok(Value::Number(date::seconds_between(*earlier, *later))),
            _ => date::plus(*later, -convert::number(right)?)
                .map(Value::Date)
                .ok_or_else(|| Halt::exception("Недопустимая дата")),
        };
    }
    let (left, right) = (convert::number(left)?, convert::number(right)?);
    let result = match operator {
        Operator::Plus => left.checked_add(right),
        Operator::Minus => left.checked_sub(right),
        Operator::Times => left.checked_mul(right),
        Operator::Divided | Operator::Remainder if right.is_zero() => {
            return Err(Halt::exception("Деление на 0"));
        }
        Operator::Divided => left.checked_div(right).map(|quotient| quotient.round_dp(QUOTIENT_DIGITS)),
        Operator::Remainder => left.checked_rem(right),
        _ => unreachable!("comparisons and conditions are made elsewhere"),
    };
    result.map(Value::Number).ok_or_else(|| Halt::exception("Переполнение при вычислении"))
}

fn in_constructor(halt: Halt, class: &Name) -> Halt {
    match halt {
        Halt::Thrown(exception) if exception.place.is_none() => {
            Halt::exception(format!("Ошибка при вызове конструктора ({class}): {}", exception.brief()))
        }
        other => other,
    }
}
