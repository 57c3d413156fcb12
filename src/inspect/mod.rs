//! What is at ENV_DIR before anything is done, and whether it may be touched.

mod check;
mod look;

pub(crate) use check::check;
pub(crate) use look::look;
