//! `HTTPСоединение` in both generations: by files, where neither status nor headers come back, and by `HTTPЗапрос`.

use std::cell::RefCell;
use std::fs;
use std::rc::Rc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::binary::Binary;
use super::class;
use super::encoding::Encoding;
use super::map::Map;
use crate::halt::{Halt, Outcome};
use crate::library::failed_file;
use crate::name::Name;
use crate::network::{Answer, Request};
use crate::object::{Arguments, Object, no_field, no_method};
use crate::platform::Platform;
use crate::session::Session;
use crate::value::{Item, Value, convert};

/// Seconds that a connection waits where nobody has said how long. 1C would wait for ever.
const TIMEOUT: u64 = 60;

/// A connection to a server.
pub(crate) struct HttpConnection {
    host: String,
    login: Option<(String, String)>,
    timeout: Duration,
    is_secure: bool,
}

impl HttpConnection {
    /// The sixth parameter is «защищённое» on 8.2 and the time-out on 8.3.
    pub(crate) fn create(session: &mut Session, arguments: &Arguments) -> Outcome<Self> {
        let is_old = session.platform == Platform::V82;
        arguments.between(1, if is_old { 6 } else { 8 })?;
        let server = arguments.text(0)?;
        let port = if arguments.is_given(1) { arguments.count(1)? } else { 80 };
        let user = arguments.text(2)?;
        let login = (!user.is_empty()).then_some((user.to_string(), arguments.text(3)?.to_string()));
        let sixth = arguments.value(5);
        let seconds = match &sixth {
            Value::Number(_) if !is_old => convert::count(&sixth)?.try_into().unwrap_or(TIMEOUT),
            _ => TIMEOUT,
        };
        let is_secure = if is_old {
            arguments.is_given(5) && convert::boolean(&sixth)?
        } else {
            !matches!(arguments.value(6), Value::Undefined)
        };
        Ok(Self { host: format!("{server}:{port}"), login, timeout: Duration::from_secs(seconds), is_secure })
    }

    fn send(
        &self,
        session: &mut Session,
        method: &'static str,
        path: &str,
        mut headers: Vec<(String, String)>,
        body: Option<Vec<u8>>,
    ) -> Outcome<Answer> {
        if self.is_secure {
            return Err(Halt::exception("Ошибка работы с Интернет: SSL здесь не поддержан"));
        }
        if session.transaction.is_some() {
            session.complain(format!("запрос HTTP внутри транзакции: {method} {path}"));
        }
        if let Some((user, password)) = &self.login {
            let basic = STANDARD.encode(format!("{user}:{password}"));
            headers.push(("Authorization".to_owned(), format!("Basic {basic}")));
        }
        let request = Request {
            method,
            host: self.host.clone(),
            path: path.to_owned(),
            headers,
            body,
            timeout: self.timeout,
        };
        session.network.send(&request)
    }

    /// By files: the answer is written into a file, and that is all that is known of it.
    fn by_files(
        &self,
        session: &mut Session,
        method: &'static str,
        arguments: &Arguments,
    ) -> Outcome<Option<Value>> {
        let (body, path, into, headers) = match method {
            "GET" | "DELETE" => (None, arguments.text(0)?, arguments.text(1)?, arguments.value(2)),
            _ => {
                let file = arguments.text(0)?;
                let body = fs::read(&*file).map_err(|error| failed_file(&file, &error))?;
                (Some(body), arguments.text(1)?, arguments.text(2)?, arguments.value(3))
            }
        };
        let answer = self.send(session, method, &path, headers_of(&headers)?, body)?;
        if !into.is_empty() {
            fs::write(&*into, answer.body).map_err(|error| failed_file(&into, &error))?;
        }
        Ok(None)
    }

    fn by_request(
        &self,
        session: &mut Session,
        method: &'static str,
        request: &HttpRequest,
        into: &str,
    ) -> Outcome<Option<Value>> {
        let body = request.body.borrow().bytes()?;
        let body = if method == "GET" || method == "DELETE" { None } else { Some(body) };
        let headers = headers_of(&Value::Object(request.headers.borrow().clone()))?;
        let path = request.path.borrow().clone();
        let answer = self.send(session, method, &path, headers, body)?;
        if !into.is_empty() {
            fs::write(into, &answer.body).map_err(|error| failed_file(into, &error))?;
        }
        Ok(Some(Value::object(HttpAnswer { answer, file: into.to_owned() })))
    }
}

