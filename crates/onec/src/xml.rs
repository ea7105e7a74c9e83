//! XML in and out: elements only, no DTD, no entities but the five that XML itself has.

use std::io::BufRead;

use quick_xml::Reader;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};

use crate::source::{Counted, Unreadable};
use crate::value::{DEPTH_MAX, VALUES_MAX, Value, element_of};

/// Reads the document whose root is `root`.
pub(crate) fn document(text: &str, root: &str) -> Result<Value, Unreadable> {
    let mut xml = Document::open(Counted::new(text.as_bytes(), usize::MAX), root)?;
    let value = xml.rest_of(root, 0, &mut 0)?;
    xml.close()?;
    Ok(value)
}

/// A list that is read element by element.
pub(crate) struct Records<R> {
    xml: Document<R>,
    list: String,
}

impl<R: BufRead> Records<R> {
    /// Opens the list `list`, for instance `counterparties`.
    pub(crate) fn open(source: Counted<R>, list: &str) -> Result<Self, Unreadable> {
        Ok(Self { xml: Document::open(source, list)?, list: list.to_owned() })
    }

    /// The next element with the line on which it begins.
    pub(crate) fn next(&mut self) -> Result<Option<(u64, Value)>, Unreadable> {
        let element = element_of(&self.list).unwrap_or("item");
        self.xml.source().refill();
        loop {
            match self.xml.next()? {
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Open { name, .. } if name == element => {
                    let line = self.xml.source().line();
                    return Ok(Some((line, self.xml.rest_of(&name, 0, &mut 0)?)));
                }
                Token::Close => return self.xml.close().map(|()| None),
                Token::Open { name, .. } => {
                    return Err(self.xml.wrong(format!("ожидался элемент <{element}>, а стоит <{name}>")));
                }
                Token::Text(_) => {
                    return Err(self.xml.wrong(format!("ожидался элемент <{element}>, а стоит текст")));
                }
                Token::End => return Err(self.xml.cut()),
            }
        }
    }
}

/// Writes one document.
pub(crate) fn write(root: &str, namespace: Option<&str>, value: &Value) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let attributes = namespace.map(|name| format!(" xmlns=\"{name}\"")).unwrap_or_default();
    write_element(&mut out, root, &attributes, value);
    out
}

