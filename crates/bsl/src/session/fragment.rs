//! `Вычислить` and `Выполнить`: texts that are read while the module runs, and see the variables of the method that
//! they stand in.

use super::Session;
use super::run::{Flow, Frame};
use crate::halt::{Halt, Outcome};
use crate::syntax::{Fragment, Surroundings, SyntaxError, expression, resolve_fragment, statements};
use crate::value::{Value, cell};

impl Session {
    pub(super) fn evaluate(&mut self, frame: &mut Frame, text: &str) -> Outcome<Value> {
        let mut expression = expression(text).map_err(|error| unreadable(&error))?;
        self.resolve(frame, Fragment::Expression(&mut expression))?;
        self.value(frame, &expression)
    }

    pub(super) fn execute(&mut self, frame: &mut Frame, text: &str) -> Outcome<Flow> {
        let mut block = statements(text).map_err(|error| unreadable(&error))?;
        let known = frame.names.len();
        self.resolve(frame, Fragment::Statements(&mut block))?;
        let flow = self.block(frame, &block);
        frame.names.truncate(known);
        frame.cells.truncate(known);
        flow
    }

    fn resolve(&mut self, frame: &mut Frame, fragment: Fragment<'_>) -> Outcome<()> {
        let surroundings = Surroundings {
            platform: self.platform,
            place: self.place,
            attributes: &frame.instance.attribute_names(),
            modules: &self.base.module_names(),
        };
        let names = resolve_fragment(frame.instance.module(), &surroundings, frame.names.clone(), fragment)
            .map_err(|error| unreadable(&error))?;
        frame.cells.resize_with(names.len(), || cell(Value::Undefined));
        frame.names = names;
        Ok(())
    }
}

fn unreadable(error: &SyntaxError) -> Halt {
    Halt::exception(format!(
        "Ошибка компиляции при вычислении выражения или выполнении фрагмента кода: {error}"
    ))
}
