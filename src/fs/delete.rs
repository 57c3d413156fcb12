//! Deletion that follows no links, even if paths change meanwhile, and takes little room however deep directories are
//! nested.

use std::ffi::{OsStr, OsString};
use std::io::{self, ErrorKind};
use std::path::Path;

use super::{Dir, Identity, Kind};
use crate::error::{Error, Result};

/// The number of nested directories that are kept open. Those further up are opened again on the way back.
const OPEN: usize = 16;
const FEW_OPEN: usize = 1;

/// Deletes the contents of a directory, but not the directory itself. Errors show `path`.
///
/// # Errors
/// When something cannot be deleted.
pub(crate) fn clear(dir: &Dir, path: &Path) -> Result<()> {
    // Obstacles may be gone by now, and few descriptors are one.
    clear_once(dir, path, OPEN).or_else(|_| clear_once(dir, path, FEW_OPEN))
}

fn clear_once(dir: &Dir, path: &Path, open: usize) -> Result<()> {
    let names = dir.names().map_err(|source| Error::file("list", path, source))?;
    Deletion { root: dir, names, levels: Vec::new(), open, path }.run()
}

/// Deletes the file or directory `name` in `dir`. Errors show `path`.
///
/// # Errors
/// When `name`, or something in it, cannot be deleted.
pub(crate) fn delete(dir: &Dir, name: &OsStr, path: &Path) -> Result<()> {
    let above = path.parent().unwrap_or(path);
    Deletion { root: dir, names: vec![name.to_owned()], levels: Vec::new(), open: OPEN, path: above }.run()
}

/// The deletion of the entries `names` in the deepest of `levels`, or in `root` if there are none.
struct Deletion<'a> {
    root: &'a Dir,
    names: Vec<OsString>,
    levels: Vec<Level>,
    /// The number of levels that are kept open, besides the one that is being opened.
    open: usize,
    /// The path of the root, for errors.
    path: &'a Path,
}

/// A directory below the root.
struct Level {
    name: OsString,
    handle: Handle,
    /// The entries of the directory above that are still to be deleted.
    rest: Vec<OsString>,
    /// Whether the owner has been given all rights to it.
    is_granted: bool,
}

enum Handle {
    Open(Dir),
    /// Closed to save descriptors; to be recognized when it is opened again.
    Closed(Identity),
}

impl Deletion<'_> {
    fn run(mut self) -> Result<()> {
        loop {
            if let Some(name) = self.names.pop() {
                let inner = self.remove(&name).map_err(|source| self.failed("delete", Some(&name), source))?;
                if let Some(inner) = inner {
                    self.descend(name, inner)?;
                }
            } else if let Some(level) = self.levels.pop() {
                let name = level.name.clone();
                self.ascend(level).map_err(|source| self.failed("delete", Some(&name), source))?;
            } else {
                return Ok(());
            }
        }
    }

    fn failed(&self, action: &'static str, name: Option<&OsStr>, source: io::Error) -> Error {
        let names = self.levels.iter().map(|level| &*level.name).chain(name);
        Error::file(action, &names.fold(self.path.to_owned(), |path, name| path.join(name)), source)
    }

    /// The directory whose entries are being deleted.
    fn current(&self) -> &Dir {
        match self.levels.last() {
            Some(Level { handle: Handle::Open(dir), .. }) => dir,
            _ => self.root,
        }
    }

    /// Deletes an entry; returns it, opened, if it is a directory that is not empty.
    fn remove(&mut self, name: &OsStr) -> io::Result<Option<Dir>> {
        match remove(self.current(), name) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied && self.grant() => remove(self.current(), name),
            other => other,
        }
    }

    /// Gives the owner all rights to the current directory, which may lack write access. Returns whether to try again.
    fn grant(&mut self) -> bool {
        let Some(level) = self.levels.last_mut().filter(|level| !level.is_granted) else { return false };
        level.is_granted = true;
        let name = level.name.clone();
        let above = match self.levels.iter().rev().nth(1) {
            None => self.root,
            Some(Level { handle: Handle::Open(dir), .. }) => dir,
            Some(_) => return false,
        };
        above.grant_owner_access(name);
        true
    }

    fn descend(&mut self, name: OsString, inner: Dir) -> Result<()> {
        let rest = std::mem::take(&mut self.names);
        self.levels.push(Level { name, handle: Handle::Open(inner), rest, is_granted: false });
        if let Some(index) = self.levels.len().checked_sub(self.open + 1)
            && let Handle::Open(dir) = &self.levels[index].handle
        {
            let identity = dir.identity().map_err(|source| self.failed("look at", None, source))?;
            self.levels[index].handle = Handle::Closed(identity);
        }
        let names = self.current().names();
        let names = names.or_else(|error| if self.grant() { self.current().names() } else { Err(error) });
        self.names = names.map_err(|source| self.failed("list", None, source))?;
        Ok(())
    }

    /// Deletes the deepest directory, which is empty and no longer among the levels, and goes on in the one above.
    fn ascend(&mut self, level: Level) -> io::Result<()> {
        if let (Some(Level { handle: above @ Handle::Closed(_), .. }), Handle::Open(dir)) =
            (self.levels.last_mut(), &level.handle)
        {
            reopen(above, dir)?;
        }
        self.names = level.rest;
        match gone_or(self.current().remove_dir(&level.name)) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied && self.grant() => {
                gone_or(self.current().remove_dir(&level.name))
            }
            done => done,
        }
    }
}