fn write_element(out: &mut String, name: &str, attributes: &str, value: &Value) {
    let begin = out.len();
    out.extend(["<", name, attributes, ">"]);
    let empty = out.len();
    match value {
        Value::Null => {}
        Value::Flag(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => out.push_str(&number.to_string()),
        Value::Text(text) => {
            let legal: String = text.chars().filter(|letter| is_legal(*letter)).collect();
            out.push_str(&quick_xml::escape::escape(legal));
        }
        Value::List(items) => {
            let element = element_of(name).unwrap_or("item");
            for item in items {
                write_element(out, element, "", item);
            }
        }
        Value::Record(fields) => {
            for (name, value) in fields {
                write_element(out, name, "", value);
            }
        }
    }
    if out.len() == empty {
        out.truncate(begin);
        out.extend(["<", name, attributes, "/>"]);
    } else {
        out.extend(["</", name, ">"]);
    }
}

/// <https://www.w3.org/TR/xml/#charsets>; 1C stops at any other character.
fn is_legal(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

enum Token {
    Open { name: String, nil: bool },
    Close,
    Text(String),
    End,
}

struct Document<R> {
    reader: Reader<Counted<R>>,
    buffer: Vec<u8>,
}

impl<R: BufRead> Document<R> {
    /// Reads up to and including the root.
    fn open(mut source: Counted<R>, root: &str) -> Result<Self, Unreadable> {
        source.skip_preamble().map_err(|error| source.unreadable(error.to_string()))?;
        let mut reader = Reader::from_reader(source);
        reader.config_mut().expand_empty_elements = true;
        let mut document = Self { reader, buffer: Vec::new() };
        loop {
            match document.next()? {
                Token::Text(text) if text.trim().is_empty() => {}
                Token::Open { name, .. } if name == root => return Ok(document),
                Token::Open { name, .. } => {
                    return Err(document.wrong(format!("ожидался корень <{root}>, а стоит <{name}>")));
                }
                Token::Text(_) | Token::Close => {
                    return Err(document.wrong(format!("ожидался корень <{root}>")));
                }
                Token::End => return Err(document.wrong(format!("документ пуст, ожидался корень <{root}>"))),
            }
        }
    }

    /// The content of an element whose opening tag has been read, up to and including its closing tag.
    fn rest_of(&mut self, name: &str, depth: usize, met: &mut usize) -> Result<Value, Unreadable> {
        if depth == DEPTH_MAX {
            return Err(self.wrong(format!("вложенность больше {DEPTH_MAX}")));
        }
        *met += 1;
        if *met > VALUES_MAX {
            return Err(self.wrong(format!("в одной записи больше {VALUES_MAX} значений")));
        }
        let mut text = String::new();
        let mut children = Vec::new();
        loop {
            match self.next()? {
                Token::Open { name, nil } => {
                    let value = self.rest_of(&name, depth + 1, met)?;
                    children.push((name, if nil { Value::Null } else { value }));
                }
                // A long text in one piece is not copied.
                Token::Text(more) if text.is_empty() => text = more,
                Token::Text(more) => text += &more,
                Token::Close => break,
                Token::End => return Err(self.cut()),
            }
        }
        if children.is_empty() {
            return Ok(Value::Text(text));
        }
        if !text.trim().is_empty() {
            return Err(self.wrong(format!("в элементе <{name}> текст стоит рядом с элементами")));
        }
        let element = element_of(name);
        if children.iter().all(|(child, _)| Some(child.as_str()) == element) {
            return Ok(Value::List(children.into_iter().map(|(_, value)| value).collect()));
        }
        Ok(Value::Record(children.into_iter().map(|(child, value)| (child.into(), value)).collect()))
    }

    /// Nothing may follow the root.
    fn close(&mut self) -> Result<(), Unreadable> {
        loop {
            match self.next()? {
                Token::Text(text) if text.trim().is_empty() => {}
                Token::End => return Ok(()),
                Token::Text(_) | Token::Open { .. } | Token::Close => {
                    return Err(self.wrong("после корневого элемента стоит что-то ещё"));
                }
            }
        }
    }

    fn next(&mut self) -> Result<Token, Unreadable> {
        loop {
            self.buffer.clear();
            let token = match self.reader.read_event_into(&mut self.buffer) {
                Ok(Event::Start(tag)) => Ok(Some(opening(&tag))),
                Ok(Event::End(_)) => Ok(Some(Token::Close)),
                Ok(Event::Text(text)) => Ok(Some(Token::Text(text.xml10_content().into_owned()))),
                Ok(Event::CData(text)) => Ok(Some(Token::Text(text.xml10_content().into_owned()))),
                Ok(Event::GeneralRef(reference)) => character(&reference).map(Token::Text).map(Some),
                Ok(Event::Eof) => Ok(Some(Token::End)),
                Ok(Event::DocType(_)) => Err("DTD (<!DOCTYPE …>) не принимается; уберите его".to_owned()),
                Ok(Event::Decl(declaration)) => encoding(&declaration).map(|()| None),
                // `expand_empty_elements` turns an empty element into a start and an end.
                Ok(Event::Comment(_) | Event::PI(_) | Event::Empty(_)) => Ok(None),
                Err(quick_xml::Error::Encoding(_)) => Err(NOT_UTF8.to_owned()),
                Err(quick_xml::Error::Io(error)) => Err(error.to_string()),
                Err(error) => Err(format!("нарушен синтаксис XML ({error})")),
            };
            match token {
                Ok(Some(token)) => return Ok(token),
                Ok(None) => {}
                Err(text) => return Err(self.wrong(text)),
            }
        }
    }

    fn source(&mut self) -> &mut Counted<R> {
        self.reader.get_mut()
    }

    fn wrong(&self, text: impl Into<String>) -> Unreadable {
        self.reader.get_ref().unreadable(text)
    }

    fn cut(&self) -> Unreadable {
        self.wrong("XML оборван: текст кончился раньше, чем закрыты все элементы")
    }
}

/// Words shared with the check of whole bodies.
pub(crate) const NOT_UTF8: &str = "кодировка не UTF-8";

fn opening(tag: &BytesStart<'_>) -> Token {
    // Prefixes do not matter: 1C writes them or not, depending on how the adapter makes its XML.
    let name = tag.local_name().into_inner().to_owned();
    let nil = tag.attributes().flatten().any(|attribute| {
        attribute.key.local_name().into_inner() == "nil" && matches!(attribute.value.as_ref(), "true" | "1")
    });
    Token::Open { name, nil }
}

fn character(reference: &BytesRef<'_>) -> Result<String, String> {
    if let Ok(Some(letter)) = reference.resolve_char_ref() {
        return Ok(letter.to_string());
    }
    let name = reference.xml10_content();
    let letter = match name.as_ref() {
        "amp" => "&",
        "lt" => "<",
        "gt" => ">",
        "quot" => "\"",
        "apos" => "'",
        _ => return Err(format!("ссылка &{name}; не принимается; пишите сам символ")),
    };
    Ok(letter.to_owned())
}

fn encoding(declaration: &BytesDecl<'_>) -> Result<(), String> {
    match declaration.encoding() {
        Some(Ok(name)) if !name.eq_ignore_ascii_case("utf-8") => {
            Err(format!("в заголовке XML указана кодировка {name}, а принимается только UTF-8"))
        }
        Some(Ok(_)) | None => Ok(()),
        Some(Err(_)) => Err("нарушен заголовок XML".to_owned()),
    }
}
