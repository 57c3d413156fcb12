//! The interpreters of this machine. They are the oracles of the parity tests, so each is asked, never guessed at.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::needs::{self, Need};
use crate::testenv::TestEnv;

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
    /// The answers, from which all of this was read.
    answers: String,
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

/// All interpreters found, sorted by version. Without any, the test is skipped.
pub(crate) fn all() -> &'static [Python] {
    if found().is_empty() { needs::skip(&no_python()) } else { found() }
}

/// The interpreters that have venv. Without any, the test is skipped.
pub(crate) fn with_venv() -> Vec<&'static Python> {
    those("an interpreter with venv", |python| python.has_venv)
}

/// The interpreters that have ensurepip. Without any, the test is skipped.
pub(crate) fn with_pip() -> Vec<&'static Python> {
    those("an interpreter with ensurepip", |python| python.bundled_pip.is_some())
}

/// The oldest and the newest interpreter that has ensurepip, which may be the same.
pub(crate) fn oldest_and_newest_with_pip() -> Vec<&'static Python> {
    let mut pythons = with_pip();
    pythons.drain(1..pythons.len().max(2) - 1);
    pythons
}

/// The newest interpreter that has ensurepip.
pub(crate) fn newest_with_pip() -> &'static Python {
    with_pip().last().expect("there is one at least")
}

/// The interpreters that are of use for a test. Without any, the test is skipped, as `what` is missing.
pub(crate) fn those(what: &str, are_wanted: impl Fn(&Python) -> bool) -> Vec<&'static Python> {
    let those: Vec<_> = all().iter().filter(|python| are_wanted(python)).collect();
    if those.is_empty() {
        needs::skip(&Need::new("pythons", what).in_package("python3-venv"));
    }
    those
}

fn no_python() -> Need {
    Need::new("pythons", "a Python, as `python3` or `python` on PATH").in_package("python3-venv")
}

/// The interpreters of this machine; asked once for all tests.
fn found() -> &'static [Python] {
    static FOUND: OnceLock<Vec<Python>> = OnceLock::new();
    FOUND.get_or_init(|| known_to_the_run().unwrap_or_else(discover))
}

/// The answers that another process of the same run of `cargo nextest`, which runs each test in a process, has kept.
fn known_to_the_run() -> Option<Vec<Python>> {
    let run = env::var_os("NEXTEST_RUN_ID")?;
    let runs = Path::new(env!("CARGO_TARGET_TMPDIR")).join("nextest");
    let kept = runs.join(run);
    if let Ok(text) = fs::read_to_string(&kept) {
        return Some(text.split_terminator('\0').filter_map(read_answers).collect());
    }
    let found = discover();
    // Answers of earlier runs are deleted. If another process does the same now, one of both fails, which does no harm.
    let _ = fs::remove_dir_all(&runs);
    let _ = fs::create_dir_all(&runs);
    let text: String = found.iter().map(|python| format!("{}\0", python.answers)).collect();
    if let Ok(mut file) = tempfile::NamedTempFile::new_in(&runs) {
        use std::io::Write as _;
        let _ = file.write_all(text.as_bytes()).and_then(|()| Ok(file.persist(kept)?));
    }
    Some(found)
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
        // A shim may lead to no interpreter for now.
        found.extend(is_new.then(|| ask(&world, &candidate).ok()).flatten());
    }
    let mut seen = BTreeSet::new();
    found.retain(|python| seen.insert(python.real.clone()));
    found.sort();
    found
}

fn candidates() -> Vec<PathBuf> {
    let mut names: Vec<String> = MINORS.map(|minor| format!("python3.{minor}{}", env::consts::EXE_SUFFIX)).collect();
    names.extend(["python3", "python"].map(|name| format!("{name}{}", env::consts::EXE_SUFFIX)));
    let mut found = Vec::new();
    let pyenv = env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".pyenv")));
    let mut roots: BTreeSet<PathBuf> = pyenv.into_iter().collect();
    for dir in paths_in("PATH") {
        // pyenv's shims take long to answer, and lead to interpreters that are easily found without them.
        let root = dir.parent().filter(|root| dir.ends_with("shims") && root.join("versions").is_dir());
        match root {
            Some(root) => drop(roots.insert(root.to_owned())),
            None => found.extend(names.iter().map(|name| dir.join(name))),
        }
    }
    let mut versions: Vec<PathBuf> = roots.iter().flat_map(|root| entries(&root.join("versions"))).collect();
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

/// Prints one answer per line. The last one is the base interpreter if this one is in an environment. Only environments
/// of old virtualenvs have a `real_prefix`.
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
def base():
    if hasattr(sys, 'real_prefix'):
        home = os.path.join(sys.real_prefix, '' if os.name == 'nt' else 'bin')
    elif sys.prefix == sys.base_prefix:
        return ''
    else:
        with open(os.path.join(sys.prefix, 'pyvenv.cfg'), encoding='utf-8') as cfg:
            home = dict(map(str.strip, line.split('=', 1)) for line in cfg if '=' in line)['home']
    names = ['python%d.%d' % sys.version_info[:2], 'python3', 'python', 'python.exe']
    return [path for path in (os.path.join(home, name) for name in names) if os.path.exists(path)][0]
answers = ['%d.%d.%d' % sys.version_info[:3], sys.executable, os.path.realpath(sys.executable), sys.base_prefix,
    pip(), has_venv(), 'base: ' + base()]
print('\\n'.join(answers))
";

fn ask(world: &TestEnv, program: &Path) -> Result<Python, String> {
    let outcome = world.run(program).args(["-I", "-c", QUESTION]).try_output()?;
    let stdout = if outcome.succeeded() { outcome.stdout() } else { String::new() };
    if let Some((_, base)) =
        stdout.trim_end_matches(['\r', '\n']).split_once("base: ").filter(|(_, base)| !base.is_empty())
    {
        return ask(world, Path::new(base));
    }
    let python = read_answers(&stdout).ok_or_else(|| format!("no Python 3 that can be used:\n{outcome}"))?;
    let is_served = MINORS.contains(&python.minor) && python.path.is_absolute();
    is_served.then_some(python).ok_or_else(|| format!("no Python in 3.{MINORS:?}:\n{outcome}"))
}

/// Parses the answers. `None` for programs that are no interpreter, Python 2, and the interpreter of an environment.
fn read_answers(answers: &str) -> Option<Python> {
    let lines: Vec<&str> = answers.lines().collect();
    let [release, executable, real, base_prefix, pip, has_venv, "base: "] = lines[..] else {
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
        answers: answers.to_owned(),
    })
}

/// The only test that fails without any Python: all others that need one are skipped.
#[apply(test)]
fn there_are_interpreters_to_compare_with() {
    assert!(!found().is_empty(), "the tests need {}", no_python());
    for python in all() {
        let pip = python.bundled_pip.as_deref().unwrap_or("none, so only --without-pip is compared");
        let venv = if python.has_venv { "" } else { ", no venv, so nothing is compared" };
        let Python { minor, patch, path, .. } = python;
        needs::note(format!("Tested with Python 3.{minor}.{patch}: {} (pip: {pip}{venv})", path.display()));
    }
    let complete = all().iter().filter(|python| python.has_venv && python.bundled_pip.is_some()).count();
    if complete < 2 {
        let need = Need::new("pythons", format!("a second interpreter with venv and ensurepip ({complete} found)"));
        needs::go_without(&need.with_remedy("pyenv installs any; RVENV_TEST_PYTHONS names them"));
    }
}
