//! Things in a directory that do not belong to an environment: an installed Python, a repository, a project.

use std::path::{Path, PathBuf};

use memchr::memmem;

use crate::fs::{self, EXE_SUFFIX, Kind};
use crate::pyvenv_cfg;

/// The directories of repositories, and the file that a worktree of git has instead.
const REPOSITORIES: [&str; 11] =
    [".git", ".hg", ".svn", ".jj", ".bzr", ".sl", ".pijul", ".fslckout", "_FOSSIL_", "_darcs", "CVS"];

/// Names in the root of a project. No tool creates these in an environment, and packages seldom do.
const OF_PROJECTS: [&str; 36] = [
    "pyproject.toml",
    "setup.py",
    "setup.cfg",
    "requirements.txt",
    "requirements.in",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "pdm.lock",
    "uv.lock",
    "pylock.toml",
    "environment.yml",
    "tox.ini",
    "pytest.ini",
    "MANIFEST.in",
    "Makefile",
    "CMakeLists.txt",
    "meson.build",
    "Cargo.toml",
    "package.json",
    "go.mod",
    "pom.xml",
    "build.gradle",
    "Gemfile",
    "Dockerfile",
    "compose.yaml",
    "docker-compose.yml",
    ".gitlab-ci.yml",
    ".gitattributes",
    ".gitmodules",
    ".github",
    ".pre-commit-config.yaml",
    ".editorconfig",
    ".envrc",
    ".vscode",
    ".idea",
];

/// The endings of sources. Environments keep theirs deeper.
const SOURCES: [&str; 2] = [".py", ".ipynb"];

/// The files and directories that tools put into the root of an environment.
const OF_TOOLS: [&str; 13] = [
    pyvenv_cfg::FILE_NAME,
    ".gitignore",
    "CACHEDIR.TAG",
    ".lock",
    "pip-selfcheck.json",
    "bin",
    "include",
    "lib",
    "lib64",
    "share",
    "Include",
    "Lib",
    "Scripts",
];

/// The size limit of scripts, in bytes.
const LONGEST_SCRIPT: u64 = 1 << 20;

/// The depth to which installations are looked for below a directory: `versions/3.13.0/lib/python3.13/os.py`.
const DEPTH: usize = 6;

/// The repository in the root of a directory, if there is one.
pub(super) fn repository(dir: &Path) -> Option<&'static str> {
    let names = fs::names(dir).unwrap_or_default();
    REPOSITORIES.into_iter().find(|name| names.iter().any(|there| there == name))
}

/// The names directly in a directory that are a project's, sorted.
pub(super) fn project_files(dir: &Path) -> Vec<String> {
    let mut names = fs::names(dir).unwrap_or_default();
    names.retain(|name| {
        let is_source = || SOURCES.iter().any(|end| name.ends_with(end)) && is_file(&dir.join(name));
        OF_PROJECTS.contains(&&**name) || is_source()
    });
    names
}

/// Whether a directory has files directly in it that tools do not put into an environment.
pub(super) fn has_own_files(dir: &Path) -> bool {
    let names = fs::names(dir).unwrap_or_default();
    let is_marked = |name: &&str| REPOSITORIES.contains(name) || OF_PROJECTS.contains(name);
    let is_own = |name: &&str| is_marked(name) || !OF_TOOLS.contains(name) && is_file(&dir.join(name));
    names.iter().map(String::as_str).any(|name| is_own(&name))
}

/// A file that shows that a Python is installed in a directory: of its standard library or, in a directory that is no
/// environment, its interpreter.
pub(super) fn installation(dir: &Path, is_environment: bool) -> Option<PathBuf> {
    let names = fs::names(dir).unwrap_or_default();
    let libraries = ["lib", "lib64", "Lib", "lib-python"].into_iter().filter(|name| names.iter().any(|it| it == name));
    let standard_library =
        libraries.map(|name| dir.join(name)).filter(|path| fs::read_link(path).is_none()).find_map(|library| {
            let below = fs::entries(&library).into_iter();
            std::iter::once(library).chain(below).map(|dir| dir.join("os.py")).find(|os| is_standard_library(os))
        });
    standard_library.or_else(|| if is_environment { None } else { interpreter(dir) })
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
        Ok(Kind::File) => true,
        Ok(Kind::Link(_)) => fs::exists(path) && fs::resolved(path).starts_with(&real),
        _ => false,
    })
}

/// Whether a file or link belongs to an environment in `env_dir` of which the `pyvenv.cfg` is missing: an interpreter
/// that leads out, an activation script, or a script whose interpreter is in the environment.
pub(super) fn is_left_over(path: &Path, env_dir: &Path) -> bool {
    if is_interpreter(path) {
        return !is_file(path) || !EXE_SUFFIX.is_empty();
    }
    // A launcher of pip's on Windows has a script at its end.
    let text = if is_file(path) { fs::read_at_most(path, LONGEST_SCRIPT).ok().flatten() } else { None };
    let text = text.unwrap_or_default();
    let holds = |part: &str| memmem::find(&text, part.as_bytes()).is_some();
    holds("VIRTUAL_ENV") || env_dir.to_str().is_some_and(holds)
}

/// The standard library of a Python that is installed somewhere below a directory, or an interpreter directly in it.
pub(super) fn installation_below(dir: &Path) -> Option<PathBuf> {
    let mut direct = fs::entries(dir).into_iter();
    let direct = direct.find(|path| is_interpreter(path) && is_file(path) && fs::is_executable(path));
    direct.or_else(|| fs::find_below(dir, DEPTH, |path| path.ends_with("os.py") && is_standard_library(path)))
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
