//! Inspecting ENV_DIR before anything is changed: its occupant, and whether a plan may touch it.

mod check;
mod closed;
mod foreign;
mod look;
mod nature;
mod within;

pub(crate) use check::{check, check_length};
pub(crate) use foreign::STAGING;
pub(crate) use look::look;
