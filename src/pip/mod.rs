//! pip: the bundled release, whether it is installed, how to install it, and the remedy if ensurepip is missing.

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
