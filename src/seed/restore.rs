//! Restoring a seed: writing its files into an environment.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use super::archive::{Entry, Kind};
use super::dates;
use super::marshal::marshalled;
use super::pack::digest;
use super::reader::{Chunk, Seed, for_each_chunk};
use super::splice::SpliceKind;
use crate::env_paths::EnvPaths;
use crate::error::{Error, Result};
use crate::fs::{self, Dir};
use crate::interrupt::Interrupt;
use crate::pip::shebang::shebang;

/// The outcome of restoring a seed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Restored {
    Whole,
    /// The seed turned out to be damaged: some of its files were not written.
    SeedDamaged,
}

/// Restores a seed into `root`, the directory of a new environment that will have the paths `env`.
///
/// # Errors
/// When a file cannot be written, or a signal has come.
pub(crate) fn restore(seed: &Seed, env: &EnvPaths, root: &Dir, interrupt: &Interrupt) -> Result<Restored> {
    let mut writer = Writer { env, root, dir: None, mtime: seed.list.mtime, is_dated: true };
    let mut contents = Contents { env, scripts: Vec::new(), buffer: Vec::new() };
    let written = for_each_chunk(seed, |chunk| {
        interrupt.check().map_err(Stop::Failed)?;
        write_chunk(chunk.ok_or(Stop::SeedDamaged)?, &mut writer, &mut contents)
    });
    let settle = || dates::settle(&seed.list, root, !writer.is_dated, interrupt);
    match written.and_then(|()| settle().map_err(|stop| Stop::Failed(stop.explained(&env.dir)))) {
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

fn write_chunk<'a>(chunk: &Chunk<'a, '_>, writer: &mut Writer<'a>, contents: &mut Contents<'a>) -> Result<(), Stop> {
    chunk.iter().try_for_each(|(entry, stored)| match entry.kind {
        Kind::Dir => writer.create_dir(entry),
        _ => writer.write(entry, contents.of(entry, stored)),
    })
}

/// The reason why a seed was not restored to its end.
enum Stop {
    SeedDamaged,
    Failed(Error),
}

/// A writer of files into an environment. The last directory stays open, as the next file is nearly always in it.
struct Writer<'a> {
    env: &'a EnvPaths,
    root: &'a Dir,
    dir: Option<(&'a str, Dir)>,
    /// The modification time of source files, in seconds since 1970.
    mtime: u64,
    /// Whether the file system lets files be dated.
    is_dated: bool,
}

impl<'a> Writer<'a> {
    fn create_dir(&self, entry: &Entry) -> Result<(), Stop> {
        let made = fs::create_dirs(self.root, &entry.path);
        made.map_err(|source| self.failed("create directory", entry, source))
    }

    fn write(&mut self, entry: &'a Entry, bytes: &[u8]) -> Result<(), Stop> {
        self.try_write(entry, bytes).map_err(|source| self.failed("write", entry, source))
    }

    fn try_write(&mut self, entry: &'a Entry, bytes: &[u8]) -> io::Result<()> {
        let (parent, name) = entry.path.split();
        let dir = match self.dir.take() {
            Some((open, dir)) if open == parent => dir,
            _ => self.root.open_dir(parent)?,
        };
        let (_, dir) = self.dir.insert((parent, dir));
        let mut file = dir.create(name)?;
        file.write_all(bytes)?;
        if entry.kind.is_source() {
            match fs::set_mtime(&file, self.mtime) {
                Err(error) if fs::refuses_attributes(&error) => self.is_dated = false,
                other => other?,
            }
        }
        match entry.kind.further_mode() {
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
            _ => Stop::Failed(Error::File { action, path: entry.path.below(&self.env.dir), source }),
        }
    }
}

/// The contents of entries in one environment.
struct Contents<'a> {
    env: &'a EnvPaths,
    /// The paths of the scripts written so far, with digest and size. Scripts come before the `RECORD` that lists them.
    scripts: Vec<(&'a str, String)>,
    buffer: Vec<u8>,
}

impl<'a> Contents<'a> {
    fn of<'b>(&'b mut self, entry: &'a Entry, stored: &'b [u8]) -> &'b [u8] {
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
        if entry.kind == Kind::Script {
            self.scripts.push((entry.path.as_str(), digest(&self.buffer)));
        }
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
                let digest = self.scripts.iter().find(|(path, _)| path == script).map(|(_, digest)| digest.as_bytes());
                self.buffer.extend(digest.unwrap_or_default());
            }
        }
    }

    fn put_shebang(&mut self, python: &str, after: &[u8]) {
        self.buffer.extend(shebang(python, self.env.os, after).as_bytes());
    }
}
