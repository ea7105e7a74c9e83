//! What every name means. As on the platform, a name that nobody knows is an error before anything runs.
//!
//! A variable begins to be where it is assigned first, reading from top to bottom; to read it above that line is an
//! error.

use std::collections::HashSet;

use super::ast::{Action, Arguments, Block, Callee, Expression, Meaning, Method, Module, Statement};
use super::{Surroundings, SyntaxError};
use crate::library;
use crate::name::Name;

/// A method as its callers see it.
struct Signature {
    name: Name,
    is_function: bool,
    needed: usize,
    most: usize,
}

/// What the names of a method may refer to.
struct Scope<'m> {
    surroundings: &'m Surroundings<'m>,
    methods: &'m [Signature],
    variables: &'m [Name],
    locals: Vec<Name>,
    errors: Vec<SyntaxError>,
}

/// Finds out the meaning of every name of a module.
pub(super) fn resolve_module(
    module: &mut Module,
    surroundings: &Surroundings<'_>,
) -> Result<(), Vec<SyntaxError>> {
    let methods: Vec<Signature> = module.methods.iter().map(signature).collect();
    let variables: Vec<Name> = module.variables.iter().map(|variable| variable.name.clone()).collect();
    let mut errors = declared_twice(module);
    for method in module.methods.iter_mut().chain([&mut module.body]) {
        let mut scope = Scope {
            surroundings,
            methods: &methods,
            variables: &variables,
            locals: Vec::new(),
            errors: Vec::new(),
        };
        scope.method(method);
        errors.append(&mut scope.errors);
    }
    errors.sort_by_key(|error| error.line);
    if errors.is_empty() { Ok(()) } else { Err(errors) }
}

/// Finds out the names of a text of `Вычислить` or `Выполнить`, which sees the variables of the method it stands in.
/// The variables that it makes come behind those.
pub(crate) fn resolve_fragment(
    module: &Module,
    surroundings: &Surroundings<'_>,
    locals: Vec<Name>,
    mut fragment: Fragment<'_>,
) -> Result<Vec<Name>, SyntaxError> {
    let methods: Vec<Signature> = module.methods.iter().map(signature).collect();
    let variables: Vec<Name> = module.variables.iter().map(|variable| variable.name.clone()).collect();
    let mut scope =
        Scope { surroundings, methods: &methods, variables: &variables, locals, errors: Vec::new() };
    match &mut fragment {
        Fragment::Expression(expression) => scope.expression(expression),
        Fragment::Statements(block) => scope.block(block),
    }
    match scope.errors.into_iter().next() {
        Some(error) => Err(error),
        None => Ok(scope.locals),
    }
}

