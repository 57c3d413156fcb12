//! pip: the bundled release, whether it is installed, how to install it, and the remedy if ensurepip is missing.

mod available;
pub(crate) mod bundle;
mod compile;
mod ensurepip;
mod file;
#[cfg(fuzzing)]
pub mod fuzzing;
mod incomplete;
mod installation;
mod installed;
mod members;
mod native;
pub(crate) mod record;
mod remedy;
mod rules;
mod scripts;
pub(crate) mod shebang;
mod wheel;

pub(crate) use available::check;
pub(crate) use ensurepip::{Surroundings, ensure_pip, install, safe_temp, upgrade};
pub(crate) use file::{FileKind, InstalledFile};
pub(crate) use incomplete::{Traces, traces};
pub(crate) use installed::{installed, names};
pub(crate) use native::{NotNative, REVISION, install as install_natively};
