//! Entry points for the fuzz targets, which pass arbitrary bytes to the readers here.

use super::compile;
use super::record::{self, hash};
use super::wheel::Wheel;
use crate::facts::Os;
use crate::facts::history::OLDEST;

/// The members of a wheel that was accepted: path, whether it is executable, and contents.
pub type Members = Vec<(String, bool, Vec<u8>)>;

/// Reads a wheel of pip for a platform. Returns its members if the wheel is accepted.
#[must_use]
pub fn wheel(bytes: &[u8], os: Os) -> Option<Members> {
    let wheel = Wheel::read("pip-24.2-py3-none-any.whl", bytes, os, OLDEST).ok()?;
    wheel.check_contents().ok()?;
    for member in wheel.members.iter().filter(|member| member.path.name() != "RECORD") {
        let row = wheel.rows.iter().find(|row| row.path == member.path.as_str()).expect("each member is listed");
        assert_eq!(row.hash, hash(&member.contents), "each member is the listed one");
    }
    let rendered = record::parse(&record::render(wheel.rows.clone())).expect("what is written can be read");
    assert_eq!(rendered.len(), wheel.rows.len());
    let members = wheel.members.into_iter();
    Some(members.map(|member| (member.path.to_string(), member.is_executable, member.contents)).collect())
}

/// Finds the fields in what a helper has said.
#[must_use]
pub fn fields<'a>(said: &'a [u8], nonce: &str, count: usize) -> Option<Vec<&'a [u8]>> {
    compile::fields(said, nonce, count).map(Iterator::collect)
}
