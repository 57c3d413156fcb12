//! Things in a directory that do not belong to an environment: an installed Python, a repository, a project.

use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::fs::{self, EXE_SUFFIX, Kind};
use crate::pyvenv_cfg;

/// The directories of repositories, and the file that a worktree of git has instead.
const REPOSITORIES: [&str; 11] =
    [".git", ".hg", ".svn", ".jj", ".bzr", ".sl", ".pijul", ".fslckout", "_FOSSIL_", "_darcs", "CVS"];

/// The names in a repository of git and of Subversion that has no work tree.
const SERVED_REPOSITORIES: [[&str; 3]; 2] = [["HEAD", "objects", "refs"], ["format", "db", "hooks"]];

/// The directories that projects have, and no environment.
const DIRS_OF_PROJECTS: [&str; 3] = [".github", ".vscode", ".idea"];

/// The files that tools for environments, indexers and file managers put into the root of an environment.
const FILES_OF_TOOLS: [&str; 15] = [
    pyvenv_cfg::FILE_NAME,
    ".gitignore",
    "CACHEDIR.TAG",
    ".lock",
    "pip-selfcheck.json",
    "pipx_metadata.json",
    "uv-receipt.toml",
    ".tox-info.json",
    ".tox-config1",
    ".install_state_v1",
    ".install_state_v2",
    ".project",
    ".DS_Store",
    "Thumbs.db",
    "desktop.ini",
];

/// The directories and links in the root of an environment.
pub(super) const DIRS_OF_TOOLS: [&str; 11] =
    ["bin", "include", "lib", "lib64", "share", "etc", "man", "Include", "Lib", "Scripts", "Share"];

/// The name of the staging directory inside an existing environment. A user who finds a leftover can tell what it is.
pub(crate) const STAGING: &str = ".rvenv-unfinished";

/// The size limit of scripts, in bytes.
const LONGEST_SCRIPT: u64 = 1 << 20;

/// The names in a directory; none if it cannot be listed.
pub(super) fn names(dir: &Path) -> Vec<String> {
    fs::names(dir).unwrap_or_default()
}

/// The repository in a directory with these `names`, if there is one: its directory or, for one that has no work tree,
/// a file of it.
pub(super) fn repository(names: &[String]) -> Option<&'static str> {
    let has = |name: &str| names.iter().any(|there| there == name);
    let served = SERVED_REPOSITORIES.into_iter().find(|names| names.iter().all(|name| has(name)));
    REPOSITORIES.into_iter().find(|name| has(name)).or_else(|| served.map(|names| names[0]))
}

/// The `names` in a directory that tools do not put into the root of an environment: files, and the directories of
/// projects. Files that an installed package has brought are not among them.
pub(super) fn own_files<'a>(dir: &Path, names: &'a [String]) -> Vec<&'a String> {
    let is_own_file = |name: &str| !is_file_of_tools(name) && fs::is_regular_file(&dir.join(name));
    let is_own = |name: &&String| DIRS_OF_PROJECTS.contains(&&***name) || is_own_file(name);
    let mut own: Vec<&String> = names.iter().filter(is_own).collect();
    if !own.is_empty() {
        let installed = installed_files(dir);
        own.retain(|name| !installed.contains(name));
    }
    own
}

fn is_file_of_tools(name: &str) -> bool {
    FILES_OF_TOOLS.contains(&name) || name.starts_with(STAGING)
}

/// The files directly in an environment that belong to an installed package, according to what pip has recorded.
fn installed_files(dir: &Path) -> Vec<String> {
    let mut libraries = fs::entries(&dir.join("lib"));
    libraries.push(dir.join("Lib"));
    let packages = libraries.iter().flat_map(|library| fs::entries(&library.join("site-packages")));
    let records = packages.flat_map(|package| ["RECORD", "installed-files.txt"].map(|name| package.join(name)));
    let texts = records.filter_map(|record| fs::read_text(&record).ok().flatten());
    texts.flat_map(|text| text.lines().filter_map(recorded).map(str::to_owned).collect::<Vec<_>>()).collect()
}