/// Opens a directory again, by way of one in it. Somebody may have moved that one elsewhere meanwhile.
fn reopen(above: &mut Handle, dir: &Dir) -> io::Result<()> {
    let found = dir.above()?;
    if let Handle::Closed(identity) = above
        && found.identity()? != *identity
    {
        return Err(io::Error::other("it was moved meanwhile"));
    }
    *above = Handle::Open(found);
    Ok(())
}

fn remove(dir: &Dir, name: &OsStr) -> io::Result<Option<Dir>> {
    match gone_or(dir.remove(name)) {
        Ok(()) => return Ok(None),
        Err(error) if !matches!(dir.kind(name), Ok(Kind::Dir)) => return Err(error),
        Err(_) => {}
    }
    match gone_or(dir.remove_dir(name)) {
        Ok(()) => Ok(None),
        // A mount point: its contents belong to another file system.
        Err(error) if error.kind() == ErrorKind::ResourceBusy => Err(error),
        // Any other obstacle may be what is in it.
        Err(_) => dir.open_dir(name).map(Some),
    }
}

/// An entry that is gone need not be deleted: another process has done it.
fn gone_or(removed: io::Result<()>) -> io::Result<()> {
    removed.or_else(|error| if error.kind() == ErrorKind::NotFound { Ok(()) } else { Err(error) })
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    /// Deeper than any path may be long, and than most processes have descriptors.
    #[test]
    fn directories_are_deleted_however_deep_they_are() {
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = Dir::open(dir.path()).expect("it is there");
        root.create_dir("top").expect("a directory");
        let mut inner = root.open_dir("top").expect("it is there");
        for _ in 0..3_000 {
            inner.create_dir("d").expect("a directory");
            inner.create_with("f", 0o666).expect("a file");
            inner = inner.open_dir("d").expect("it is there");
        }
        delete(&root, OsStr::new("top"), &dir.path().join("top")).expect("it can be deleted");
        assert!(root.names().expect("it can be listed").is_empty());
    }

    #[test]
    fn a_directory_without_rights_is_deleted_by_its_owner() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().expect("a temporary directory");
        let root = Dir::open(dir.path()).expect("it is there");
        std::fs::create_dir_all(dir.path().join("a/b/c")).expect("directories");
        for (path, mode) in [("a/b/c", 0o000), ("a/b", 0o500), ("a", 0o100)] {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(dir.path().join(path), mode).expect("it is ours");
        }
        clear(&root, dir.path()).expect("it can be deleted");
        assert!(root.names().expect("it can be listed").is_empty());
    }
}
