//! BSL, the language of 1C: a reader, an interpreter and a small infobase in memory, so that `adapters/1c` runs in tests
//! without 1C.
//!
//! **What a green run says, and what it does not.** The platform itself was never at hand. Everything here was written
//! from documents and from published code: which functions platform 8.2 has, how it shows a number, what a set of
//! records replaces, which words stand in an error. So this stand encodes our idea of 1C. A test that fails here has
//! found a mistake of the adapter, or of that idea; a test that passes does not prove that 1C behaves so. Where the
//! platform is known to be strict, the stand is strict too; what it does not know it refuses by name, and never
//! guesses.
//!
//! `syntax` reads modules, `session` runs them, `value`, `objects` and `library` are what the platform offers,
//! `infobase` and `query` are its data, `ka11` is a base that looks like «Комплексная автоматизация 1.1».

mod halt;
mod infobase;
pub mod ka11;
mod library;
mod name;
mod network;
mod object;
mod objects;
mod platform;
mod query;
mod session;
mod syntax;
mod value;

pub use halt::{Exception, Halt, Outcome};
pub use infobase::{
    Infobase, JournalEntry, Record, Ref, Right, Schema, SchemaBuilder, TableBuilder, TableKind,
};
pub use network::{Fault, Network};
pub use objects::array::Array;
pub use objects::binary::Binary;
pub use objects::map::Map;
pub use objects::processors::file_of as processor_file;
pub use objects::structure::Structure;
pub use objects::value_storage::ValueStorage;
pub use platform::{Place, Platform};
pub use session::{Instance, LoadError, Session};
pub use syntax::SyntaxError;
pub use value::{Item, Type, Value};
