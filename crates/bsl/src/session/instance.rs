//! An object with a module: an external data processor, a print form.

use std::any::Any;
use std::rc::Rc;

use super::Session;
use crate::halt::Outcome;
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::syntax::ast::Module;
use crate::value::{Cell, Type, Value, cell};

/// A module that was loaded, with its variables.
pub struct Instance {
    module: Rc<Module>,
    variables: Vec<Cell>,
    attributes: Vec<(Name, Cell)>,
}

impl Instance {
    pub(crate) fn new(module: Rc<Module>, attributes: &[&str]) -> Self {
        let variables = module.variables.iter().map(|_| cell(Value::Undefined)).collect();
        let attributes = attributes.iter().map(|name| (Name::new(name), cell(Value::Undefined))).collect();
        Self { module, variables, attributes }
    }

    pub(crate) fn module(&self) -> &Rc<Module> {
        &self.module
    }

    pub(crate) fn variable(&self, index: usize) -> &Cell {
        &self.variables[index]
    }

    pub(crate) fn attribute(&self, name: &Name) -> Option<&Cell> {
        self.attributes.iter().find(|(attribute, _)| attribute == name).map(|(_, cell)| cell)
    }

    pub(crate) fn attribute_names(&self) -> Vec<&str> {
        self.attributes.iter().map(|(name, _)| name.shown()).collect()
    }

    /// What others see: attributes and exported variables.
    fn visible(&self, name: &Name) -> Option<&Cell> {
        self.attribute(name).or_else(|| {
            let place = self.module.variables.iter().position(|variable| variable.name == *name)?;
            self.module.variables[place].is_exported.then(|| &self.variables[place])
        })
    }
}

impl Object for Instance {
    fn class(&self) -> Type {
        Type::new("ВнешняяОбработкаОбъект")
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.visible(name).map(|cell| cell.borrow().clone()).ok_or_else(|| no_field(name))
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        let cell = self.visible(name).ok_or_else(|| no_field(name))?;
        *cell.borrow_mut() = value;
        Ok(())
    }

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        // Methods of a module are called by the interpreter, which has the object in its hands as a whole.
        Err(no_method(name))
    }
}
