//! The needs of the tests. A test that lacks something is skipped, and a summary at the end of the run says so once; in
//! CI, `RVENV_REQUIRE` turns the skip into a failure.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::io::Write as _;
use std::panic;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::trials;

/// Something that a test needs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Need {
    /// The word for `RVENV_REQUIRE`.
    kind: &'static str,
    /// The missing thing, as a phrase.
    what: String,
    /// The way to get it, if there is one.
    remedy: Option<String>,
}

impl Need {
    pub(crate) fn new(kind: &'static str, what: impl Into<String>) -> Self {
        Self { kind, what: what.into(), remedy: None }
    }

    /// Names the package of Debian and Ubuntu that brings it.
    pub(crate) fn in_package(self, package: &str) -> Self {
        self.with_remedy(format!("Debian and Ubuntu: apt install {package}"))
    }

    pub(crate) fn with_remedy(self, remedy: impl Into<String>) -> Self {
        Self { remedy: Some(remedy.into()), ..self }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.what)?;
        self.remedy.iter().try_for_each(|remedy| write!(f, " ({remedy})"))
    }
}

/// The rights of root.
pub(crate) fn root() -> Need {
    Need::new("root", "root's rights, for what concerns the files of other users")
}

/// A shell, or a tool about shells.
pub(crate) fn shell(kind: &'static str, program: &str) -> Need {
    let need = Need::new(kind, program);
    match program {
        "pwsh" => need.with_remedy("a package of Microsoft's"),
        "nu" => need.with_remedy("npm install --global nushell"),
        "ksh93" => need.in_package("ksh93u+m"),
        "bsd-csh" => need.in_package("csh"),
        _ => need.in_package(program),
    }
}

/// The payload that unwinds a skipped test, with the reason.
pub(crate) struct Skipped(pub(crate) String);

/// The tests that went without something.
#[derive(Default)]
struct Missed {
    skipped: BTreeSet<&'static str>,
    in_part: BTreeSet<&'static str>,
}

static MISSED: Mutex<BTreeMap<Need, Missed>> = Mutex::new(BTreeMap::new());
static NOTES: Mutex<Vec<String>> = Mutex::new(Vec::new());

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Ends the current test as skipped, or as failed if `RVENV_REQUIRE` (kinds separated by commas) names the kind.
pub(crate) fn skip(need: &Need) -> ! {
    miss(need, |missed| &mut missed.skipped);
    // Unlike `panic!`, this calls no hook.
    panic::resume_unwind(Box::new(Skipped(need.to_string())))
}

/// Notes that the current test goes on without a part that needs something; or fails, as with [`skip`].
pub(crate) fn go_without(need: &Need) {
    miss(need, |missed| &mut missed.in_part);
}

fn miss(need: &Need, list: impl Fn(&mut Missed) -> &mut BTreeSet<&'static str>) {
    let required = std::env::var("RVENV_REQUIRE").unwrap_or_default();
    let is_required = required.split(',').any(|kind| kind.trim() == need.kind);
    assert!(!is_required, "RVENV_REQUIRE names `{}`, but this is missing: {need}", need.kind);
    let test = trials::current().expect("only the thread of a test may miss something");
    list(locked(&MISSED).entry(need.clone()).or_default()).insert(test);
}

/// A line for the summary.
pub(crate) fn note(line: impl Into<String>) {
    locked(&NOTES).push(line.into());
}

/// Prints the notes, and what was missing, with the number of tests that needed it.
pub(crate) fn print_summary() {
    let mut lines = locked(&NOTES).clone();
    lines.sort();
    let missed = locked(&MISSED);
    if !missed.is_empty() {
        lines.push("Not tested, because something is missing here:".to_owned());
    }
    lines.extend(missed.iter().map(|(need, missed)| format!("  {need}: {missed}")));
    for line in lines {
        // Nothing can be done about a closed stderr, and no test depends on it.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}

impl fmt::Display for Missed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [(self.skipped.len(), "skipped"), (self.in_part.len(), "in part")];
        let counts: Vec<String> = counts
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, how)| format!("{count} {} {how}", if count == 1 { "test" } else { "tests" }))
            .collect();
        f.write_str(&counts.join(", "))
    }
}
