//! Restoring a seed: writing its files into an environment.

use std::io::{self, ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

use super::archive::{Entry, Kind};
use super::dates;
use super::marshal::marshalled;
use super::pack::digest;
use super::reader::{ChunkRange, Seed, read};
use super::splice::SpliceKind;
use crate::env_paths::EnvPaths;
use crate::error::{Error, Result};
use crate::facts::RelPath;
use crate::fs::{self, Dir};
use crate::interrupt::Interrupt;
use crate::pip::shebang::shebang;
use crate::pool::{self, Pool, Shares};

/// The outcome of restoring a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Restored {
    Whole,
    /// The seed turned out to be damaged: some of its files were not written.
    SeedDamaged,
}

/// The limit of threads that write at the same time: more do not help.
const MOST_THREADS: usize = 4;

/// Restores a seed into `root`, the directory of a new environment that will have the paths `env`.
///
/// # Errors
/// When a file cannot be written, or a signal has come.
pub(crate) fn restore(seed: &Seed, env: &EnvPaths, root: &Dir, interrupt: &Interrupt, pool: &Pool) -> Result<Restored> {
    let work = Work { seed, env, root, interrupt };
    let written = work.write(pool).and_then(|is_dated| {
        dates::settle(&seed.list, root, !is_dated, interrupt).map_err(|stop| Stop::Failed(stop.explained(&env.dir)))
    });
    match written {
        Ok(()) => Ok(Restored::Whole),
        Err(Stop::SeedDamaged) => Ok(Restored::SeedDamaged),
        Err(Stop::Failed(error)) => Err(error),
    }
}

/// Corrects the bytecode of a seed in its final place, where sources may have got other dates: all of it if they were
/// copied there.
///
/// # Errors
/// When the date of a source cannot be told, bytecode cannot be written, or a signal has come.
pub(crate) fn settle(seed: &Seed, env: &Path, root: &Dir, are_copies: bool, interrupt: &Interrupt) -> Result<()> {
    dates::settle(&seed.list, root, are_copies, interrupt).map_err(|stop| stop.explained(env))
}

/// The reason why a seed was not restored to its end.
enum Stop {
    SeedDamaged,
    Failed(Error),
}

/// The work of restoring a seed.
#[derive(Clone, Copy)]
struct Work<'a> {
    seed: &'a Seed,
    env: &'a EnvPaths,
    root: &'a Dir,
    interrupt: &'a Interrupt,
}

impl Work<'_> {
    /// Writes all files, with the threads of a pool; returns whether the file system let them be dated.
    fn write(self, pool: &Pool) -> Result<bool, Stop> {
        let (head, rest) = ChunkRange::head_and_rest(self.seed);
        let digests = Writer::new(self, &[]).write_head(&head)?;
        let shares = Shares::new(rest.chunks(), MOST_THREADS.min(pool::limit()));
        let (first_stop, is_dated) = (Mutex::new(None), AtomicBool::new(true));
        pool.share(MOST_THREADS.min(shares.len()), |number| {
            let mut writer = Writer::new(self, &digests);
            while let Some(chunk) = shares.take(number) {
                if let Err(stop) = writer.write_chunk(&chunk) {
                    shares.withdraw();
                    first_stop.lock().unwrap_or_else(PoisonError::into_inner).get_or_insert(stop);
                }
            }
            is_dated.fetch_and(writer.is_dated, Ordering::Relaxed);
        });
        let first_stop = first_stop.into_inner().unwrap_or_else(PoisonError::into_inner);
        first_stop.map_or(Ok(is_dated.into_inner()), Err)
    }
}

/// The digests and sizes of scripts, by their paths below the environment.
type Digests<'a> = [(&'a str, String)];

