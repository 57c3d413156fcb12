//! Doors for the fuzz targets, which give the readers of this room whatever they like.

use super::{cache, probe};
use crate::cache::Stamps;
use crate::facts::{BadAnswer, Facts};

/// Reads the probe's answer.
///
/// # Errors
/// When it cannot be used.
pub fn facts(answer: &[u8]) -> Result<Facts, BadAnswer> {
    probe::facts(answer)
}

/// Finds the answer in what a program said.
#[must_use]
pub fn unframe<'a>(said: &'a [u8], nonce: &str) -> Option<&'a [u8]> {
    probe::unframe(said, nonce)
}

/// Reads an entry of the facts cache: its key, its stamps as text, read and written again, and its answer.
#[must_use]
pub fn entry(bytes: &[u8]) -> Option<(&str, String, &[u8])> {
    let (key, stamps, answer) = cache::parse(bytes)?;
    let read = Stamps::parse(stamps)?;
    let text = read.text();
    // No path that is written into one holds it, and as the end of a line it would be lost.
    if !text.contains('\r') {
        assert_eq!(Stamps::parse(&text), Some(read), "stamps are read as they were written");
    }
    Some((key, text, answer))
}
