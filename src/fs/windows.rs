//! What Windows does in its own way.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::windows::fs::{FileExt, MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::fs::Stat;

/// `FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE`: a file that is read may be renamed over.
const SHARE_ALL: u32 = 7;

/// A directory. Its access list is its owner's business: where a user's caches are, others may not write.
#[derive(Debug)]
pub(crate) struct Dir(PathBuf);

impl Dir {
    /// Opens a directory.
    pub(crate) fn open(path: &Path) -> io::Result<Self> {
        if fs::metadata(path)?.is_dir() { Ok(Self(path.to_owned())) } else { Err(io::ErrorKind::NotADirectory.into()) }
    }

    /// Opens a directory in it.
    pub(crate) fn open_dir(&self, name: &str) -> io::Result<Self> {
        Self::open(&self.0.join(name))
    }

    /// Whether nobody else may write to it.
    pub(crate) fn is_private(&self) -> bool {
        self.0.is_dir()
    }

    /// Opens a file to be read.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().read(true).share_mode(SHARE_ALL).open(self.0.join(name))
    }

    /// Makes a file; something that has the name is an error.
    pub(crate) fn create(&self, name: &str) -> io::Result<File> {
        File::create_new(self.0.join(name))
    }

    /// Opens a file to be written, and makes it where there is none.
    pub(crate) fn open_or_create(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().write(true).create(true).truncate(false).share_mode(SHARE_ALL).open(self.0.join(name))
    }

    /// Makes a directory; something that has the name is an error.
    pub(crate) fn create_dir(&self, name: &str) -> io::Result<()> {
        fs::create_dir(self.0.join(name))
    }

    /// Makes a file that is the user's alone, as far as the directory is.
    pub(crate) fn create_private(&self, name: &str) -> io::Result<File> {
        self.create(name)
    }

    /// Makes a directory that is the user's alone, as far as this one is.
    pub(crate) fn create_private_dir(&self, name: &str) -> io::Result<()> {
        self.create_dir(name)
    }

    /// Gives a file in it a further name in another directory.
    pub(crate) fn link(&self, name: &str, to: &Self, to_name: &str) -> io::Result<()> {
        fs::hard_link(self.0.join(name), to.0.join(to_name))
    }

    /// NTFS has no clones.
    pub(crate) fn clone_file(&self, _from: &Self, _name: &str, _own_name: &str) -> io::Result<File> {
        Err(io::ErrorKind::Unsupported.into())
    }

    /// Looks at something in it; a link is not followed.
    pub(crate) fn stat(&self, name: &str) -> io::Result<Stat> {
        let metadata = fs::symlink_metadata(self.0.join(name))?;
        let age = metadata.modified()?.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
        Ok(Stat { mode: 0, length: metadata.len(), mtime: (age.as_secs(), age.subsec_nanos().into()) })
    }

    /// Renames a file, over another one where there is one.
    pub(crate) fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.0.join(from), self.0.join(to))
    }

    /// Deletes a file.
    pub(crate) fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.0.join(name))
    }
}

/// NTFS has no clones.
pub(crate) fn may_clone(_file: &File) -> bool {
    false
}

/// What tells one state of a file from another: how long it is, and when it was made and changed.
pub(super) fn stamp(path: &Path) -> io::Result<String> {
    let metadata = fs::metadata(path)?;
    Ok(format!("{} {} {}", metadata.file_size(), metadata.last_write_time(), metadata.creation_time()))
}

/// Reads the bytes of a file from `offset` on, up to the buffer's length or the file's end.
pub(crate) fn read_at(file: &File, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
    file.seek_read(buffer, offset)
}

/// Makes a directory, which has the access list of the one that it is in.
pub(super) fn create_private_dir(path: &Path) -> io::Result<()> {
    fs::create_dir(path)
}

/// The path with all links in it followed, as programs write it: without the `\\?\` that Windows puts in front.
pub(super) fn resolve(path: &Path) -> io::Result<PathBuf> {
    let path = fs::canonicalize(path)?;
    let plain = path.to_str().and_then(|text| text.strip_prefix(r"\\?\")).filter(|text| text.get(1..2) == Some(":"));
    Ok(plain.map(PathBuf::from).unwrap_or(path))
}

/// Makes a symlink to a file or, where the target is one, to a directory; something that has the name is an error.
pub(super) fn symlink(target: &Path, path: &Path) -> io::Result<()> {
    let resolved = path.parent().map_or_else(|| target.to_owned(), |parent| parent.join(target));
    if resolved.is_dir() {
        std::os::windows::fs::symlink_dir(target, path)
    } else {
        std::os::windows::fs::symlink_file(target, path)
    }
}

/// Deletes anything but a directory, a read-only file too. Symlinks to directories are directories there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    if fs::symlink_metadata(path)?.file_type().is_symlink() {
        return fs::remove_dir(path).or_else(|_| fs::remove_file(path));
    }
    fs::remove_file(path).or_else(|_| {
        let mut permissions = fs::metadata(path)?.permissions();
        #[allow(clippy::permissions_set_readonly_false)] // There is no umask here for it to open.
        permissions.set_readonly(false);
        fs::set_permissions(path, permissions)?;
        fs::remove_file(path)
    })
}

/// There are no permission bits to set.
pub(super) fn set_mode(_file: &File, _mode: u32) -> io::Result<()> {
    Ok(())
}

/// There are no permission bits to add.
pub(crate) fn add_mode(_file: &File, _bits: u32) -> io::Result<()> {
    Ok(())
}

/// What may be executed is a matter of its name.
pub(super) fn is_program(_metadata: &fs::Metadata) -> bool {
    false
}

/// Whether the path leads to a file; what may be executed is a matter of its name.
#[must_use]
pub(crate) fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| metadata.is_file())
}

/// Whether two paths lead to the same file, by its final path.
#[must_use]
pub(super) fn is_same(one: &Path, other: &Path) -> bool {
    fs::canonicalize(one).is_ok_and(|one| fs::canonicalize(other).is_ok_and(|other| one == other))
}

/// Whether a directory may be written to is a matter of access lists, which only a try tells.
#[must_use]
pub(crate) fn is_writable_dir(_path: &Path) -> bool {
    true
}

/// A read-only directory can be deleted from.
pub(super) fn open_dir_to_owner(_path: &Path) {}
