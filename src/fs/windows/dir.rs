//! A directory, and what is done in it.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use super::{is_same, patiently};
use crate::fs::{FileType, Kind, LOCK_NAME};

/// `FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE`: a file that is read may be renamed over.
const SHARE_ALL: u32 = 7;

/// `FILE_FLAG_DELETE_ON_CLOSE`: a file that goes with the last who has it open, be that by death.
const DELETE_ON_CLOSE: u32 = 0x0400_0000;

/// `ERROR_SHARING_VIOLATION`: somebody else has it open.
const SHARING_VIOLATION: i32 = 32;

/// A directory. Its access list is its owner's business: where a user's caches are, others may not write.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

/// A lock that ends with whoever holds it, and takes its file with it.
#[derive(Debug)]
pub(crate) struct Lock {
    _file: File,
}

impl Lock {
    /// Nothing to read. A file that nobody else may open cannot be handed on.
    #[allow(clippy::unused_self)]
    pub(crate) fn as_stdin(&self) -> Stdio {
        Stdio::null()
    }
}

impl Dir {
    /// Opens a directory.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// Opens a directory that may not be a link.
    pub(crate) fn open_itself(path: &Path) -> io::Result<Self> {
        let is_dir = fs::symlink_metadata(path)?.is_dir();
        if is_dir { Ok(Self(path.to_owned())) } else { Err(ErrorKind::NotADirectory.into()) }
    }

    /// Opens a directory in it, which may not be a link.
    pub(crate) fn open_dir(&self, name: impl AsRef<Path>) -> io::Result<Self> {
        Self::open_itself(&self.at(name))
    }

    fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        // Behind a `\\?\` there are no other separators.
        let mut path = self.0.clone();
        path.extend(name.as_ref().components());
        path
    }

    /// The same directory once more.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn try_clone(&self) -> io::Result<Self> {
        Ok(Self(self.0.clone()))
    }

    /// Whether nobody else may write to it.
    pub(crate) fn only_owner_writes(&self) -> bool {
        self.0.is_dir()
    }

    /// Whether nobody else may look into it.
    pub(crate) fn only_owner_reads(&self) -> bool {
        self.0.is_dir()
    }

    /// Whether `name` in `parent` is this directory.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn is_at(&self, parent: &Self, name: impl AsRef<Path>) -> io::Result<bool> {
        Ok(is_same(&self.0, &parent.at(name)))
    }

    /// Whether `name` is there; a file that is open keeps its name.
    #[allow(clippy::unnecessary_wraps)]
    pub(crate) fn has(&self, name: impl AsRef<Path>, _file: &File) -> io::Result<bool> {
        Ok(self.at(name).exists())
    }

    /// Takes the lock of the directory itself, by a file in it; nothing where somebody has it.
    pub(crate) fn try_lock(&self) -> io::Result<Option<Lock>> {
        self.try_lock_file(LOCK_NAME)
    }

    /// Takes the lock that a file in it stands for: the file is open for nobody else.
    pub(crate) fn try_lock_file(&self, name: impl AsRef<Path>) -> io::Result<Option<Lock>> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false).share_mode(0).custom_flags(DELETE_ON_CLOSE);
        match options.open(self.at(name)) {
            Ok(file) => Ok(Some(Lock { _file: file })),
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            // Its directory, or itself, is just being deleted.
            Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Gives back the lock of a directory and deletes it, unless the next one has it by then.
    pub(crate) fn remove_locked_dir(&self, name: impl AsRef<Path>, lock: &mut Option<Lock>) -> io::Result<()> {
        if lock.is_some() && !self.open_dir(name.as_ref())?.names()?.is_empty() {
            return Err(ErrorKind::DirectoryNotEmpty.into());
        }
        lock.take();
        match self.remove_dir(name) {
            Err(error) if matches!(error.kind(), ErrorKind::DirectoryNotEmpty | ErrorKind::NotFound) => Ok(()),
            other => other,
        }
    }

    /// What is at a name; a directory is not asked whether it is empty.
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

    /// Whether a name leads to something, by way of links where there are any.
    pub(crate) fn leads_somewhere(&self, name: impl AsRef<Path>) -> bool {
        self.at(name).exists()
    }

    /// The names of what is in it, but for that of its lock.
    pub(crate) fn names(&self) -> io::Result<Vec<OsString>> {
        let names = fs::read_dir(&self.0)?.map(|entry| Ok(entry?.file_name()));
        names.filter(|name| name.as_ref().map_or(true, |name| name != LOCK_NAME)).collect()
    }

    /// Opens a file to be read.
    pub(crate) fn read(&self, name: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().read(true).share_mode(SHARE_ALL).open(self.at(name))
    }

    /// Makes a file; something that has the name is an error.
    pub(crate) fn create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        File::create_new(self.at(name))
    }

    /// Opens a file to be written, and makes it where there is none.
    pub(crate) fn open_or_create(&self, name: impl AsRef<Path>) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).share_mode(SHARE_ALL).open(self.at(name))
    }

    /// Makes a directory; something that has the name is an error.
    pub(crate) fn create_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        fs::create_dir(self.at(name))
    }

    /// Makes a directory that is the user's alone, as far as this one is.
    pub(crate) fn create_private_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        self.create_dir(name)
    }

    /// Makes a symlink to a file or, where the target is one, to a directory; something that has the name is an error.
    pub(crate) fn symlink(&self, target: &Path, name: impl AsRef<Path>) -> io::Result<()> {
        let path = self.at(name);
        let resolved = path.parent().map_or_else(|| target.to_owned(), |parent| parent.join(target));
        if resolved.is_dir() {
            std::os::windows::fs::symlink_dir(target, path)
        } else {
            std::os::windows::fs::symlink_file(target, path)
        }
    }

    /// Gives a file in it a further name in another directory.
    pub(crate) fn link(&self, name: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        fs::hard_link(self.at(name), to.at(to_name))
    }

    /// The type of something in it; a link is not followed.
    pub(crate) fn file_type(&self, name: impl AsRef<Path>) -> io::Result<FileType> {
        let metadata = fs::symlink_metadata(self.at(name))?;
        Ok(match () {
            () if metadata.is_dir() => FileType::Dir,
            // What may be executed is a matter of its name.
            () if metadata.is_file() => FileType::File { is_executable: false },
            () => FileType::Other,
        })
    }

    /// Moves something to another directory, over a file where there is one.
    pub(crate) fn rename(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        let (from, to) = (self.at(from), to.at(to_name));
        patiently(|| fs::rename(&from, &to))
    }

    /// Moves something to another directory; something that has the name there is an error.
    pub(crate) fn rename_new(&self, from: impl AsRef<Path>, to: &Self, to_name: impl AsRef<Path>) -> io::Result<()> {
        if fs::symlink_metadata(to.at(to_name.as_ref())).is_ok() {
            return Err(ErrorKind::AlreadyExists.into());
        }
        self.rename(from, to, to_name)
    }

    /// Deletes anything but a directory, a read-only file too. Symlinks to directories are directories there.
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
            #[allow(clippy::permissions_set_readonly_false)] // There is no umask here for it to open.
            permissions.set_readonly(false);
            fs::set_permissions(&path, permissions)?;
            fs::remove_file(&path)
        })
    }

    /// Deletes an empty directory.
    pub(crate) fn remove_dir(&self, name: impl AsRef<Path>) -> io::Result<()> {
        fs::remove_dir(self.at(name))
    }

    /// A read-only directory can be deleted from.
    #[allow(clippy::unused_self)]
    pub(crate) fn grant_owner_access(&self, _name: impl AsRef<Path>) {}
}
