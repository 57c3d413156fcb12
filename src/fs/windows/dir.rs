//! A directory, and the operations in it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use super::{is_same, patiently};
use crate::fs::{Identity, Kind, LOCK_NAME};

/// `FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE`: an open file may be replaced by a rename.
const SHARE_ALL: u32 = 7;

/// A directory. Its access list is trusted: others may not write where a user's caches are.
#[derive(Debug)]
pub(crate) struct Dir(pub(super) PathBuf);

impl Dir {
    /// Whether an open directory stays the same one when it is renamed, and can be renamed with a lock in it: here it
    /// is a path, and a directory with an open file in it cannot be renamed.
    pub(crate) const FOLLOWS_RENAMES: bool = false;

    /// Opens a directory; links are followed.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// Opens a directory; a link is an error.
    pub(crate) fn open_itself(path: &Path) -> io::Result<Self> {
        let is_dir = fs::symlink_metadata(path)?.is_dir();
        if is_dir { Ok(Self(path.to_owned())) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// Opens a directory in this one; a link is an error.
    pub(crate) fn open_dir(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_itself(&self.at(name))
    }

    /// A second handle to the same directory.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.clone()))
    }

    pub(super) fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        // In a path that begins with `\\?\`, `/` does not separate.
        let mut path = self.0.clone();
        path.extend(name.as_ref().components());
        path
    }

    /// The directory that contains this one.
    pub(crate) fn above(&self) -> io::Result<Self> {
        Self::open_itself(self.0.parent().unwrap_or(&self.0))
    }

    /// The same for all directories: a directory is its path here.
    #[allow(clippy::unnecessary_wraps, clippy::unused_self)]
    pub(crate) fn identity(&self) -> io::Result<Identity> {
        Ok(Identity { device: 0, inode: 0 })
    }

    /// Whether nobody else may write to the directory: assumed of every directory that exists.
    pub(crate) fn only_owner_writes(&self) -> bool {
        self.0.is_dir()
    }

    /// Whether nobody else may look into the directory: assumed of every directory that exists.
    pub(crate) fn only_owner_reads(&self) -> bool {
        self.0.is_dir()
    }

    /// Whether `name` in `parent` is this directory.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn is_at(&self, parent: &Self, name: impl AsRef<Path>) -> io::Result<bool> {
        Ok(is_same(&self.0, &parent.at(name)))
    }

    /// Whether `name` exists: an open file keeps its name, so an existing name is the open file.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn has(&self, name: impl AsRef<Path>, _file: &File) -> io::Result<bool> {
        Ok(self.at(name).exists())
    }

    /// The kind of file at a name.
    pub(crate) fn kind(&self, name: impl AsRef<Path>) -> io::Result<Kind> {
        let path = self.at(name);
        let metadata = match fs::symlink_metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Kind::Nothing),
            other => other?,
        };
        Ok(match () {
            () if metadata.is_symlink() => Kind::Link(fs::read_link(path)?),
            () if metadata.is_dir() => Kind::Dir,
            () => Kind::File,
        })
    }

    /// Whether a name exists; links are followed.
    pub(crate) fn leads_somewhere(&self, name: impl AsRef<Path>) -> bool {
        self.at(name).exists()
    }

    /// The names of the entries, except the lock file.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name()));
        names.filter(|name| name.as_ref().map_or(true, |name| name != LOCK_NAME)).collect()
    }

    /// Opens a file for reading.
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().read(true).share_mode(SHARE_ALL).open(self.at(name))
    }

    /// Opens a regular file for reading.
    pub(crate) fn open_file(&self, name: impl AsRef<Path>) -> io::Result<File> {
        self.read(name)
    }

    /// Opens a file for writing, with its contents.
    pub(crate) fn open_to_write(&self, name: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().write(true).share_mode(SHARE_ALL).open(self.at(name))
    }

    /// Follows a link to its end; returns the error if that cannot be reached.
    pub(crate) fn follow(&self, name: impl AsRef<Path>) -> io::Result<()> {
        fs::metadata(self.at(name)).map(drop)
    }

    /// The time of a file's last modification, in seconds since 1970.
    pub(crate) fn modified(&self, name: impl AsRef<Path>) -> io::Result<u64> {
        let modified = fs::symlink_metadata(self.at(name))?.modified()?;
        Ok(modified.duration_since(std::time::UNIX_EPOCH).unwrap_or_default().as_secs())
    }

    /// Creates a file; an existing name is an error. Windows has no modes.
    pub(crate) fn create_with(&self, name: impl AsRef<Path>, _mode: u32) -> io::Result<File> {
        File::create_new(self.at(name))
    }

    /// Opens a file for writing; a missing file is created.
    pub(crate) fn open_or_create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).share_mode(SHARE_ALL).open(self.at(name))
    }

    /// Creates a directory; an existing name is an error.
    pub(crate) fn create_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        fs::create_dir(self.at(name))
    }

    /// Creates a directory that is as private as this one; an existing name is an error.
    pub(crate) fn create_private_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        self.create_dir(name)
    }

    /// Creates a symlink, of the directory kind if its target is a directory; an existing name is an error.
    pub(crate) fn symlink(&self, target: &Path, name: impl AsRef<Path>) -> io::Result<()> {
        let path = self.at(name);
        let resolved = path.parent().map_or_else(|| target.to_owned(), |parent| parent.join(target));
        if resolved.is_dir() {
            std::os::windows::fs::symlink_dir(target, path)
        } else {
            std::os::windows::fs::symlink_file(target, path)
        }
    }

    /// Gives a file a further name, in the directory `to`.
    pub(crate) fn link(&self, name: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        fs::hard_link(self.at(name), to.at(to_name))
    }

    /// Moves an entry to another directory, replacing a file.
    pub(crate) fn rename(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        let (from, to) = (self.at(from), to.at(to_name));
        patiently(|| fs::rename(&from, &to))
    }

    /// Moves an entry to another directory; an existing name is an error.
    pub(crate) fn rename_new(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        if fs::symlink_metadata(to.at(to_name.as_ref())).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.rename(from, to, to_name)
    }

    /// Deletes an entry that is not a directory, even if read-only. Windows treats symlinks to directories as
    /// directories.
    pub(crate) fn remove(&self, name: impl AsRef<Path>) -> io::Result<()> {
        let path = self.at(name);
        if fs::symlink_metadata(&path)?.is_symlink() {
            return fs::remove_dir(&path).or_else(|_| fs::remove_file(&path));
        }
        fs::remove_file(&path).or_else(|error| {
            let metadata = fs::metadata(&path)?;
            if metadata.is_dir() {
                return Err(error);
            }
            let mut permissions = metadata.permissions();
            #[allow(clippy::permissions_set_readonly_false)] // Only on Unix would others get write access.
            permissions.set_readonly(false);
            fs::set_permissions(&path, permissions)?;
            fs::remove_file(&path)
        })
    }

    /// Deletes an empty directory.
    pub(crate) fn remove_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        fs::remove_dir(self.at(name))
    }

    /// Does nothing: entries of a read-only directory can be deleted.
    #[allow(clippy::unused_self)]
    pub(crate) fn grant_owner_access(&self, _name: impl AsRef<Path>) {}
}
