//! The errors of the library, and their messages.

mod file;
mod hint;
mod kinds;
mod text;
mod unfit;

pub use kinds::Error;
pub(crate) use text::{indented, shown};
pub use unfit::Unfit;

/// A result with the library's error type.
pub type Result<T, E = Error> = std::result::Result<T, E>;
