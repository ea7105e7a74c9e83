//! `Файл`: a name, whether there is such a file or not.

use std::path::{Path, PathBuf};

use super::class;
use crate::halt::{Halt, Outcome};
use crate::name::Name;
use crate::object::{Arguments, Object, no_field, no_method};
use crate::session::Session;
use crate::value::Value;

/// The name of a file.
pub(crate) struct File(PathBuf);

impl File {
    pub(crate) fn create(arguments: &Arguments) -> Outcome<Self> {
        arguments.exactly(1)?;
        Ok(Self(PathBuf::from(&*arguments.text(0)?)))
    }
}

fn part(part: Option<&std::ffi::OsStr>) -> Value {
    part.map_or("".into(), |part| Value::text(part.to_string_lossy()))
}

impl Object for File {
    class!("Файл");

    fn get(&self, _: &mut Session, name: &Name) -> Outcome<Value> {
        match name.key() {
            "имя" => Ok(part(self.0.file_name())),
            "имябезрасширения" => Ok(part(self.0.file_stem())),
            "полноеимя" => Ok(Value::text(self.0.to_string_lossy())),
            "путь" => {
                let folder = self.0.parent().unwrap_or(Path::new(""));
                Ok(Value::text(format!("{}/", folder.display())))
            }
            "расширение" => Ok(self
                .0
                .extension()
                .map_or("".into(), |end| Value::text(format!(".{}", end.to_string_lossy())))),
            _ => Err(no_field(name)),
        }
    }

    fn call(&self, _: &mut Session, name: &Name, _: &Arguments) -> Outcome<Option<Value>> {
        match name.key() {
            "существует" => Ok(Some(self.0.exists().into())),
            "этокаталог" => Ok(Some(self.0.is_dir().into())),
            "этофайл" => Ok(Some(self.0.is_file().into())),
            "размер" => {
                let size = self.0.metadata().map(|known| known.len());
                size.map(|size| Some(Value::number(size))).map_err(|_| Halt::exception("Файл не обнаружен"))
            }
            _ => Err(no_method(name)),
        }
    }
}
