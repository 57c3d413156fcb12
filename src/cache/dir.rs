//! The directory of the caches.
//!
//! A cache can make rvenv faster; it can never make it fail or differ. So nothing here is an error of the program: an
//! entry that cannot be read is ignored, and an entry that cannot be written is not kept.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::fs::{self, Dir, File, Kind};

/// Programs that back up or clean know by this file that all here can be made again (<https://bford.info/cachedir/>).
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# What rvenv has learnt and made once; it may be deleted.\n",
);

/// The suffix of unfinished files.
pub(super) const UNFINISHED: &str = ".new";

/// A directory of the user's own, to which nobody else can write.
#[derive(Debug)]
pub(crate) struct CacheDir {
    path: PathBuf,
    pub(super) dir: Dir,
}

impl CacheDir {
    /// Opens the cache directory, and creates it where there is none. A directory of somebody else's, or to which
    /// others may write, is not used.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let dir = match Dir::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => create(path).ok()?,
            other => other.ok()?,
        };
        dir.only_owner_writes().then(|| Self { path: path.to_owned(), dir })
    }

    /// The path of an entry.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes an entry beside its place and renames it into it, so that no reader sees half of it. A process that is
    /// writing the same entry is let finish.
    pub(super) fn write(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let beside = format!("{name}{UNFINISHED}");
        let mut new = self.dir.open_or_create(&beside).or_else(|_| {
            // It is no file.
            self.remove(&beside);
            self.dir.open_or_create(&beside)
        })?;
        // The previous lock holder may have finished meanwhile: then this file has its place by now.
        if fs::is_locked_by_another(&new) || !self.dir.has(&beside, &new).inspect_err(|_| self.remove(&beside))? {
            return Err(ErrorKind::ResourceBusy.into());
        }
        let written = new.set_len(0).and_then(|()| fill(&mut new));
        let done = written.and_then(|()| {
            self.dir.rename(&beside, &self.dir, name).or_else(|_| {
                // No file can replace what has the name.
                self.remove(name);
                self.dir.rename(&beside, &self.dir, name)
            })
        });
        done.inspect_err(|_| self.remove(&beside))
    }

    /// Creates a directory in it, unless there is one.
    pub(super) fn create_subdir(&self, subdir: &str) -> io::Result<()> {
        if matches!(self.dir.kind(subdir), Ok(Kind::Nothing)) {
            // A cache without the tag is as good. It comes first: a process killed in between is followed by another.
            let _ = self.write(TAG.0, |file| file.write_all(TAG.1.as_bytes()));
        }
        match self.dir.create_private_dir(subdir) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.open_subdir(subdir).map(drop),
            other => other,
        }
    }

    /// Opens a directory in it, to which nobody else may write either.
    pub(super) fn open_subdir(&self, subdir: &str) -> io::Result<Dir> {
        let dir = self.dir.open_dir(subdir)?;
        dir.only_owner_writes().then_some(dir).ok_or(ErrorKind::PermissionDenied.into())
    }

    /// Deletes an entry, whatever it is.
    pub(super) fn remove(&self, name: &str) {
        let _ = fs::delete(&self.dir, OsStr::new(name), &self.path(name));
    }
}

fn create(path: &Path) -> io::Result<Dir> {
    // With another user's HOME, as sudo may have it, a cache would be in that user's way.
    if !fs::has_trusted_parent(path) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    match fs::create_private_dir(path) {
        // Another process has created it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    Dir::open(path)
}