/// The path of a file outside of site-packages in a line of a record: it begins with some `../`.
fn recorded(line: &str) -> Option<&str> {
    line.starts_with("../").then(|| line.trim_start_matches("../").split(',').next()).flatten()
}

/// Whether a directory holds anything that a `.gitignore` of ours would hide from git: whatever environments do not
/// have.
pub(super) fn has_own_entries(dir: &Path) -> bool {
    let is_of_tools = |name: &String| is_file_of_tools(name) || DIRS_OF_TOOLS.contains(&&**name);
    // The rest of `lib` is a project's.
    let is_of_python = |name: &String| name.starts_with("python") || name.starts_with("pypy");
    !names(dir).iter().all(is_of_tools) || !names(&dir.join("lib")).iter().all(is_of_python)
}

/// A file that shows that a Python is installed in a directory with these `names`: of its standard library or, in a
/// directory that is no environment, its interpreter.
pub(super) fn installation(dir: &Path, names: &[String], is_environment: bool) -> Option<PathBuf> {
    standard_library(dir, names).or_else(|| if is_environment { None } else { interpreter(dir) })
}

/// The `os.py` of a Python whose library is in a directory of `dir`, which has these `names`.
pub(super) fn standard_library(dir: &Path, names: &[String]) -> Option<PathBuf> {
    let libraries = ["lib", "lib64", "Lib", "lib-python"].into_iter().filter(|name| names.iter().any(|it| it == name));
    libraries.map(|name| dir.join(name)).filter(|path| fs::read_link(path).is_none()).find_map(|library| {
        let below = fs::entries(&library).into_iter();
        std::iter::once(library).chain(below).map(|dir| dir.join("os.py")).find(|os| is_standard_library(os))
    })
}

/// Whether a path is the `os.py` of a standard library, and not of some package. Before version 20, virtualenv linked
/// or copied it into each environment, and left a note.
fn is_standard_library(os: &Path) -> bool {
    let beside = |name: &str| is_file(&os.with_file_name(name));
    let dir = os.parent().and_then(|dir| dir.file_name()).and_then(|name| name.to_str()).unwrap_or_default();
    let has_its_name = ["python", "pypy"].iter().any(|name| dir.starts_with(name));
    is_file(os) && (has_its_name || beside("site.py")) && !beside("orig-prefix.txt")
}

/// An interpreter in the scripts directory that is a file, or a link to one in the same tree. A link that leads out is
/// left from an environment that was not finished, or has lost its `pyvenv.cfg`.
fn interpreter(dir: &Path) -> Option<PathBuf> {
    let real = fs::resolved(dir);
    // On Windows, environments and what is left of them have files in `Scripts`.
    let mut found = fs::entries(&dir.join("bin")).into_iter().filter(|path| is_interpreter(path));
    found.find(|path| match fs::kind(path) {
        Ok(Kind::File) => fs::is_executable(path),
        Ok(Kind::Link(_)) => fs::exists(path) && fs::resolved(path).starts_with(&real),
        _ => false,
    })
}

/// The first program in a scripts directory that is not left over from an environment.
pub(super) fn own_program(scripts: &Path) -> Option<PathBuf> {
    let is_program = |path: &PathBuf| match fs::kind(path) {
        Ok(Kind::File) => fs::is_executable(path) || is_interpreter(path),
        Ok(Kind::Link(_)) => true,
        _ => false,
    };
    fs::entries(scripts).into_iter().find(|path| is_program(path) && !is_left_over(path))
}

