//! All file operations, in one place: every error has its path, and nothing is written through a link.
//!
//! The platform-specific parts are in [`unix`] and [`windows`], with the same signatures.

mod carry;
mod delete;
mod entry;
mod fingerprint;
mod look;
mod refusal;
mod scratch;
mod stamper;
mod times;
#[cfg(unix)]
mod unix;
#[cfg(unix)]
use unix as platform;
#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as platform;

use std::cell::Cell;
pub(crate) use std::env::consts::EXE_SUFFIX;
use std::fs;
pub(crate) use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::error::{Error, Result};
use crate::facts::RelPath;

pub(crate) use carry::{carry, overwrite};
pub(crate) use delete::{clear, delete};
pub(crate) use entry::{FileType, Identity, Kind, LOCK_NAME, Stamp, WalkEntry};
pub(crate) use fingerprint::Fingerprint;
pub(crate) use look::{
    entries, exists, find_below, is_dir, is_file, is_regular_file, is_same, is_script, kind, length, names, read,
    read_at_most, read_into, read_link, read_text, resolved, resolved_parent, subdirs, walk,
};
use look::{is_absent, is_directory};
pub(crate) use platform::{
    Dir, LONGEST_PATH, Lock, TICK, add_mode, forbids_running, has_trusted_parent, in_own_group, interrupt_group,
    is_executable, is_link_free, is_served, is_writable_dir, kill_group, may_run, mounted_below, privileges, read_at,
    when_ended,
};
pub(crate) use refusal::{as_far_as_possible, refuses_attributes, refuses_links, refuses_renames, refuses_to_rename};
pub(crate) use scratch::ScratchDir;
pub(crate) use stamper::Stamper;

/// Creates a directory and its parents. An existing directory is kept; anything else of that name is an error.
///
/// # Errors
/// When a directory cannot be created, or something else is in its place. Parents that were created are deleted again.
pub(crate) fn create_dir(path: &Path) -> Result<()> {
    match create_with_parents(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && is_directory(path) => Ok(()),
        other => other.map(drop).map_err(|source| not_created(path, source)),
    }
}

/// Creates the missing parents of a path; returns the topmost that was created, if any.
///
/// # Errors
/// When a parent cannot be created. Parents that were created are deleted again.
pub(crate) fn create_parent(path: &Path) -> Result<Option<PathBuf>> {
    let Some(parent) = path.parent().filter(|parent| !parent.is_dir()) else { return Ok(None) };
    match create_with_parents(parent) {
        // Another process has created it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists && parent.is_dir() => Ok(None),
        other => other.map(Some).map_err(|source| not_created(path, source)),
    }
}

/// Creates a directory and, only if needed, its parents; returns the topmost that was created.
fn create_with_parents(path: &Path) -> io::Result<PathBuf> {
    let parent = match (fs::create_dir(path), path.parent()) {
        (Ok(()), _) => return Ok(path.to_owned()),
        (Err(error), Some(parent)) if is_absent(&error) => parent,
        (Err(error), _) => return Err(error),
    };
    let topmost = match create_with_parents(parent) {
        // Another process has created it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => path.to_owned(),
        other => other?,
    };
    fs::create_dir(path).inspect_err(|_| remove_empty_dirs(parent, &topmost))?;
    Ok(topmost)
}

fn not_created(path: &Path, source: io::Error) -> Error {
    Error::file("create directory", path, source)
}

/// Deletes `path` and its parents, up to and including `top`, as long as they are empty. Missing ones are skipped.
pub(crate) fn remove_empty_dirs(path: &Path, top: &Path) {
    for dir in path.ancestors().take_while(|dir| dir.starts_with(top)) {
        match fs::remove_dir(dir) {
            Err(error) if error.kind() != ErrorKind::NotFound => return,
            _ => {}
        }
    }
}

/// Creates the directory `path` below `dir`, and its missing parents. Several threads may do so at the same time.
pub(crate) fn create_dirs(dir: &Dir, path: &RelPath) -> io::Result<()> {
    let created = match (dir.create_dir(path), path.parent()) {
        (Err(error), Some(parent)) if is_absent(&error) => {
            create_dirs(dir, &parent)?;
            dir.create_dir(path)
        }
        (other, _) => other,
    };
    created.or_else(|error| if error.kind() == ErrorKind::AlreadyExists { Ok(()) } else { Err(error) })
}

