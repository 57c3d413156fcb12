//! Installing pip into new environments from a *seed*.
//!
//! A seed is a file, kept once per interpreter, that holds what an installer has written. The same files are restored
//! from it into each environment, with the text that differs per environment put in.

mod archive;
mod bytes;
mod dates;
#[cfg(fuzzing)]
pub mod fuzzing;
mod make;
mod marshal;
mod pack;
mod preparing;
mod reader;
mod restore;
mod shared;
mod splice;
mod store;

pub use make::Installer;
pub(crate) use make::make;
pub use preparing::Preparing;
pub(crate) use reader::Seed;
pub(crate) use restore::{Restored, restore, settle};
pub(crate) use shared::SharedSeed;
pub(crate) use store::SeedStore;