/// Whether a file or link in a scripts directory belongs to an environment: an interpreter that leads out, an
/// activation script, or a script whose interpreter is beside it.
pub(super) fn is_left_over(path: &Path) -> bool {
    if is_interpreter(path) {
        return !is_file(path) || !EXE_SUFFIX.is_empty();
    }
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let text = text_of(path);
    if name.to_ascii_lowercase().contains("activate") {
        return holds(&text, "VIRTUAL_ENV");
    }
    // A launcher of pip's on Windows has a script at its end.
    let start = if EXE_SUFFIX.is_empty() { first_lines(&text) } else { &text };
    let beside = ["python", "pypy"].map(|name| path.with_file_name(name));
    beside.iter().filter_map(|python| python.to_str()).any(|python| holds(start, python))
}

/// The lines of a script that name its interpreter: the first, and the next if it is that by which pip's scripts run an
/// interpreter whose path is too long for the first.
fn first_lines(text: &[u8]) -> &[u8] {
    let mut ends = memchr::memchr_iter(b'\n', text);
    let first = ends.next().unwrap_or(text.len());
    let second = ends.next().unwrap_or(text.len());
    let is_continued = text[first..].starts_with(b"\n'''exec' ");
    match text {
        _ if !text.starts_with(b"#!") => &[],
        _ if is_continued => &text[..second],
        _ => &text[..first],
    }
}

/// Whether a scripts directory has an interpreter and, beside it, the script that activates an environment.
pub(super) fn is_activated(scripts: &Path) -> bool {
    holds(&text_of(&scripts.join("activate")), "VIRTUAL_ENV")
        && fs::entries(scripts).iter().any(|it| is_interpreter(it))
}

/// The text of a file, or nothing if it is longer than scripts are.
fn text_of(path: &Path) -> Vec<u8> {
    let text = if fs::is_regular_file(path) { fs::read_at_most(path, LONGEST_SCRIPT).ok().flatten() } else { None };
    text.unwrap_or_default()
}

fn holds(text: &[u8], part: &str) -> bool {
    memmem::find(text, part.as_bytes()).is_some()
}

/// Something that is installed or kept somewhere below a directory, however deep: the standard library of a Python, an
/// environment, or a repository.
pub(super) fn treasure_below(dir: &Path) -> Option<Treasure> {
    let found = fs::find_below(dir, |path| Treasure::at(path, dir).is_some())?;
    Treasure::at(&found, dir).map(|make| make(found))
}

/// Something in a directory that it would be a pity to lose, by the path that shows it.
pub(super) enum Treasure {
    Python(PathBuf),
    Environment(PathBuf),
    Repository(PathBuf),
}

impl Treasure {
    /// The kind of treasure that a path below the directory `top` shows.
    fn at(path: &Path, top: &Path) -> Option<fn(PathBuf) -> Self> {
        let name = path.file_name().and_then(|name| name.to_str())?;
        let is_within = || path.parent() != Some(top);
        match name {
            "os.py" if is_standard_library(path) => Some(Self::Python),
            pyvenv_cfg::FILE_NAME if is_within() && is_of_environment(path) => Some(Self::Environment),
            "HEAD" | "format" if is_within() && path.parent().and_then(|dir| repository(&names(dir))) == Some(name) => {
                Some(Self::Repository)
            }
            _ if REPOSITORIES.contains(&name) => Some(Self::Repository),
            _ => None,
        }
    }
}

/// Whether a `pyvenv.cfg` is one that an interpreter heeds: it tells where the base interpreter is. The answer is also
/// yes if the file cannot be read.
pub(super) fn is_of_environment(cfg: &Path) -> bool {
    match fs::read_text(cfg) {
        Ok(Some(text)) => pyvenv_cfg::value(&text, "home").is_some(),
        Ok(None) => is_file(cfg),
        Err(_) => true,
    }
}

/// Whether a path has the name of an interpreter.
fn is_interpreter(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    let name = name.strip_suffix(EXE_SUFFIX).unwrap_or(name);
    let version = name.strip_prefix("python").or_else(|| name.strip_prefix("pypy"));
    version.is_some_and(|version| {
        version.trim_end_matches(['t', 'd', 'm', 'w']).bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
    })
}

fn is_file(path: &Path) -> bool {
    matches!(fs::kind(path), Ok(Kind::File))
}