/// A text that is read while the module runs.
pub(crate) enum Fragment<'f> {
    Expression(&'f mut Expression),
    Statements(&'f mut Block),
}

fn signature(method: &Method) -> Signature {
    Signature {
        name: method.name.clone(),
        is_function: method.is_function,
        needed: method.needed(),
        most: method.parameters.len(),
    }
}

fn declared_twice(module: &Module) -> Vec<SyntaxError> {
    let mut errors = Vec::new();
    let mut methods = HashSet::new();
    for method in &module.methods {
        if !methods.insert(method.name.key()) {
            let text = format!("Процедура или функция с указанным именем уже определена ({})", method.name);
            errors.push(SyntaxError::new(method.line, text));
        }
        if library::find(method.name.key()).is_some() {
            let text = format!("Имя занято функцией платформы ({})", method.name);
            errors.push(SyntaxError::new(method.line, text));
        }
    }
    let mut variables = HashSet::new();
    for variable in &module.variables {
        if !variables.insert(variable.name.key()) {
            let text = format!("Переменная уже определена ({})", variable.name);
            errors.push(SyntaxError::new(variable.line, text));
        }
    }
    errors
}

impl Scope<'_> {
    fn complain(&mut self, line: u32, text: String) {
        self.errors.push(SyntaxError::new(line, text));
    }

    fn method(&mut self, method: &mut Method) {
        self.locals = method.parameters.iter().map(|parameter| parameter.name.clone()).collect();
        for local in &method.locals {
            if self.locals.contains(local) {
                self.complain(method.line, format!("Переменная уже определена ({local})"));
            }
            self.locals.push(local.clone());
        }
        self.block(&mut method.block);
        method.locals = self.locals.split_off(method.parameters.len());
    }

    fn block(&mut self, block: &mut Block) {
        for statement in block {
            self.statement(statement);
        }
    }

    fn statement(&mut self, Statement { action, .. }: &mut Statement) {
        match action {
            Action::Assign(target, value) => {
                self.expression(value);
                self.target(target);
            }
            Action::Call(call) => self.call(call, false),
            Action::If(branches, otherwise) => {
                for (condition, block) in branches {
                    self.expression(condition);
                    self.block(block);
                }
                self.block(otherwise);
            }
            Action::While(condition, block) => {
                self.expression(condition);
                self.block(block);
            }
            Action::Count(variable, from, to, block) => {
                self.expression(from);
                self.expression(to);
                self.target(variable);
                self.block(block);
            }
            Action::ForEach(variable, collection, block) => {
                self.expression(collection);
                self.target(variable);
                self.block(block);
            }
            Action::Try(attempt, handler) => {
                self.block(attempt);
                self.block(handler);
            }
            Action::Raise(value) | Action::Return(value) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            Action::Execute(text) => self.expression(text),
            Action::Break | Action::Continue => {}
        }
    }

    /// What stands left of `=`: an unknown name begins to be.
    fn target(&mut self, target: &mut Expression) {
        let Expression::Name { name, line, meaning } = target else {
            return self.expression(target);
        };
        *meaning = self.meaning(name);
        match meaning {
            Meaning::Unknown => {
                *meaning = Meaning::Local(self.locals.len());
                self.locals.push(name.clone());
            }
            Meaning::Global | Meaning::ThisObject => {
                let text = format!("Поле объекта недоступно для записи ({name})");
                self.errors.push(SyntaxError::new(*line, text));
            }
            Meaning::Local(_) | Meaning::Module(_) | Meaning::Attribute => {}
        }
    }

    fn meaning(&self, name: &Name) -> Meaning {
        if let Some(local) = self.locals.iter().position(|local| local == name) {
            Meaning::Local(local)
        } else if let Some(variable) = self.variables.iter().position(|variable| variable == name) {
            Meaning::Module(variable)
        } else if self.surroundings.attributes.iter().any(|attribute| name.is(attribute)) {
            Meaning::Attribute
        } else if name.is("ЭтотОбъект") {
            Meaning::ThisObject
        } else if library::global_exists(name.key(), self.surroundings.platform)
            || self.surroundings.modules.contains(name)
        {
            Meaning::Global
        } else {
            Meaning::Unknown
        }
    }

    fn expression(&mut self, expression: &mut Expression) {
        match expression {
            Expression::Constant(_) => {}
            Expression::Name { name, line, meaning } => {
                *meaning = self.meaning(name);
                if *meaning == Meaning::Unknown {
                    let text = format!("Переменная не определена ({name})");
                    self.errors.push(SyntaxError::new(*line, text));
                }
            }
            Expression::Member(of, _) | Expression::Negated(of) | Expression::Not(of) => self.expression(of),
            Expression::Index(of, index) => {
                self.expression(of);
                self.expression(index);
            }
            Expression::Call { .. } | Expression::MethodCall(..) => self.call(expression, true),
            Expression::New { class, line, arguments } => {
                if !library::class_exists(class.key(), self.surroundings.platform) {
                    let text = format!("Тип не определен ({class})");
                    self.errors.push(SyntaxError::new(*line, text));
                }
                self.arguments(arguments);
            }
            Expression::NewByName(name, values) => {
                self.expression(name);
                if let Some(values) = values {
                    self.expression(values);
                }
            }
            Expression::Binary(left, _, right) => {
                self.expression(left);
                self.expression(right);
            }
            Expression::Choice(condition, yes, no) => {
                self.expression(condition);
                self.expression(yes);
                self.expression(no);
            }
        }
    }

    fn arguments(&mut self, arguments: &mut Arguments) {
        for argument in arguments.iter_mut().flatten() {
            self.expression(argument);
        }
    }

    fn call(&mut self, call: &mut Expression, wants_value: bool) {
        match call {
            Expression::MethodCall(of, _, arguments) => {
                self.expression(of);
                self.arguments(arguments);
            }
            Expression::Call { name, line, arguments, callee } => {
                self.arguments(arguments);
                if let Some((own, is_function, needed, most)) = self.own(name) {
                    *callee = Callee::Own(own);
                    self.check_call(name, *line, arguments.len(), is_function || !wants_value, needed, most);
                } else if let Some(function) = library::find(name.key())
                    .filter(|function| function.is_here(self.surroundings.platform, self.surroundings.place))
                {
                    *callee = Callee::Platform(function);
                    let may_stand = function.gives_value || !wants_value;
                    self.check_call(name, *line, arguments.len(), may_stand, function.needed, function.most);
                } else {
                    let text = format!("Процедура или функция с указанным именем не определена ({name})");
                    self.complain(*line, text);
                }
            }
            _ => self.expression(call),
        }
    }

    fn own(&self, name: &Name) -> Option<(usize, bool, usize, usize)> {
        let place = self.methods.iter().position(|method| method.name == *name)?;
        let method = &self.methods[place];
        Some((place, method.is_function, method.needed, method.most))
    }

    fn check_call(
        &mut self,
        name: &Name,
        line: u32,
        given: usize,
        may_stand: bool,
        needed: usize,
        most: usize,
    ) {
        if !may_stand {
            self.complain(line, format!("Обращение к процедуре как к функции ({name})"));
        }
        if given > most {
            self.complain(line, format!("Слишком много фактических параметров ({name})"));
        }
        if given < needed {
            self.complain(line, format!("Недостаточно фактических параметров ({name})"));
        }
    }
}
