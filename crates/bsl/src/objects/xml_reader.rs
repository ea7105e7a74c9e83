//! `ЧтениеXML`: one node after another.

use std::cell::RefCell;
use std::fs;

use quick_xml::Reader;
use quick_xml::escape::resolve_predefined_entity;
use quick_xml::events::{BytesStart, Event};

use super::class;
use super::encoding::Encoding;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::{Item, Value};

/// A document that is being read.
#[derive(Default)]
pub(crate) struct XmlReader {
    state: RefCell<Option<State>>,
}

struct State {
    nodes: std::vec::IntoIter<Result<Node, String>>,
    /// What `Прочитать` has come to.
    now: Option<Node>,
    attribute: usize,
}

#[derive(Clone)]
struct Node {
    kind: &'static str,
    name: String,
    value: String,
    attributes: Vec<(String, String)>,
}

impl XmlReader {
    fn open(&self, text: &str) {
        *self.state.borrow_mut() = Some(State { nodes: nodes(text).into_iter(), now: None, attribute: 0 });
    }

    fn with<T>(&self, ask: impl FnOnce(&mut State) -> Outcome<T>) -> Outcome<T> {
        let mut state = self.state.borrow_mut();
        ask(state.as_mut().ok_or_else(|| Halt::exception("Источник XML не открыт"))?)
    }
}

impl State {
    fn read(&mut self) -> Outcome<bool> {
        self.attribute = 0;
        match self.nodes.next() {
            Some(Ok(node)) => {
                self.now = Some(node);
                Ok(true)
            }
            Some(Err(text)) => Err(Halt::exception(format!("Ошибка разбора XML: {text}"))),
            None => {
                self.now = None;
                Ok(false)
            }
        }
    }

    /// `Пропустить`: to the end of the element.
    fn skip(&mut self) -> Outcome<()> {
        let mut depth = 1;
        while depth > 0 {
            if !self.read()? {
                return Ok(());
            }
            match self.now.as_ref().map(|node| node.kind) {
                Some("НачалоЭлемента") => depth += 1,
                Some("КонецЭлемента") => depth -= 1,
                _ => {}
            }
        }
        Ok(())
    }

    fn attribute_named(&self, name: &str) -> Option<String> {
        let node = self.now.as_ref()?;
        node.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone())
    }
}

/// All nodes; texts of an element are one node, and empty space between elements is none. The last may be an error.
fn nodes(text: &str) -> Vec<Result<Node, String>> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    reader.config_mut().check_end_names = true;
    let mut nodes = Vec::new();
    let mut open: Vec<String> = Vec::new();
    let mut gathered = String::new();
    let mut has_root = false;
    loop {
        let event = match reader.read_event() {
            Ok(event) => event,
            Err(error) => {
                nodes.push(Err(error.to_string()));
                return nodes;
            }
        };
        match &event {
            Event::Text(text) => {
                gathered.push_str(&text.xml_content(quick_xml::XmlVersion::Implicit1_0));
                continue;
            }
            Event::GeneralRef(entity) => {
                if let Some(text) = referred(entity) {
                    gathered.push_str(&text);
                } else {
                    nodes.push(Err("неизвестная сущность".to_owned()));
                    return nodes;
                }
                continue;
            }
            _ => {}
        }
        if !gathered.trim().is_empty() {
            if open.is_empty() {
                nodes.push(Err("текст вне корневого элемента".to_owned()));
                return nodes;
            }
            let value = std::mem::take(&mut gathered);
            nodes.push(Ok(Node { kind: "Текст", name: String::new(), value, attributes: Vec::new() }));
        }
        gathered.clear();
        match event {
            Event::Start(start) => {
                if open.is_empty() && std::mem::replace(&mut has_root, true) {
                    nodes.push(Err("второй корневой элемент".to_owned()));
                    return nodes;
                }
                let node = element(&start);
                open.push(node.name.clone());
                nodes.push(Ok(node));
            }
            Event::End(_) => {
                let name = open.pop().unwrap_or_default();
                nodes.push(Ok(Node {
                    kind: "КонецЭлемента",
                    name,
                    value: String::new(),
                    attributes: Vec::new(),
                }));
            }
            Event::CData(data) => {
                let value = data.to_string();
                nodes.push(Ok(Node {
                    kind: "СекцияCDATA",
                    name: String::new(),
                    value,
                    attributes: Vec::new(),
                }));
            }
            Event::Eof if open.is_empty() && has_root => return nodes,
            Event::Eof => {
                nodes.push(Err("неожиданный конец документа".to_owned()));
                return nodes;
            }
            _ => {}
        }
    }
}

fn referred(entity: &quick_xml::events::BytesRef<'_>) -> Option<String> {
    if let Ok(Some(letter)) = entity.resolve_char_ref() {
        return Some(letter.to_string());
    }
    resolve_predefined_entity(entity).map(str::to_owned)
}

fn element(start: &BytesStart<'_>) -> Node {
    let attributes = start
        .attributes()
        .flatten()
        .map(|attribute| {
            let name = attribute.key.as_ref().to_owned();
            let value = attribute.value.clone().into_owned();
            let plain = quick_xml::escape::unescape(&value).map(std::borrow::Cow::into_owned);
            (name, plain.unwrap_or(value))
        })
        .collect();
    let name = start.name().as_ref().to_owned();
    Node { kind: "НачалоЭлемента", name, value: String::new(), attributes }
}

impl Object for XmlReader {
    class!("ЧтениеXML");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        self.with(|state| {
            let node = state.now.clone().unwrap_or(Node {
                kind: "Ничего",
                name: String::new(),
                value: String::new(),
                attributes: Vec::new(),
            });
            match name.key() {
                "типузла" => {
                    Ok(Value::Item(Item { enumeration: "ТипУзлаXML", name: node.kind }))
                }
                "имя" => Ok(node.name.into()),
                "локальноеимя" => Ok(node.name.rsplit(':').next().unwrap_or_default().into()),
                "значение" if state.attribute > 0 => {
                    Ok(node.attributes[state.attribute - 1].1.as_str().into())
                }
                "значение" => Ok(node.value.into()),
                "имеетзначение" => Ok((!node.value.is_empty()).into()),
                _ => Err(no_field(name)),
            }
        })
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "установитьстроку" => {
                arguments.between(1, 4)?;
                self.open(&arguments.text(0)?);
                Ok(None)
            }
            "открытьфайл" => {
                arguments.between(1, 3)?;
                let file = arguments.text(0)?;
                let bytes = fs::read(&*file).map_err(|error| failed_file(&file, &error))?;
                self.open(&Encoding::Utf8.decode(&bytes));
                Ok(None)
            }
            "прочитать" => self.with(State::read).map(|read| Some(read.into())),
            "пропустить" => self.with(State::skip).map(|()| None),
            "закрыть" => {
                self.state.take();
                Ok(None)
            }
            "значениеатрибута" | "получитьатрибут" => {
                arguments.between(1, 2)?;
                let wanted = arguments.text(0)?;
                self.with(|state| {
                    Ok(Some(state.attribute_named(&wanted).map_or(Value::Undefined, Value::from)))
                })
            }
            _ => Err(no_method(name)),
        }
    }
}
