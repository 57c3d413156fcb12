//! Doing what a plan says.

pub(crate) mod build;
mod merge;
mod rounds;
mod staging;
mod target;
mod undo;

pub(crate) use rounds::{Applied, Circumstances, apply};
pub(crate) use target::Target;