/// Creates a symlink to `target`, and its missing parents. An existing file or link is replaced.
pub(crate) fn create_link(dir: &Dir, path: &RelPath, target: &Path) -> io::Result<()> {
    with_room(dir, path, || dir.symlink(target, path))
}

/// The bits of modes that new files are known to get as they are created: under the usual umask, most modes need not be
/// set. All files that share this have the same umask and file system.
#[derive(Debug, Default)]
pub(crate) struct Modes(Cell<u32>);

impl Modes {
    /// Sets the mode of a file that was created with it. A file system without modes is left alone.
    fn set(&self, file: &File, mode: u32) -> io::Result<()> {
        if mode & !self.0.get() == 0 {
            return Ok(());
        }
        if platform::mode(file)? == mode {
            self.0.set(self.0.get() | mode);
            return Ok(());
        }
        as_far_as_possible(platform::set_mode(file, mode))
    }
}

/// Creates a file and fills it; missing parents are created, and an existing file or link is replaced. Without a
/// `mode`, the umask decides on the permissions.
pub(crate) fn create_file(
    dir: &Dir,
    path: &RelPath,
    mode: Option<u32>,
    modes: &Modes,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> io::Result<()> {
    let mut new = with_room(dir, path, || dir.create_with(path, mode.unwrap_or(0o666)))?;
    fill(&mut new)?;
    mode.map_or(Ok(()), |mode| modes.set(&new, mode))
}

/// Calls `make`; if an existing file or a missing parent is in the way, solves that and calls `make` once more.
fn with_room<T>(dir: &Dir, path: &RelPath, make: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match (make(), path.parent()) {
        (Err(error), _) if error.kind() == ErrorKind::AlreadyExists => dir.remove(path)?,
        (Err(error), Some(parent)) if is_absent(&error) => create_dirs(dir, &parent)?,
        (done, _) => return done,
    }
    make()
}

/// Whether nobody but the user and the system can swap the contents of a directory.
pub(crate) fn is_tamper_proof(path: &Path) -> bool {
    platform::tamper_proof(path).is_some()
}

/// Creates a directory for the user alone, and its missing parents.
pub(crate) fn create_private_dir(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), fs::create_dir_all)?;
    platform::create_private_dir(path)
}

/// Opens a file for reading.
///
/// # Errors
/// When the file cannot be opened.
pub(crate) fn open(path: &Path) -> Result<File> {
    File::open(path).map_err(|source| Error::file("read", path, source))
}

/// Sets a file's modification time, in seconds since 1970, and that of access: older versions of libfuse change both or
/// neither.
pub(crate) fn set_mtime(file: &File, seconds: u64) -> io::Result<()> {
    let time = SystemTime::UNIX_EPOCH + Duration::from_secs(seconds);
    file.set_times(fs::FileTimes::new().set_accessed(time).set_modified(time))
}

/// Tries to lock a file; returns whether another process holds the lock. On a file system without locks, the answer is
/// `false`.
pub(crate) fn is_locked_by_another(file: &File) -> bool {
    matches!(file.try_lock(), Err(fs::TryLockError::WouldBlock))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_a_directory_cannot_be_made_those_above_it_are_not_left() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let path = dir.path().join("new/newer").join("x".repeat(300)).join("e");
        assert!(create_parent(&path).is_err());
        assert!(entries(dir.path()).is_empty());
        let made = create_parent(&dir.path().join("new/newer/e")).ok().flatten();
        assert_eq!(made, Some(dir.path().join("new")));
    }

    #[cfg(unix)]
    #[test]
    fn a_link_to_a_directory_is_never_followed_to_delete() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let open = Dir::open(dir.path()).expect("it is there");
        open.create_dir("kept").expect("a directory");
        open.create_with("kept/file", 0o666).expect("a file");
        open.create_dir("gone").expect("a directory");
        open.symlink(&dir.path().join("kept"), "gone/link").expect("a link");
        delete(&open, "gone".as_ref(), &dir.path().join("gone")).expect("it can be deleted");
        assert_eq!(entries(dir.path()), [dir.path().join("kept")]);
        assert_eq!(entries(&dir.path().join("kept")), [dir.path().join("kept/file")]);
    }
}
