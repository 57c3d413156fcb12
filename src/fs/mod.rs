//! All file operations, so that no error lacks its path and nothing is written through a link.
//!
//! What differs between the platforms is in [`unix`] and [`windows`], with the same signatures.

mod delete;
mod look;
mod saved;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::ffi::OsString;
use std::fs;
pub(crate) use std::fs::File;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::plan::{Mode, OnExisting};

pub(crate) use delete::{clear_dir, delete_dir, remove_empty_dirs};
pub(crate) use look::{
    Found, FoundKind, Kind, Stat, age, entries, exists, is_dir, is_same, kind, read, read_link, read_text, resolved,
    resolved_parent, stamp, subdirs, walk,
};
use look::{is_absent, is_directory};
pub(crate) use platform::{Dir, add_mode, is_executable, is_writable_dir, may_clone, read_at};
pub(crate) use saved::Saved;
pub(crate) use tempfile::TempDir;

/// Makes a directory and those above it. A directory that is there is kept; anything else of that name, a symlink to a
/// directory too, is an error, as it is for venv.
///
/// Returns the topmost directory that was made, if this one was.
///
/// # Errors
/// When a directory cannot be made, or something else is in its place. Then those above it that were made are gone.
pub(crate) fn create_dir(path: &Path) -> Result<Option<PathBuf>> {
    match create_dirs(path) {
        Ok(topmost) => Ok(Some(topmost)),
        Err(error) if error.kind() == ErrorKind::AlreadyExists && is_directory(path) => Ok(None),
        Err(source) => Err(Error::File { action: "create directory", path: path.to_owned(), source }),
    }
}

/// Makes a directory and, only if that is needed, those above it; returns the topmost that was made.
fn create_dirs(path: &Path) -> io::Result<PathBuf> {
    let parent = match (fs::create_dir(path), path.parent()) {
        (Ok(()), _) => return Ok(path.to_owned()),
        (Err(error), Some(parent)) if is_absent(&error) => parent,
        (Err(error), _) => return Err(error),
    };
    let topmost = match create_dirs(parent) {
        // Somebody else has made it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => path.to_owned(),
        other => other?,
    };
    fs::create_dir(path).inspect_err(|_| remove_empty_dirs(parent, &topmost))?;
    Ok(topmost)
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

/// Makes a directory in `parent` for as long as it takes to `try_out` something in it.
///
/// # Errors
/// When it cannot be made, or what is tried out fails.
pub(crate) fn with_trial_dir<T>(parent: &Path, try_out: impl FnOnce(&Path) -> Result<T>) -> Result<T> {
    let dir = parent.join(format!(".rvenv-{}", std::process::id()));
    let result = create_dir(&dir).and_then(|_| try_out(&dir));
    delete_dir(&dir);
    result
}

/// Writes a file. One that is there is replaced in one step or kept.
///
/// # Errors
/// When it cannot be written.
pub(crate) fn write(path: &Path, contents: &str, mode: Mode, existing: OnExisting) -> Result<()> {
    create_or_replace(path, existing, |file| file.write_all(contents.as_bytes()).and_then(|()| set_mode(file, mode)))
        .map_err(|source| Error::File { action: "write", path: path.to_owned(), source })
}

/// Makes a directory that is the user's alone, and those above it.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    platform::create_private_dir(path)
}

/// Makes a directory with a new name, which is the user's alone and is deleted when it is dropped.
///
/// # Errors
/// When it cannot be made.
pub(crate) fn scratch_dir(parent: &Path, prefix: &str) -> Result<TempDir> {
    let made = tempfile::Builder::new().prefix(prefix).tempdir_in(parent);
    made.map_err(|source| Error::File { action: "create directory in", path: parent.to_owned(), source })
}

/// Makes a file and fills it; something that has the name is an error.
pub(crate) fn create_with(path: &Path, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
    fill(&mut File::create_new(path)?)
}

/// Opens a file to be read.
///
/// # Errors
/// When it cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::File { action: "read", path: path.to_owned(), source })
}

/// Sets a file's time of change, in seconds since 1970.
pub(crate) fn set_mtime(file: &File, seconds: u64) -> io::Result<()> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_modified(time)
}

/// Renames a directory; one that has the name and is not empty is an error.
///
/// # Errors
/// When it cannot be renamed.
pub(crate) fn rename(from: &Path, to: &Path) -> Result<()> {
    fs::rename(from, to).map_err(|source| Error::File { action: "make", path: to.to_owned(), source })
}

/// Deletes a file or a link.
///
/// # Errors
/// When it cannot be deleted.
pub(crate) fn remove_file(path: &Path) -> Result<()> {
    platform::remove_file(path).map_err(|source| Error::File { action: "delete", path: path.to_owned(), source })
}

/// A path inside an environment, which is `/`-separated, with the host's separators.
pub(crate) fn below(env_dir: &Path, relative: &str) -> PathBuf {
    let mut path = env_dir.to_owned();
    path.extend(relative.split('/'));
    path
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_directory_cannot_be_made_those_above_it_are_not_left() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("new/newer").join("x".repeat(300));
        assert!(create_dir(&path).is_err());
        assert_eq!(kind(dir.path()).ok(), Some(Kind::EmptyDir));
        let made = create_dir(&dir.path().join("new/newer/e")).ok().flatten();
        assert_eq!(made, Some(dir.path().join("new")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_directory_is_never_cleared() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        write(&dir.path().join("file"), "", Mode::Umask, OnExisting::Keep).expect("a file");
        let link = dir.path().with_extension("link");
        symlink(dir.path(), &link, OnExisting::Keep).expect("a link");
        let _ = clear_dir(&link);
        remove_file(&link).expect("the link is still there");
        assert_eq!(entries(dir.path()), [dir.path().join("file")]);
    }
}
