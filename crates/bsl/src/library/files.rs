//! Files on the disk.

use std::fs;
use std::path::Path;

use super::Function;
use crate::halt::{Halt, Outcome};
use crate::object::Arguments;
use crate::session::Session;
use crate::value::Value;

pub(super) const FUNCTIONS: &[Function] = &[
    Function::new("каталогвременныхфайлов", 0, 0, |s, _| {
        Ok(Some(Value::text(format!("{}/", s.folder().display()))))
    }),
    Function::new("получитьимявременногофайла", 0, 1, |s, a| {
        let extension = a.text(0)?;
        Ok(Some(Value::text(s.temporary_name(&extension).to_string_lossy())))
    }),
    Function::new("удалитьфайлы", 1, 2, delete).procedure(),
    Function::new("копироватьфайл", 2, 2, |_, a| {
        done(&a.text(0)?, fs::copy(&*a.text(0)?, &*a.text(1)?))
    })
    .procedure(),
    Function::new("переместитьфайл", 2, 2, |_, a| {
        done(&a.text(0)?, fs::rename(&*a.text(0)?, &*a.text(1)?))
    })
    .procedure(),
    Function::new("создатькаталог", 1, 1, |_, a| {
        done(&a.text(0)?, fs::create_dir_all(&*a.text(0)?))
    })
    .procedure(),
];

/// Nothing to delete is no error; a folder goes with all that is in it.
fn delete(_: &mut Session, arguments: &Arguments) -> Outcome<Option<Value>> {
    let name = arguments.text(0)?;
    if arguments.is_given(1) {
        return Err(Halt::exception("УдалитьФайлы: маска здесь не поддержана"));
    }
    let path = Path::new(&*name);
    let deleted = if path.is_dir() {
        fs::remove_dir_all(path)
    } else if path.exists() {
        fs::remove_file(path)
    } else {
        Ok(())
    };
    done(&name, deleted)
}

fn done<T>(name: &str, result: std::io::Result<T>) -> Outcome<Option<Value>> {
    result.map(|_| None).map_err(|error| failed(name, &error))
}

/// What 1C says of a file that it could not work with.
pub(crate) fn failed(name: &str, error: &std::io::Error) -> Halt {
    Halt::exception(format!("Ошибка доступа к файлу '{name}': {error}"))
}
