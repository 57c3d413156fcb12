//! Where the caches live, and whether they may be trusted.
//!
//! A cache can make rvenv faster; it can never make it fail or differ. So nothing here is an error of the program: what
//! cannot be read is not there, and what cannot be written is not kept.

use std::ffi::OsStr;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use crate::error::Result;
use crate::fs::{self, Dir, File, Kind, Lock, ScratchDir};
use crate::interrupt;

/// Programs that back up or clean know by this file that all here can be made again (<https://bford.info/cachedir/>).
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# What rvenv has learnt and made once; it may be deleted.\n",
);

/// What unfinished files end in.
const UNFINISHED: &str = ".new";

/// A directory of the user's own, to which nobody else can write.
#[derive(Debug)]
pub(crate) struct CacheDir {
    path: PathBuf,
    dir: Dir,
}

/// What has come of waiting for one's turn at making something.
pub(crate) enum Turn<T> {
    /// It is there.
    There(T),
    /// It is to be made now, under this lock, where there are locks.
    Ours(Option<Lock>),
}

impl CacheDir {
    /// Opens the cache directory, and makes it where there is none. One that is somebody else's, or that others may
    /// write to, is not used.
    pub(crate) fn open(path: &Path) -> Option<Self> {
        let dir = match Dir::open(path) {
            Err(error) if error.kind() == ErrorKind::NotFound => create(path).ok()?,
            other => other.ok()?,
        };
        dir.is_private().then(|| Self { path: path.to_owned(), dir })
    }

    /// The path of something in it.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        fs::below(&self.path, name)
    }

    /// Opens an entry that is as private as the directory.
    pub(crate) fn read(&self, name: &str) -> io::Result<File> {
        let (subdir, name) = name.rsplit_once('/').unwrap_or((".", name));
        self.open_dir(subdir)?.read(name)
    }

    /// Opens a directory in it, which is as private as it is, and so is each on the way.
    pub(crate) fn open_dir(&self, path: &str) -> io::Result<Dir> {
        path.split('/').try_fold(self.dir.again()?, |dir, name| {
            let dir = dir.open_dir(name)?;
            dir.is_private().then_some(dir).ok_or(ErrorKind::PermissionDenied.into())
        })
    }

    /// Writes an entry beside its place and renames it into it, so that no reader sees half of one. Somebody else who
    /// is writing the same one is let finish.
    pub(crate) fn write(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        let beside = format!("{name}{UNFINISHED}");
        self.create_subdir_of(name)?;
        let mut new = self.dir.open_or_create(&beside).or_else(|_| {
            // Something that is no file.
            self.remove(&beside);
            self.dir.open_or_create(&beside)
        })?;
        // Whoever had the lock may have finished meanwhile: then this is no unfinished file any more.
        if fs::is_locked_by_another(&new) || !self.dir.has(&beside, &new).inspect_err(|_| self.remove(&beside))? {
            return Err(ErrorKind::ResourceBusy.into());
        }
        let written = new.set_len(0).and_then(|()| fill(&mut new));
        let done = written.and_then(|()| {
            self.dir.rename(&beside, &self.dir, name).or_else(|_| {
                // Something that no file can replace.
                self.remove(name);
                self.dir.rename(&beside, &self.dir, name)
            })
        });
        done.inspect_err(|_| self.remove(&beside))
    }

    /// Makes a directory in it whose name begins with `prefix`, which is deleted when it is dropped.
    ///
    /// # Errors
    /// When it cannot be made, or others could put something else in its place: programs are going to be run there.
    pub(crate) fn scratch_dir(&self, prefix: &str) -> Result<ScratchDir> {
        let (subdir, prefix) = prefix.rsplit_once('/').unwrap_or((".", prefix));
        ScratchDir::new(&self.path(subdir), prefix)
    }

    /// Waits until nobody else has the lock of this name, and takes it, or until something is there that makes that
    /// needless. The lock ends with the process, too.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub(crate) fn lock_unless<T>(&self, name: &str, there: impl Fn() -> Option<T>) -> Result<Turn<T>> {
        let can_be = self.create_subdir_of(name).is_ok();
        interrupt::wait_for(|| {
            let locked = if can_be { self.dir.try_lock_file(name).or(Err(())) } else { Err(()) };
            // Looked for when we have the lock: whoever had it before may just have made it.
            match (there(), locked) {
                (Some(there), _) => Ok(Some(Turn::There(there))),
                (None, Ok(None)) => Ok(None),
                (None, Ok(Some(lock))) => Ok(Some(Turn::Ours(Some(lock)))),
                (None, Err(())) => Ok(Some(Turn::Ours(None))),
            }
        })
    }

    /// Deletes what one who had the lock and died has left: the lock's file, and the directories whose names begin with
    /// `scratch`.
    pub(crate) fn tidy(&self, lock: &str, scratch: &str) {
        if matches!(self.dir.kind(lock), Ok(Kind::File)) && self.try_lock(lock).is_some() {
            self.sweep(scratch);
        }
    }

    /// Takes the lock of this name, unless somebody else has it.
    pub(crate) fn try_lock(&self, name: &str) -> Option<Lock> {
        self.dir.try_lock_file(name).ok()?
    }

    /// Makes the directory that an entry is in, unless there is one.
    fn create_subdir_of(&self, name: &str) -> io::Result<()> {
        let Some((subdir, _)) = name.rsplit_once('/') else { return Ok(()) };
        if matches!(self.dir.kind(subdir), Ok(Kind::Nothing)) {
            // Without it the cache is as good. It comes first, so that one who dies at it is followed by another try.
            let _ = self.write(TAG.0, |file| io::Write::write_all(file, TAG.1.as_bytes()));
        }
        match self.dir.create_private_dir(subdir) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => self.open_dir(subdir).map(drop),
            other => other,
        }
    }

    /// Deletes an entry, whatever it is.
    pub(crate) fn remove(&self, name: &str) {
        let _ = fs::delete(&self.dir, OsStr::new(name), &self.path(name));
    }

    /// Deletes all entries whose names begin like this.
    pub(crate) fn sweep(&self, prefix: &str) {
        let (subdir, _) = prefix.rsplit_once('/').unwrap_or((".", prefix));
        self.entries(subdir).iter().filter(|name| name.starts_with(prefix)).for_each(|name| self.remove(name));
    }

    /// The names of the entries in a directory of it, as far as they are finished; what a writer that died has left is
    /// deleted.
    pub(crate) fn entries(&self, subdir: &str) -> Vec<String> {
        let names = self.dir.open_dir(subdir).and_then(|dir| dir.names()).unwrap_or_default();
        let names = names.iter().filter_map(|name| Some(format!("{subdir}/{}", name.to_str()?)));
        let (unfinished, mut finished): (Vec<_>, Vec<_>) = names.partition(|name| name.ends_with(UNFINISHED));
        // To have the lock of one is to delete it.
        for name in unfinished {
            drop(self.try_lock(&name));
        }
        finished.sort();
        finished
    }
}

fn create(path: &Path) -> io::Result<Dir> {
    // With another user's HOME, as sudo may have it, what is made there would be in that user's way.
    if !fs::is_on_own_ground(path) {
        return Err(ErrorKind::PermissionDenied.into());
    }
    match fs::create_private_dir(path) {
        // Another process has made it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    Dir::open(path)
}
