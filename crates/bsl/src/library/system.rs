//! The session: time, user, transactions, messages, the event log.

use super::Function;
use crate::halt::{Halt, Outcome};
use crate::infobase::{JournalEntry, settings};
use crate::name::Name;
use crate::object::Arguments;
use crate::objects::error_information::ErrorInformation;
use crate::session::Session;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("текущаядата", 0, 0, |s, _| Ok(Some(s.now().into()))),
    Function::new("текущаядатасеанса", 0, 0, |s, _| Ok(Some(s.now().into()))),
    Function::new("имяпользователя", 0, 0, |s, _| Ok(Some(s.base.user().into()))),
    Function::new("полноеимяпользователя", 0, 0, |s, _| Ok(Some(s.base.user().into()))),
    Function::new("имякомпьютера", 0, 0, |_, _| Ok(Some("SERVER-1C".into()))),
    Function::new("строкасоединенияинформационнойбазы", 0, 0, |s, _| {
        Ok(Some(s.base.connection_string().into()))
    }),
    Function::new("номерсеансаинформационнойбазы", 0, 0, |s, _| {
        Ok(Some(Value::number(s.number)))
    }),
    Function::new("нстр", 1, 2, |_, a| Ok(Some(in_russian(&a.text(0)?).into()))),
    Function::new("сообщить", 1, 2, say).procedure(),
    Function::new("описаниеошибки", 0, 0, |s, _| {
        Ok(Some(s.handled.last().map_or_else(String::new, crate::halt::Exception::described).into()))
    }),
    Function::new("информацияобошибке", 0, 0, |s, _| {
        Ok(Some(Value::object(ErrorInformation::new(s.handled.last().cloned()))))
    }),
    Function::new("краткоепредставлениеошибки", 1, 1, |_, a| {
        told(a, crate::halt::Exception::brief)
    }),
    Function::new("подробноепредставлениеошибки", 1, 1, |_, a| {
        told(a, crate::halt::Exception::in_full)
    }),
    Function::new("начатьтранзакцию", 0, 1, |s, _| s.begin().map(|()| None)).procedure(),
    Function::new("зафиксироватьтранзакцию", 0, 0, |s, _| s.commit().map(|()| None)).procedure(),
    Function::new("отменитьтранзакцию", 0, 0, |s, _| s.roll_back().map(|()| None)).procedure(),
    Function::new("транзакцияактивна", 0, 0, |s, _| {
        Ok(Some(s.transaction.is_some().into()))
    }),
    Function::new("записьжурналарегистрации", 1, 6, log).procedure(),
    Function::new("установитьпривилегированныйрежим", 1, 1, |s, a| {
        s.base.set_privileged(a.boolean(0)?);
        Ok(None)
    })
    .procedure(),
    Function::new("привилегированныйрежим", 0, 0, |s, _| {
        Ok(Some(s.base.is_privileged().into()))
    }),
    Function::new("праводоступа", 2, 4, has_right),
    Function::new("рольдоступна", 1, 1, |s, a| Ok(Some(s.base.has_role(&a.text(0)?).into()))),
    Function::new("заблокироватьданныедляредактирования", 1, 3, lock_data).procedure(),
    Function::new("разблокироватьданныедляредактирования", 0, 2, unlock_data).procedure(),
    Function::new("значениевфайл", 2, 2, |s, a| {
        Ok(Some(settings::to_file(s, &a.text(0)?, &a.value(1))?.into()))
    }),
    Function::new("значениеизфайла", 1, 1, |s, a| {
        settings::from_file(s, &a.text(0)?).map(Some)
    }),
    Function::new("монопольныйрежим", 0, 0, |_, _| Ok(Some(false.into()))),
    Function::new("состояние", 0, 4, say).procedure().for_clients(),
    Function::new("предупреждение", 1, 3, |_, _| Err(dialog())).procedure().for_clients(),
    Function::new("вопрос", 2, 6, |_, _| Err(dialog())).for_clients(),
    Function::new("обработкапрерыванияпользователя", 0, 0, |_, _| Ok(None)).procedure().for_clients(),
    Function::new("завершитьработусистемы", 0, 4, |_, _| Ok(None)).procedure().for_clients(),
    Function::new("подключитьобработчикожидания", 2, 3, |_, _| Ok(None)).procedure().for_clients(),
    Function::new("отключитьобработчикожидания", 1, 1, |_, _| Ok(None)).procedure().for_clients(),
    Function::new("обновитьинтерфейс", 0, 0, |_, _| Ok(None)).procedure().for_clients(),
];

/// A dialog would wait for ever where nobody sits.
fn dialog() -> Halt {
    Halt::exception("Модальный диалог ждёт человека, а человека здесь нет")
}

fn say(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let text = session.show(&arguments.value(0));
    session.messages.push(text);
    Ok(None)
}

/// `ru = 'Текст'; en = 'Text'`
fn in_russian(text: &str) -> String {
    let russian = text.split_once("ru").and_then(|(_, rest)| rest.split('\'').nth(1));
    russian.unwrap_or(text).to_owned()
}

fn told(arguments: &Arguments, tell: fn(&crate::halt::Exception) -> String) -> Outcome<Option<Value>> {
    let value = arguments.value(0);
    let information = value.downcast::<ErrorInformation>();
    let information =
        information.ok_or_else(|| Halt::exception("Несоответствие типов (параметр номер '1')"))?;
    Ok(Some(information.exception().map_or_else(String::new, tell).into()))
}

fn log(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let level = match arguments.value(1) {
        Value::Item(item) if item.enumeration == "УровеньЖурналаРегистрации" => {
            item.name
        }
        Value::Undefined => "Информация",
        _ => return Err(Halt::exception("Несоответствие типов (параметр номер '2')")),
    };
    let comment = session.show(&arguments.value(4));
    session.base.log(JournalEntry { event: arguments.text(0)?.to_string(), level, comment });
    Ok(None)
}

fn has_right(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let right = arguments.text(0)?;
    let of = arguments.value(1);
    let Value::Object(of) = of else {
        return Err(Halt::exception("Несоответствие типов (параметр номер '2')"));
    };
    let name = session.method(&of, &Name::new("ПолноеИмя"), Arguments::new(Vec::new()))?;
    let name = name.unwrap_or_default();
    let is_allowed = name.as_text().is_some_and(|name| session.base.is_allowed(&right, name));
    Ok(Some(is_allowed.into()))
}

fn lock_data(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    match arguments.value(0) {
        Value::Ref(reference) => {
            let number = session.number;
            session.base.lock(&reference, number).map(|()| None)
        }
        _ => Err(Halt::exception("Несоответствие типов (параметр номер '1')")),
    }
}

fn unlock_data(session: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    match arguments.value(0) {
        Value::Ref(reference) => session.base.unlock(&reference, session.number),
        _ => session.base.release_locks_of(session.number),
    }
    Ok(None)
}
