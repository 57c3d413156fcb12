//! The files of a seed as files, to be linked to or cloned. They are made from the seed when that is first asked for.

use std::io;

use super::archive::{Entry, Kind};
use super::restore::{finish, restore};
use super::sharing::Sharing;
use super::splice::{What, marshalled, source_path};
use super::{EnvPaths, LOCK, SCRATCH, Seed};
use crate::cache_dir::{CacheDir, Turn};
use crate::env_dir::EnvDir;
use crate::error::{Error, Result};
use crate::fs::{self, Dir, Stat};

/// Below this, a file is written as fast as it is cloned, and a clone saves nothing.
const SMALLEST_CLONE: u32 = 1 << 14;

/// Where the files are in their directory.
const ENV: &str = "env";

/// What the name of that directory ends in.
pub(crate) const FILES: &str = ".files";

/// The files of one seed, in the cache.
#[derive(Debug)]
pub(crate) struct Tree {
    dir: Dir,
    /// The path of its directory as text, which its bytecode has.
    text: String,
    how: How,
}

/// How a file of an environment is made from one in the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    /// It is the same file.
    Link,
    /// It has the same blocks, until one of the two is written to.
    Clone,
}

impl Tree {
    /// Opens the files of a seed, and makes them where they are not there yet. Nothing where nothing is to be shared,
    /// or they cannot be had.
    ///
    /// # Errors
    /// When a signal comes meanwhile.
    pub(crate) fn open(seed: &Seed, sharing: Sharing, cache: &CacheDir, stem: &str) -> Result<Option<Self>> {
        let how = match sharing {
            Sharing::Files => How::Link,
            Sharing::Blocks => How::Clone,
            Sharing::BlocksWherePossible if fs::may_clone(&seed.file) => How::Clone,
            Sharing::BlocksWherePossible | Sharing::Nothing => return Ok(None),
        };
        let name = name(stem, seed);
        let path = cache.path(&name);
        let (lock, scratch) = (format!("{stem}.tree{LOCK}"), format!("{stem}.tree{SCRATCH}"));
        let is_there = || fs::is_dir(&path).then_some(());
        if is_there().is_some() {
            cache.tidy(&lock, &scratch);
        } else if let Turn::Ours(_lock) = cache.lock_unless(&lock, is_there)? {
            // What one who died has left.
            cache.sweep(&scratch);
            match make(seed, cache, &scratch, &name) {
                Err(interrupted @ Error::Interrupted { .. }) => return Err(interrupted),
                Err(_) => return Ok(None),
                Ok(()) => {}
            }
        }
        let dir = cache.open_dir(&name).and_then(|dir| dir.open_dir(ENV)).ok();
        let env_dir = EnvDir::resolve(path.join(ENV).as_os_str(), None).ok();
        Ok(dir.zip(env_dir).map(|(dir, EnvDir { text, .. })| Self { dir, text, how }))
    }

    /// Makes a file of an environment from the one here, where that can be: says whether it could. `mode` is that of
    /// new files.
    pub(super) fn share(&self, entry: &Entry, mtime: u64, mode: u32, to: &Dir, name: &str) -> bool {
        let is_bytecode = entry.splices.iter().any(|splice| matches!(splice.what, What::SourcePath { .. }));
        let shared = match self.how {
            // Python itself puts the path right that bytecode names.
            How::Link if is_bytecode || entry.splices.is_empty() => self.link(entry, mtime, mode, to, name),
            How::Clone if entry.splices.is_empty() && entry.length >= SMALLEST_CLONE => {
                self.clone_file(entry, mtime, to, name)
            }
            How::Link | How::Clone => return false,
        };
        shared.is_ok()
    }

    fn link(&self, entry: &Entry, mtime: u64, mode: u32, to: &Dir, name: &str) -> io::Result<()> {
        if self.unchanged(entry, mtime)?.mode != mode | entry.kind.further_mode() {
            return Err(io::ErrorKind::InvalidData.into());
        }
        self.dir.link(&entry.path, to, name)
    }

    fn clone_file(&self, entry: &Entry, mtime: u64, to: &Dir, name: &str) -> io::Result<()> {
        self.unchanged(entry, mtime)?;
        let clone = to.clone_file(&self.dir, &entry.path, name)?;
        finish(&clone, entry, mtime).inspect_err(|_| drop(to.remove(name)))
    }

    /// Looks at a file. One that was changed, through whichever of its names, is not passed on.
    fn unchanged(&self, entry: &Entry, mtime: u64) -> io::Result<Stat> {
        let stat = self.dir.stat(&entry.path)?;
        let is_as_made = stat.mtime == (mtime, 0) && stat.length == self.length(entry);
        is_as_made.then_some(stat).ok_or(io::ErrorKind::InvalidData.into())
    }

    /// How long a file is here.
    fn length(&self, entry: &Entry) -> u64 {
        let mut spliced = Vec::new();
        for splice in &entry.splices {
            if let What::SourcePath { kind, tail } = &splice.what {
                marshalled(*kind, &source_path(&self.text, tail), &mut spliced);
            }
        }
        u64::from(entry.length) + spliced.len() as u64
    }
}

/// The name of the directory with the files of a seed. Another seed has others.
pub(crate) fn name(stem: &str, seed: &Seed) -> String {
    format!("{stem}-{:08x}{FILES}", seed.checksum)
}

/// Makes the files of a seed beside their place, all with the same time of change, and renames them into it.
fn make(seed: &Seed, cache: &CacheDir, scratch: &str, name: &str) -> Result<()> {
    let scratch = cache.scratch_dir(scratch)?;
    let path = scratch.path().join(ENV);
    fs::create_dir(&path)?;
    let failed = |action, source| Error::file(action, &path, source);
    let dir = Dir::open(&path).map_err(|source| failed("open", source))?;
    // Nothing is run here, so whatever stands for the interpreter will do.
    let env = EnvPaths::of(&EnvDir::resolve(cache.path(name).join(ENV).as_os_str(), None)?, "bin/python");
    for entry in &seed.list.entries {
        let (parent, _) = entry.path.rsplit_once('/').unwrap_or((".", &entry.path));
        fs::create_dirs(&dir, parent).map_err(|source| failed("write in", source))?;
    }
    restore(seed, None, &env, &dir)?;
    for entry in seed.list.entries.iter().filter(|entry| entry.kind != Kind::Dir) {
        let date = || fs::set_mtime(&dir.read(&entry.path)?, seed.list.mtime);
        date().map_err(|source| failed("date files in", source))?;
    }
    cache.adopt(&scratch, name).map_err(|source| failed("keep", source))
}
