//! What is not here, and so is not tested, is said.

use std::io::Write as _;

/// Something that a test needs is not here. That is said where one sees it, and it is a failure where `RVENV_REQUIRE`
/// (kinds separated by commas) says that this kind of thing must be here.
pub(crate) fn skip_or_fail(kind: &str, what: &str) {
    let required = std::env::var("RVENV_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|one| one.trim() == kind);
    assert!(!is_required, "RVENV_REQUIRE names `{kind}`, but: {what}");
    notice(&format!("skipped: {what}"));
}

/// Says something to whoever runs the tests. Not with `eprintln!`: the output of a test that passes is swallowed, and
/// a skip must be seen.
pub(crate) fn notice(what: &str) {
    // Nothing can be done about a closed stderr, and no test depends on it.
    let _ = writeln!(std::io::stderr(), "{what}");
}
