//! The surroundings in which an interpreter is searched for and asked.

use std::path::Path;

use crate::cache::CacheDir;
use crate::environment::Environment;
use crate::interrupt::Interrupt;

/// The surroundings in which an interpreter is searched for and asked.
#[derive(Clone, Copy)]
pub(crate) struct Context<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) cache: Option<&'a CacheDir>,
    /// Called with a program that is about to be asked, and with `None` when it has answered or failed.
    pub(crate) asking: &'a dyn Fn(Option<&Path>),
    pub(crate) interrupt: &'a Interrupt,
}
