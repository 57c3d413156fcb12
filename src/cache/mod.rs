//! Data kept from one run to the next: its place, and whether it can be trusted.

mod dir;
mod seen;
mod shelf;
mod stamped;
mod stamps;

pub(crate) use dir::CacheDir;
pub(crate) use seen::Seen;
pub(crate) use shelf::{Claim, Shelf};
pub(crate) use stamps::Stamps;
