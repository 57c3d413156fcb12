//! The cache directory.
//!
//! A cache makes rvenv faster and must never make it fail or behave differently. So nothing here is an error of the
//! program: an unreadable entry is ignored, and an entry that cannot be written is not kept.

use std::ffi::OsStr;
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::fs::{self, Dir, File, Kind};

/// The name and text of a file that tells programs for backup and cleaning that all data here can be recreated
/// (<https://bford.info/cachedir/>).
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# Facts and seeds, which rvenv makes again when they are gone.\n",
);

/// The suffix of unfinished files.
pub(super) const UNFINISHED: &str = ".new";

/// The cache directory, which belongs to the user and is writable by nobody else.
#[derive(Debug)]
pub(crate) struct CacheDir {
    path: PathBuf,
    pub(super) dir: Dir,
}

impl CacheDir {
    /// Opens the cache directory, or creates it if it is missing.
    ///
    /// # Errors
    /// When the directory cannot be opened, belongs to somebody else, or is writable by others.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        let dir = match Dir::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => create(path)?,
            other => other?,
        };
        if dir.only_owner_writes() {
            return Ok(Self { path: path.to_owned(), dir });
        }
        Err(io::Error::new(ErrorKind::PermissionDenied, "others own it or may write to it"))
    }

    /// The path of an entry.
    pub(super) fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes an entry beside its place, then renames it into place, so that no reader sees half of the entry. Fails if
    /// another process is writing the same entry.
    pub(super) fn write(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let beside = format!("{name}{UNFINISHED}");
        let mut new = self.dir.open_or_create(&beside).or_else(|_| {
            // The name may be taken by something other than a file.
            self.remove(&beside);
            self.dir.open_or_create(&beside)
        })?;
        // The previous lock holder may have finished meanwhile, and renamed this very file.
        if fs::is_locked_by_another(&new) || !self.dir.has(&beside, &new).inspect_err(|_| self.remove(&beside))? {
            return Err(ErrorKind::ResourceBusy.into());
        }
        let written = new.set_len(0).and_then(|()| fill(&mut new));
        let done = written.and_then(|()| {
            self.dir.rename(&beside, &self.dir, name).or_else(|_| {
                // The name may be taken by something that no file can replace.
                self.remove(name);
                self.dir.rename(&beside, &self.dir, name)
            })
        });
        done.inspect_err(|_| self.remove(&beside))
    }

    /// Creates a subdirectory, unless it exists.
    pub(super) fn create_subdir(&self, subdir: &str) -> io::Result<()> {
        if matches!(self.dir.kind(subdir), Ok(Kind::Nothing)) {
            // The tag is optional. It comes before the subdirectory: if we are killed in between, the next process
            // tries again.
            let _ = self.write(TAG.0, |file| file.write_all(TAG.1.as_bytes()));
        }
        match self.dir.create_private_dir(subdir) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.open_subdir(subdir).map(drop),
            other => other,
        }
    }

    /// Opens a subdirectory, which must not be writable by others either.
    pub(super) fn open_subdir(&self, subdir: &str) -> io::Result<Dir> {
        let dir = self.dir.open_dir(subdir)?;
        dir.only_owner_writes().then_some(dir).ok_or(ErrorKind::PermissionDenied.into())
    }

    /// Deletes an entry of any type.
    pub(super) fn remove(&self, name: &str) {
        let _ = fs::delete(&self.dir, OsStr::new(name), &self.path(name));
    }
}

fn create(path: &Path) -> io::Result<Dir> {
    // With another user's HOME, as sudo may leave it, our cache would be in that user's way.
    if !fs::has_trusted_parent(path) {
        return Err(io::Error::new(ErrorKind::PermissionDenied, "its parent belongs to another user"));
    }
    match fs::create_private_dir(path) {
        // Another process may have created the directory meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    Dir::open(path)
}
