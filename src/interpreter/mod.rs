//! The base interpreter: found on PATH or where the caller says, and asked for its facts.

mod base;
mod cache;
mod child;
mod context;
mod discovery;
mod find;
#[cfg(fuzzing)]
pub mod fuzzing;
mod helper;
mod limits;
mod probe;
mod pyenv;
mod stream;

pub(crate) use cache::Interpreter;
pub(crate) use context::Context;
pub(crate) use find::find;
pub(crate) use helper::{Helper, NOT_AS_ASKED, Orders, Said, run_helpers};
pub(crate) use probe::{check_starts, isolated, run_to_end};
