//! Reports of tests that are skipped because something is missing.

use std::io::Write as _;

/// Reports that something a test needs is missing. Panics if `RVENV_REQUIRE` (kinds separated by commas) names `kind`.
pub(crate) fn skip_or_fail(kind: &str, what: &str) {
    let required = std::env::var("RVENV_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|one| one.trim() == kind);
    assert!(!is_required, "RVENV_REQUIRE names `{kind}`, but: {what}");
    notice(&format!("skipped: {what}"));
}

/// Prints a message for the person who runs the tests. Not with `eprintln!`: the output of a test that passes is
/// swallowed, and a skip must be seen.
pub(crate) fn notice(what: &str) {
    // Nothing can be done about a closed stderr, and no test depends on it.
    let _ = writeln!(std::io::stderr(), "{what}");
}
