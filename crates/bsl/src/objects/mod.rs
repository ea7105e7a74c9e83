//! Classes of the platform that know nothing of the infobase.

pub(crate) mod array;
pub(crate) mod binary;
pub(crate) mod encoding;
pub(crate) mod error_information;
pub(crate) mod file;
pub(crate) mod hashing;
pub(crate) mod http;
pub(crate) mod map;
pub(crate) mod processors;
pub(crate) mod qualifiers;
pub(crate) mod spreadsheet;
pub(crate) mod structure;
pub(crate) mod symbols;
pub(crate) mod system_information;
pub(crate) mod table;
pub(crate) mod text_document;
pub(crate) mod text_file;
pub(crate) mod value_list;
pub(crate) mod value_storage;
pub(crate) mod xml_reader;
pub(crate) mod xml_writer;

/// `class` and `as_any`, which every class has to say of itself.
macro_rules! class {
    ($name:literal) => {
        fn class(&self) -> crate::value::Type {
            crate::value::Type::new($name)
        }

        fn as_any(&self) -> &dyn std::any::Any {
            self
        }
    };
}
pub(crate) use class;
