//! pip's business: what ensurepip brings, whether it is there, how it is installed, and what to do where it cannot be.

mod available;
pub(crate) mod bundle;
mod ensurepip;
mod file;
mod installed;
mod remedy;

pub(crate) use available::check;
pub(crate) use ensurepip::{Surroundings, ensure_pip, install, safe_temp, upgrade};
pub(crate) use file::{FileKind, InstalledFile};
pub(crate) use installed::installed;
