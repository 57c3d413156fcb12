//! Entry points for the fuzz targets, which pass arbitrary bytes to the parsers here.

use super::{cache, probe};
use crate::cache::Stamps;
use crate::facts::{BadAnswer, Facts};

/// Reads the probe's answer.
///
/// # Errors
/// When the answer cannot be used.
pub fn facts(answer: &[u8]) -> Result<Facts, BadAnswer> {
    probe::facts(answer)
}

/// Finds the answer in what a program said.
#[must_use]
pub fn unframe<'a>(said: &'a [u8], nonce: &str) -> Option<&'a [u8]> {
    probe::unframe(said, nonce)
}

/// Reads an entry of the facts cache. Returns its key, its stamps (parsed and converted back to text) and its answer.
#[must_use]
pub fn entry(bytes: &[u8]) -> Option<(&str, String, &[u8])> {
    let (key, stamps, answer) = cache::parse(bytes)?;
    let read = Stamps::parse(stamps)?;
    let text = read.text();
    // Paths in real entries hold no `\r`, which would be lost at the end of a line.
    if !text.contains('\r') {
        assert_eq!(Stamps::parse(&text), Some(read), "stamps are read as they were written");
    }
    Some((key, text, answer))
}
