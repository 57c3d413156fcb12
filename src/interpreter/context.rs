//! The surroundings in which an interpreter is searched for and asked.

use crate::cache::CacheDir;
use crate::environment::Environment;
use crate::interrupt::Interrupt;

/// The surroundings in which an interpreter is searched for and asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Context<'a> {
    pub(crate) environment: &'a Environment,
    pub(crate) cache: Option<&'a CacheDir>,
    pub(crate) interrupt: &'a Interrupt,
}
