//! Applying a plan.

pub(crate) mod build;
mod claim;
mod leftovers;
mod merge;
mod placement;
mod rounds;
mod staging;
mod target;
mod undo;

pub(crate) use rounds::{Applied, Circumstances, apply};
pub(crate) use staging::is_at_work;
pub(crate) use target::Target;
