//! The interpreters of this machine. They are the oracles of the parity tests, so each is asked, never guessed at.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::testenv::{Outcome, TestEnv, notice, skip_or_fail};

/// The minor versions to look for: 3.6 is the oldest that rvenv supports, and the last leaves room for years.
const MINORS: std::ops::RangeInclusive<u32> = 6..=20;

/// The directory of the interpreter, relative to the root of a pyenv version.
const BIN: &str = if cfg!(windows) { "" } else { "bin" };

/// An installed interpreter, as opposed to that of an environment.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Python {
    /// `3.minor.patch`
    pub(crate) minor: u32,
    pub(crate) patch: u32,
    /// `sys.executable`: the path by which it was found, or the path behind a shim.
    pub(crate) path: PathBuf,
    /// `sys.executable` with every link resolved.
    pub(crate) real: PathBuf,
    pub(crate) base_prefix: PathBuf,
    /// The version of pip that ensurepip bundles, or `None` if a distribution has removed ensurepip.
    pub(crate) bundled_pip: Option<String>,
    pub(crate) has_venv: bool,
}

impl Python {
    #[cfg(unix)]
    pub(crate) fn is_pypy(&self) -> bool {
        self.real.file_name().is_some_and(|name| name.to_string_lossy().starts_with("pypy"))
    }

    /// This interpreter by its other names in its directory: `python`, `python3` and `python3.N`.
    #[cfg(unix)]
    pub(crate) fn by_its_other_names(&self) -> impl Iterator<Item = Self> {
        let names = ["python".to_owned(), "python3".to_owned(), format!("python3.{}", self.minor)];
        let others = names.map(|name| self.path.with_file_name(name)).into_iter();
        others
            .filter(|path| *path != self.path && path.canonicalize().is_ok_and(|real| real == self.real))
            .map(|path| Self { path, ..self.clone() })
    }
}

/// All interpreters found, sorted by version; asked once for all tests.
pub(crate) fn all() -> &'static [Python] {
    static FOUND: OnceLock<Vec<Python>> = OnceLock::new();
    FOUND.get_or_init(discover)
}

fn discover() -> Vec<Python> {
    let world = TestEnv::new();
    let mut known = BTreeSet::new();
    let mut found: Vec<Python> = Vec::new();
    for named in paths_in("RVENV_TEST_PYTHONS") {
        // An interpreter that is named here must be tested, so its failure is not skipped.
        let python = ask(&world, &named);
        found.push(python.unwrap_or_else(|why| panic!("RVENV_TEST_PYTHONS: {}: {why}", named.display())));
    }
    for candidate in candidates() {
        // Most candidates are names of the same few files. A shim is a file of its own and answers with another path.
        let is_new = candidate.canonicalize().is_ok_and(|real| known.insert(real));
        // The pyenv shim of a version that is not selected fails: it is no interpreter for now.
        found.extend(is_new.then(|| ask(&world, &candidate).ok()).flatten());
    }
    let mut seen = BTreeSet::new();
    found.retain(|python| seen.insert(python.real.clone()));
    found.sort();
    found
}

fn candidates() -> Vec<PathBuf> {
    let mut names: Vec<String> = MINORS.map(|minor| format!("python3.{minor}{}", env::consts::EXE_SUFFIX)).collect();
    names.push(format!("python3{}", env::consts::EXE_SUFFIX));
    let mut found = Vec::new();
    for dir in paths_in("PATH") {
        found.extend(names.iter().map(|name| dir.join(name)));
    }
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let mut versions = pyenv.map(|root| entries(&root.join("versions"))).unwrap_or_default();
    versions.sort();
    let python = format!("python{}", env::consts::EXE_SUFFIX);
    found.extend(versions.iter().map(|version| version.join(BIN).join(&python)));
    // The system's interpreters, in case PATH lacks their directory.
    found.extend(names.iter().map(|name| Path::new("/usr/bin").join(name)));
    found
}

fn paths_in(variable: &str) -> Vec<PathBuf> {
    env::var_os(variable).map(|paths| env::split_paths(&paths).collect()).unwrap_or_default()
}

fn entries(dir: &Path) -> Vec<PathBuf> {
    fs::read_dir(dir).into_iter().flatten().flatten().map(|entry| entry.path()).collect()
}

/// Prints one answer per line. Only environments of old virtualenvs have a `real_prefix`.
const QUESTION: &str = "
import os, sys
def pip():
    try:
        import ensurepip
        return ensurepip.version()
    except Exception:
        return ''
def has_venv():
    try:
        import venv
        return 'yes'
    except ImportError:
        return 'no'
in_env = sys.prefix != sys.base_prefix or hasattr(sys, 'real_prefix')
answers = ['%d.%d.%d' % sys.version_info[:3], sys.executable, os.path.realpath(sys.executable), sys.base_prefix,
    pip(), has_venv(), 'in an environment' if in_env else 'installed']
print('\\n'.join(answers))
";

fn ask(world: &TestEnv, program: &Path) -> Result<Python, String> {
    let outcome = world.run(program).args(["-I", "-c", QUESTION]).try_output()?;
    let python = read_answers(&outcome).ok_or_else(|| format!("no Python 3 that can be used:\n{outcome}"))?;
    let is_served = MINORS.contains(&python.minor) && python.path.is_absolute();
    is_served.then_some(python).ok_or_else(|| format!("no Python in 3.{MINORS:?}:\n{outcome}"))
}

/// Parses the answers. `None` for programs that are no interpreter, Python 2, and the interpreter of an environment.
fn read_answers(outcome: &Outcome) -> Option<Python> {
    let stdout = outcome.succeeded().then(|| outcome.stdout())?;
    let answers: Vec<&str> = stdout.lines().collect();
    let [release, executable, real, base_prefix, pip, has_venv, "installed"] = answers[..] else {
        return None;
    };
    let (minor, patch) = release.strip_prefix("3.")?.split_once('.')?;
    Some(Python {
        minor: minor.parse().ok()?,
        patch: patch.parse().ok()?,
        path: executable.into(),
        real: real.into(),
        base_prefix: base_prefix.into(),
        bundled_pip: (!pip.is_empty()).then(|| pip.to_owned()),
        has_venv: has_venv == "yes",
    })
}

#[test]
fn there_are_interpreters_to_compare_with() {
    for python in all() {
        let pip = python.bundled_pip.as_deref().unwrap_or("none, so only --without-pip is compared");
        let venv = if python.has_venv { "" } else { ", no venv, so nothing is compared" };
        notice(&format!("Python 3.{}.{}: {} (pip: {pip}{venv})", python.minor, python.patch, python.path.display()));
    }
    let complete = all().iter().filter(|python| python.has_venv && python.bundled_pip.is_some()).count();
    if complete < 2 {
        skip_or_fail("pythons", &format!("two interpreters with venv and ensurepip are needed, {complete} found"));
    }
}
