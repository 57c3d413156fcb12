//! All file operations, so that no error lacks its path and nothing is written through a link.
//!
//! What differs between the platforms is in [`unix`] and [`windows`], with the same signatures.

mod delete;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::{Error, Result};
use crate::plan::{Mode, OnExisting};

pub(crate) use delete::{clear_dir, remove_empty_dirs};
pub(crate) use platform::{is_executable, is_writable_dir};

/// Makes a directory and those above it. A directory that is there is kept; anything else of that name, a symlink to a
/// directory too, is an error, as it is for venv.
///
/// # Errors
/// When a directory cannot be made, or something else is in its place.
pub(crate) fn create_dir(path: &Path) -> Result<()> {
    let failed = |source| Error::File { action: "create directory", path: path.to_owned(), source };
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent).map_err(failed)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && is_directory(path) => Ok(()),
        other => other.map_err(failed),
    }
}

/// Makes a symlink at `path` that says `target`.
///
/// # Errors
/// When it cannot be made, or what it would replace cannot be removed.
pub(crate) fn symlink(target: &Path, path: &Path, existing: OnExisting) -> Result<()> {
    let failed = |source| Error::File { action: "create link", path: path.to_owned(), source };
    match platform::symlink(target, path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => return other.map_err(failed),
    }
    // A dangling link is nothing that one could want to keep.
    let keep = existing == OnExisting::Keep && path.exists();
    if keep || fs::read_link(path).is_ok_and(|current| current == target) {
        return Ok(());
    }
    replace(path, |beside| platform::symlink(target, beside)).map_err(failed)
}

/// Copies a file's contents to `path`, which becomes a file of its own even where it was a link or a running program.
///
/// # Errors
/// When the source cannot be read or the copy not be written.
pub(crate) fn copy(source: &Path, path: &Path, mode: Mode) -> Result<()> {
    let mut from =
        File::open(source).map_err(|error| Error::File { action: "read", path: source.to_owned(), source: error })?;
    create_or_replace(path, OnExisting::Replace, |file| io::copy(&mut from, file).and_then(|_| set_mode(file, mode)))
        .map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

/// Makes an executable copy beside `path`, for as long as it takes to `check` it.
///
/// # Errors
/// When it cannot be made, or the check fails.
pub(crate) fn with_trial_copy(source: &Path, path: &Path, check: impl FnOnce(&Path) -> Result<()>) -> Result<()> {
    let trial = beside(path);
    let checked = copy(source, &trial, Mode::Executable).and_then(|()| check(&trial));
    let _ = platform::remove_file(&trial);
    checked
}

/// Writes a file. One that is there is replaced in one step or kept.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(path: &Path, contents: &str, mode: Mode, existing: OnExisting) -> Result<()> {
    create_or_replace(path, existing, |file| file.write_all(contents.as_bytes()).and_then(|()| set_mode(file, mode)))
        .map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

/// A file's text, or nothing where there is no such file. Bytes that are not UTF-8 are replaced.
///
/// # Errors
/// When there is a file and it cannot be read.
pub(crate) fn read_text(path: &Path) -> Result<Option<String>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => Ok(None),
        Err(source) => Err(Error::File { action: "read", path: path.to_owned(), source }),
    }
}

/// A path inside an environment, which is `/`-separated, with the host's separators.
pub(crate) fn below(env_dir: &Path, relative: &str) -> PathBuf {
    let mut path = env_dir.to_owned();
    path.extend(relative.split('/'));
    path
}

/// Whether a path leads to a directory.
pub(crate) fn is_dir(path: &Path) -> bool {
    path.is_dir()
}

/// What is at a path; links are not followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Nothing.
    Nothing,
    /// A symlink, which says this.
    Link(PathBuf),
    /// A directory without anything in it.
    EmptyDir,
    /// A directory with something in it.
    Dir,
    /// A file, or something more special.
    File,
}

/// Looks at a path.
///
/// # Errors
/// When it cannot be looked at.
pub(crate) fn kind(path: &Path) -> Result<Kind> {
    let failed = |source| Error::File { action: "look at", path: path.to_owned(), source };
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kind::Nothing),
        other => other.map_err(failed)?,
    };
    if metadata.is_symlink() {
        return fs::read_link(path).map(Kind::Link).map_err(failed);
    }
    if !metadata.is_dir() {
        return Ok(Kind::File);
    }
    let is_empty = fs::read_dir(path).map_err(failed)?.next().is_none();
    Ok(if is_empty { Kind::EmptyDir } else { Kind::Dir })
}

/// Whether a path leads to something.
pub(crate) fn exists(path: &Path) -> bool {
    path.exists()
}

/// What a symlink says, or nothing for what is no link.
pub(crate) fn read_link(path: &Path) -> Option<PathBuf> {
    fs::read_link(path).ok()
}

/// The path with all links in it followed, or the path itself where it leads nowhere.
pub(crate) fn resolved(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// The names of the directories in a directory, in order; none where it cannot be listed.
pub(crate) fn subdirs(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).into_iter().flatten().flatten();
    let mut dirs: Vec<PathBuf> = entries.map(|entry| entry.path()).filter(|path| is_directory(path)).collect();
    dirs.sort();
    dirs
}

/// Creates the file, or, where there is one to be replaced, writes a new one beside it and renames it over.
fn create_or_replace(
    path: &Path,
    existing: OnExisting,
    mut fill: impl FnMut(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    match File::create_new(path) {
        Ok(mut new) => fill(&mut new),
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        Err(_) if existing == OnExisting::Keep => Ok(()),
        Err(_) => replace(path, |beside| fill(&mut File::create_new(beside)?)),
    }
}

/// Puts what `make` makes in the place of `path`, in one step: no moment without the one or the other, and nothing is
/// written through a link.
fn replace(path: &Path, make: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let beside = beside(path);
    // The name has this process's number: whatever has it is left from one that died.
    let _ = platform::remove_file(&beside);
    let done = make(&beside).and_then(|()| fs::rename(&beside, path));
    if done.is_err() {
        let _ = platform::remove_file(&beside);
    }
    done
}

fn beside(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".rvenv-{}", std::process::id()));
    path.with_file_name(name)
}

fn set_mode(file: &File, mode: Mode) -> io::Result<()> {
    match mode {
        Mode::Umask => Ok(()),
        Mode::Script => platform::set_mode(file, 0o644),
        Mode::Executable => platform::set_mode(file, 0o755),
    }
}

fn is_directory(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok_and(|metadata| metadata.is_dir())
}
