//! What is kept from one run to the next: where it is, and whether it may be trusted.

mod dir;
mod shelf;
mod stamps;

pub(crate) use dir::CacheDir;
pub(crate) use shelf::{Claim, Shelf};
pub(crate) use stamps::Stamps;