/// Headers as a map, or as lines of text on 8.2.
fn headers_of(value: &Value) -> Outcome<Vec<(String, String)>> {
    if let Some(map) = value.downcast::<Map>() {
        return map
            .pairs()
            .into_iter()
            .map(|(name, value)| Ok((convert::text(&name)?.to_string(), convert::text(&value)?.to_string())))
            .collect();
    }
    match value {
        Value::Undefined => Ok(Vec::new()),
        Value::Text(lines) => Ok(lines
            .lines()
            .filter_map(|line| line.split_once(':'))
            .map(|(name, value)| (name.trim().to_owned(), value.trim().to_owned()))
            .collect()),
        _ => Err(Halt::exception("Несоответствие типов: ожидаются заголовки HTTP")),
    }
}

impl Object for HttpConnection {
    class!("HTTPСоединение");

    fn call(&self, session: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let method = match name.key() {
            "получить" => "GET",
            "отправитьдляобработки" => "POST",
            "записать" => "PUT",
            "удалить" => "DELETE",
            _ => return Err(no_method(name)),
        };
        let first = arguments.value(0);
        if let Some(request) = first.downcast::<HttpRequest>() {
            arguments.between(1, 2)?;
            self.by_request(session, method, request, &arguments.text(1)?)
        } else {
            arguments.between(if method == "GET" { 2 } else { 1 }, 4)?;
            self.by_files(session, method, arguments)
        }
    }
}

/// `HTTPЗапрос`
pub(crate) struct HttpRequest {
    path: RefCell<String>,
    headers: RefCell<Rc<dyn Object>>,
    body: RefCell<Body>,
}

enum Body {
    Bytes(Vec<u8>),
    File(String),
}

impl Body {
    fn bytes(&self) -> Outcome<Vec<u8>> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::File(name) => fs::read(name).map_err(|error| failed_file(name, &error)),
        }
    }
}

impl HttpRequest {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.between(0, 2)?;
        let headers = match arguments.value(1) {
            Value::Object(headers) => headers,
            _ => Rc::new(Map::default()),
        };
        Ok(Self {
            path: RefCell::new(arguments.text(0)?.to_string()),
            headers: RefCell::new(headers),
            body: RefCell::new(Body::Bytes(Vec::new())),
        })
    }
}

impl Object for HttpRequest {
    class!("HTTPЗапрос");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "адресресурса" => Ok(Value::text(&*self.path.borrow())),
            "заголовки" => Ok(Value::Object(self.headers.borrow().clone())),
            _ => Err(no_field(name)),
        }
    }

    fn set(&self, _: &mut Session, name: &Name, value: Value) -> Outcome<()> {
        match (name.key(), value) {
            ("адресресурса", value) => {
                *self.path.borrow_mut() = convert::text(&value)?.to_string();
            }
            ("заголовки", Value::Object(headers)) => *self.headers.borrow_mut() = headers,
            _ => return Err(no_field(name)),
        }
        Ok(())
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        let body = match name.key() {
            "установитьтелоизстроки" => {
                arguments.between(1, 3)?;
                // Left out or «Авто», UTF-8 gets its BOM.
                let without = matches!(arguments.value(2), Value::Item(Item { name: "НеИспользовать", .. }));
                let encoding = Encoding::of(&arguments.value(1))?;
                Body::Bytes(encoding.encode(&arguments.text(0)?, !without))
            }
            "установитьимяфайлатела" => {
                arguments.exactly(1)?;
                Body::File(arguments.text(0)?.to_string())
            }
            "установитьтелоиздвоичныхданных" => {
                arguments.exactly(1)?;
                let value = arguments.value(0);
                let binary = value.downcast::<Binary>();
                let binary =
                    binary.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
                Body::Bytes(binary.bytes().to_vec())
            }
            _ => return Err(no_method(name)),
        };
        *self.body.borrow_mut() = body;
        Ok(None)
    }
}

/// `HTTPОтвет`
struct HttpAnswer {
    answer: Answer,
    file: String,
}

impl Object for HttpAnswer {
    class!("HTTPОтвет");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "кодсостояния" => Ok(Value::number(self.answer.status)),
            "заголовки" => {
                let map = Map::default();
                for (name, value) in &self.answer.headers {
                    map.insert(Value::text(name), Value::text(value));
                }
                Ok(Value::object(map))
            }
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, arguments: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "получитьтелокакстроку" => {
                arguments.between(0, 1)?;
                Ok(Some(Encoding::of(&arguments.value(0))?.decode(&self.answer.body).into()))
            }
            "получитьтелокакдвоичныеданные" => {
                Ok(Some(Value::object(Binary::new(self.answer.body.clone()))))
            }
            "получитьимяфайлатела" if self.file.is_empty() => Ok(Some(Value::Undefined)),
            "получитьимяфайлатела" => Ok(Some(Value::text(&self.file))),
            _ => Err(no_method(name)),
        }
    }
}
