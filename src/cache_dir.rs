//! Where the caches live, and whether they may be trusted.
//!
//! A cache can make rvenv faster; it can never make it fail or differ. So nothing here is an error of the program: what
//! cannot be read is not there, and what cannot be written is not kept.

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::error::Result;
use crate::fs::{self, Dir, File, TempDir};

/// Programs that back up or clean know by this file that all here can be made again (<https://bford.info/cachedir/>).
const TAG: (&str, &str) = (
    "CACHEDIR.TAG",
    "Signature: 8a477f597d28d172789f06886806bc55\n# What rvenv has learnt and made once; it may be deleted.\n",
);

/// How long a file that is being written may take, after which its writer must have died.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// What unfinished files end in.
const UNFINISHED: &str = ".new";

/// A directory of the user's own, to which nobody else can write.
#[derive(Debug)]
pub(crate) struct CacheDir {
    path: PathBuf,
    dir: Dir,
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
        self.dir.read(name)
    }

    /// Writes an entry beside its place and renames it into it, so that no reader sees half of one.
    pub(crate) fn write(&self, name: &str, fill: impl FnOnce(&mut File) -> io::Result<()>) -> io::Result<()> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        let beside = format!("{name}.{}-{count}{UNFINISHED}", std::process::id());
        self.create_subdir_of(name)?;
        let written = self.dir.create_private(&beside).and_then(|mut file| fill(&mut file));
        let done = written.and_then(|()| {
            self.dir.rename(&beside, name).or_else(|_| {
                // Something that no file can replace.
                self.remove(name);
                self.dir.rename(&beside, name)
            })
        });
        done.inspect_err(|_| drop(self.dir.remove(&beside)))
    }

    /// Makes a directory in it whose name begins with `prefix`, which is deleted when it is dropped.
    pub(crate) fn scratch_dir(&self, prefix: &str) -> Result<TempDir> {
        let (subdir, prefix) = prefix.rsplit_once('/').unwrap_or((".", prefix));
        // Python may tell its path with the links followed, and so do we.
        fs::scratch_dir(&fs::resolved(&self.path(subdir)), prefix)
    }

    /// Waits until nobody else has the lock of this name, and takes it. It is given back when the file is closed, be it
    /// by the death of the process.
    pub(crate) fn lock(&self, name: &str) -> Option<File> {
        let file = self.lock_file(name).ok()?;
        file.lock().ok().map(|()| file)
    }

    /// Takes the lock of this name, unless somebody else has it.
    pub(crate) fn try_lock(&self, name: &str) -> Option<File> {
        let file = self.lock_file(name).ok()?;
        file.try_lock().ok().map(|()| file)
    }

    fn lock_file(&self, name: &str) -> io::Result<File> {
        self.create_subdir_of(name)?;
        self.dir.open_or_create(name)
    }

    /// Makes the directory that an entry is in, unless there is one.
    fn create_subdir_of(&self, name: &str) -> io::Result<()> {
        let Some((subdir, _)) = name.rsplit_once('/') else { return Ok(()) };
        match self.dir.create_private_dir(subdir) {
            Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
            _ => Ok(()),
        }
    }

    /// Deletes an entry, whatever it is.
    pub(crate) fn remove(&self, name: &str) {
        if self.dir.remove(name).is_err() {
            fs::delete_dir(&self.path(name));
        }
    }

    /// The names of the entries in a directory of it, as far as they are finished; what a writer that died has left is
    /// deleted.
    pub(crate) fn entries(&self, subdir: &str) -> Vec<String> {
        let names = fs::entries(&self.path(subdir)).into_iter().filter_map(|path| {
            let name = format!("{subdir}/{}", path.file_name()?.to_str()?);
            let is_finished = !name.ends_with(UNFINISHED);
            if !is_finished && fs::age(&path).is_some_and(|age| age > ABANDONED) {
                self.remove(&name);
            }
            is_finished.then_some(name)
        });
        names.collect()
    }
}

fn create(path: &Path) -> io::Result<Dir> {
    match fs::create_private_dir(path) {
        // Another process has made it meanwhile.
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        other => other?,
    }
    let dir = Dir::open(path)?;
    // Without it the cache is as good.
    let _ = dir.create(TAG.0).and_then(|mut file| io::Write::write_all(&mut file, TAG.1.as_bytes()));
    Ok(dir)
}