/// A writer of files into an environment, for one thread.
struct Writer<'a> {
    work: Work<'a>,
    /// The last directory stays open, as the next file is nearly always in it.
    dir: Option<(&'a str, Dir)>,
    /// Whether the file system lets files be dated.
    is_dated: bool,
    contents: Contents<'a>,
    /// The data of the last chunk.
    buffer: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn new(work: Work<'a>, digests: &'a Digests<'a>) -> Self {
        let contents = Contents { env: work.env, digests, buffer: Vec::new() };
        Self { work, dir: None, is_dated: true, contents, buffer: Vec::new() }
    }

    /// Creates the empty directories and writes the scripts; returns the scripts' digests.
    fn write_head(mut self, head: &ChunkRange<'a>) -> Result<Vec<(&'a str, String)>, Stop> {
        let mut digests = Vec::new();
        self.each(head, |writer, entry, stored| {
            if entry.kind == Kind::Dir {
                let made = fs::create_dirs(writer.work.root, &entry.path);
                return made.map_err(|source| writer.failed("create directory", entry, source));
            }
            writer.write(entry, stored)?;
            digests.push((entry.path.as_str(), digest(writer.contents.of(entry, stored))));
            Ok(())
        })?;
        Ok(digests)
    }

    fn write_chunk(&mut self, chunk: &ChunkRange<'a>) -> Result<(), Stop> {
        self.each(chunk, Self::write)
    }

    /// Calls `work` with each entry of a chunk and its data.
    fn each(
        &mut self,
        chunk: &ChunkRange<'a>,
        mut work: impl FnMut(&mut Self, &'a Entry, &[u8]) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        self.work.interrupt.check().map_err(Stop::Failed)?;
        let mut buffer = std::mem::take(&mut self.buffer);
        let chunk = read(self.work.seed, chunk, &mut buffer).ok_or(Stop::SeedDamaged)?;
        chunk.iter().try_for_each(|(entry, stored)| work(self, entry, stored))?;
        self.buffer = buffer;
        Ok(())
    }

    fn write(&mut self, entry: &'a Entry, stored: &[u8]) -> Result<(), Stop> {
        self.try_write(entry, stored).map_err(|source| self.failed("write", entry, source))
    }

    /// Opens the directory of a file, which is created if it is missing: each thread creates those that it needs.
    fn open_parent(&self, path: &RelPath) -> io::Result<Dir> {
        let (root, name) = (self.work.root, path.split().0);
        match (root.open_dir(name), path.parent()) {
            (Err(error), Some(parent)) if error.kind() == ErrorKind::NotFound => {
                fs::create_dirs(root, &parent)?;
                root.open_dir(name)
            }
            (opened, _) => opened,
        }
    }

    fn try_write(&mut self, entry: &'a Entry, stored: &[u8]) -> io::Result<()> {
        let (parent, name) = entry.path.split();
        let dir = match self.dir.take() {
            Some((open, dir)) if open == parent => dir,
            _ => self.open_parent(&entry.path)?,
        };
        let (_, dir) = self.dir.insert((parent, dir));
        let bits = entry.kind.further_mode();
        // Under the usual umask, the mode need not be set.
        let mut file = dir.create_with(name, 0o666 | bits)?;
        file.write_all(self.contents.of(entry, stored))?;
        if entry.kind.is_source() {
            match fs::set_mtime(&file, self.work.seed.list.mtime) {
                Err(error) if fs::refuses_attributes(&error) => self.is_dated = false,
                other => other?,
            }
        }
        match bits {
            0 => Ok(()),
            // A file system without modes is left alone.
            bits => fs::as_far_as_possible(fs::add_mode(&file, bits)),
        }
    }

    /// The reason to stop after a failed write. No other process is at work in a new environment: if a name is taken,
    /// invalid or in the wrong place, the seed is damaged in a way that no checksum shows.
    fn failed(&self, action: &'static str, entry: &Entry, source: io::Error) -> Stop {
        match source.kind() {
            ErrorKind::AlreadyExists
            | ErrorKind::InvalidFilename
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::NotFound => Stop::SeedDamaged,
            _ => Stop::Failed(Error::File { action, path: entry.path.below(&self.work.env.dir), source }),
        }
    }
}

/// The contents of entries in one environment.
struct Contents<'a> {
    env: &'a EnvPaths,
    digests: &'a Digests<'a>,
    buffer: Vec<u8>,
}

impl Contents<'_> {
    fn of<'b>(&'b mut self, entry: &Entry, stored: &'b [u8]) -> &'b [u8] {
        if entry.splices.is_empty() {
            return stored;
        }
        self.buffer.clear();
        let mut from = 0;
        for splice in &entry.splices {
            let at = splice.at as usize;
            self.buffer.extend(&stored[from..at]);
            from = at;
            self.put(&splice.kind, &stored[at..]);
        }
        self.buffer.extend(&stored[from..]);
        &self.buffer
    }

    fn put(&mut self, kind: &SpliceKind, after: &[u8]) {
        match kind {
            SpliceKind::Shebang => self.put_shebang(&self.env.python, after),
            SpliceKind::LowerCaseShebang => self.put_shebang(&self.env.python.to_lowercase(), after),
            SpliceKind::SourcePath { string_type, tail } => {
                let path = format!("{}{}{tail}", self.env.text, self.env.os.separator());
                marshalled(*string_type, &path, &mut self.buffer);
            }
            SpliceKind::Digest { script } => {
                let digest = self.digests.iter().find(|(path, _)| path == script);
                self.buffer.extend(digest.map(|(_, digest)| digest.as_bytes()).unwrap_or_default());
            }
        }
    }

    fn put_shebang(&mut self, python: &str, after: &[u8]) {
        self.buffer.extend(shebang(python, self.env.os, after).as_bytes());
    }
}

#[cfg(test)]
mod tests;
