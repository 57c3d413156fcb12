//! A shelf: the entries of one kind in the cache, and how they are named, locked, written and pruned.

use std::io;

use twox_hash::xxhash3_128;

use super::dir::{CacheDir, UNFINISHED};
use crate::error::Result;
use crate::fs::{File, Kind, Lock, ScratchDir};
use crate::interrupt::Interrupt;

/// The suffix of a lock's name.
const LOCK: &str = ".lock";

/// The separator between an entry's stem and the random part of a scratch directory's name.
const SCRATCH: &str = ".scratch-";

/// A subdirectory of the cache with entries of one kind.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shelf<'a> {
    cache: &'a CacheDir,
    /// The directory's name, with the version of the entries' format.
    subdir: &'static str,
    /// The suffix of the entries' names.
    suffix: &'static str,
}

/// The outcome of asking for the lock under which an entry is made.
pub(crate) enum Claim<T> {
    /// The entry exists by now.
    Found(T),
    /// The entry is ours to make, under this lock if the file system has locks.
    Ours(Option<Lock>),
}

impl<'a> Shelf<'a> {
    pub(crate) fn new(cache: &'a CacheDir, subdir: &'static str, suffix: &'static str) -> Self {
        Self { cache, subdir, suffix }
    }

    /// The common stem of all names that belong to the entry for `key`.
    pub(crate) fn stem(key: &str) -> String {
        format!("{:032x}", xxhash3_128::Hasher::oneshot(key.as_bytes()))
    }

    /// Opens an entry. Fails if others may write to the entry or its directory.
    pub(crate) fn open(&self, stem: &str) -> io::Result<File> {
        self.cache.open_subdir(self.subdir)?.read(format!("{stem}{}", self.suffix))
    }

    /// Writes an entry; no reader ever sees half of it.
    pub(crate) fn write(&self, stem: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        self.cache.create_subdir(self.subdir)?;
        self.cache.write(&self.entry(stem), fill)
    }

    /// Deletes an entry.
    pub(crate) fn remove(&self, stem: &str) {
        self.cache.remove(&self.entry(stem));
    }

    /// Waits for the lock of an entry, or until `find` finds the entry. The lock ends at the latest with the process.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub(crate) fn claim<T>(&self, stem: &str, interrupt: &Interrupt, find: impl Fn() -> Option<T>) -> Result<Claim<T>> {
        let lock = self.lock(stem);
        let can_lock = self.cache.create_subdir(self.subdir).is_ok();
        interrupt.wait_for(|| {
            let locked = if can_lock { self.cache.dir.try_lock_file(&lock).or(Err(())) } else { Err(()) };
            // `find` runs under the lock: the previous holder may just have made the entry.
            match (find(), locked) {
                (Some(found), _) => Ok(Some(Claim::Found(found))),
                (None, Ok(None)) => Ok(None),
                (None, Ok(Some(lock))) => Ok(Some(Claim::Ours(Some(lock)))),
                (None, Err(())) => Ok(Some(Claim::Ours(None))),
            }
        })
    }

    /// Creates a directory to make an entry in. The directory is deleted on drop.
    ///
    /// # Errors
    /// When the directory cannot be created, or others could swap it: programs will be run there.
    pub(crate) fn scratch_dir(&self, stem: &str) -> Result<ScratchDir> {
        ScratchDir::new(&self.cache.path(self.subdir), &format!("{stem}{SCRATCH}"))
    }

    /// Deletes the leftovers of a process that was killed while making an entry: its lock file and scratch directories.
    pub(crate) fn tidy(&self, stem: &str) {
        let is_left = matches!(self.cache.dir.kind(self.lock(stem)), Ok(Kind::File));
        if is_left && let Some(_lock) = self.try_lock(&self.lock(stem)) {
            let prefix = format!("{stem}{SCRATCH}");
            for name in self.names() {
                if name.starts_with(&prefix) {
                    self.remove_named(&name);
                } else if name.ends_with(UNFINISHED) {
                    // Dropping the lock of an unfinished file deletes it; its writer holds the lock.
                    drop(self.try_lock(&format!("{}/{name}", self.subdir)));
                }
            }
        }
    }

    /// Deletes the entries whose stem is not `is_current`, and leftovers of killed processes. The caller holds the lock
    /// of the entry `own_stem`.
    pub(crate) fn prune(&self, own_stem: Option<&str>, is_current: impl Fn(&str) -> bool) {
        for name in self.names() {
            let path = format!("{}/{name}", self.subdir);
            if name.ends_with(UNFINISHED) || name.ends_with(LOCK) {
                // Dropping a lock deletes its file. A lock that is held, ours included, is left alone.
                drop(self.try_lock(&path));
            } else if let Some((stem, _)) = name.split_once(SCRATCH) {
                // A scratch directory is a leftover if nobody else holds the lock of its entry.
                if own_stem == Some(stem) || self.try_lock(&self.lock(stem)).is_some() {
                    self.remove_named(&name);
                }
            } else if let Some(stem) = name.strip_suffix(self.suffix)
                && !is_current(stem)
            {
                self.remove_named(&name);
            }
        }
    }

    /// Deletes all entries with another suffix, left by an earlier version of rvenv.
    pub(crate) fn sweep(&self, suffix: &str) {
        self.names().iter().filter(|name| name.ends_with(suffix)).for_each(|name| self.remove_named(name));
    }

    fn entry(&self, stem: &str) -> String {
        format!("{}/{stem}{}", self.subdir, self.suffix)
    }

    fn lock(&self, stem: &str) -> String {
        format!("{}/{stem}{LOCK}", self.subdir)
    }

    fn try_lock(&self, path: &str) -> Option<Lock> {
        self.cache.dir.try_lock_file(path).ok()?
    }

    fn remove_named(&self, name: &str) {
        self.cache.remove(&format!("{}/{name}", self.subdir));
    }

    /// The names in the directory, sorted.
    fn names(&self) -> Vec<String> {
        let names = self.cache.dir.open_dir(self.subdir).and_then(|dir| dir.names()).unwrap_or_default();
        let mut names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
        names.sort();
        names
    }
}
