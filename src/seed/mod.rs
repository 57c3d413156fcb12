//! What is installed into a new environment, and how it gets there.
//!
//! What an installer leaves is kept, once for each interpreter, as a *seed*: a file from which the same files are
//! written again, with what is different in each environment put in.

mod archive;
mod bytes;
#[cfg(fuzzing)]
pub mod fuzzing;
mod make;
mod marshal;
mod pack;
mod preparing;
mod reader;
mod restore;
mod shebang;
mod splice;
mod store;

pub(crate) use make::make;
pub use preparing::Preparing;
pub(crate) use reader::Seed;
pub(crate) use restore::{Restored, restore};
pub(crate) use store::SeedStore;
