//! From a seed to the files of an environment.

use std::io::{self, ErrorKind, Write};
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::archive::{Entry, Kind};
use super::data::for_each_chunk;
use super::shebang::shebang;
use super::splice::{What, marshalled, source_path};
use super::{EnvPaths, Seed};
use crate::error::{Error, Result};
use crate::fs::{self, Dir, File};
use crate::interrupt;

/// Writes all files of a seed into the directory of a new environment.
///
/// # Errors
/// When one cannot be written, or the seed turns out to be damaged, or a signal has come.
pub(super) fn restore(seed: &Seed, env: &EnvPaths, root: &Dir) -> Result<()> {
    let mut place = Place { seed: &seed.path, env, root, dir: None, mtime: seed.list.mtime };
    let mut contents = Contents { env, scripts: Vec::new(), buffer: Vec::new() };
    for_each_chunk(seed, |chunk| {
        interrupt::check()?;
        let chunk = chunk.ok_or_else(|| Error::SeedDamaged { path: seed.path.clone() })?;
        chunk.iter().try_for_each(|(entry, stored)| match entry.kind {
            Kind::Dir => place.create_dir(entry),
            _ => place.write(entry, contents.of(entry, stored)),
        })
    })
}

/// Where files are written: the environment, and the directory of the last one, which nearly always is the next one's.
struct Place<'a> {
    /// The seed's path.
    seed: &'a Path,
    env: &'a EnvPaths,
    root: &'a Dir,
    dir: Option<(&'a str, Dir)>,
    /// The time of change of source files.
    mtime: u64,
}

impl<'a> Place<'a> {
    fn create_dir(&self, entry: &Entry) -> Result<()> {
        let made = fs::create_dirs(self.root, &entry.path);
        made.map_err(|source| self.failed("create directory", entry, source))
    }

    fn write(&mut self, entry: &'a Entry, bytes: &[u8]) -> Result<()> {
        let mtime = self.mtime;
        let written = self.within(entry, |dir, name| {
            let mut file = dir.create(name)?;
            file.write_all(bytes)?;
            finish(&file, entry, mtime)
        });
        written.map_err(|source| self.failed("write", entry, source))
    }

    /// Nobody else is at work there: what is not to be had by its name, or for what has that already, is a seed's fault
    /// that no checksum shows.
    fn failed(&self, action: &'static str, entry: &Entry, source: io::Error) -> Error {
        match source.kind() {
            ErrorKind::AlreadyExists
            | ErrorKind::InvalidFilename
            | ErrorKind::IsADirectory
            | ErrorKind::NotADirectory
            | ErrorKind::NotFound => Error::SeedDamaged { path: self.seed.to_owned() },
            _ => Error::File { action, path: fs::below(&self.env.dir, &entry.path), source },
        }
    }

    /// Does something in an entry's directory, by its name there.
    fn within<T>(&mut self, entry: &'a Entry, work: impl FnOnce(&Dir, &str) -> io::Result<T>) -> io::Result<T> {
        let (parent, name) = parent(entry);
        let dir = match self.dir.take() {
            Some((open, dir)) if open == parent => dir,
            _ => self.root.open_dir(parent)?,
        };
        let done = work(&dir, name);
        self.dir = Some((parent, dir));
        done
    }
}

/// Gives a file that has its contents the time and the permissions that it is to have.
fn finish(file: &File, entry: &Entry, mtime: u64) -> io::Result<()> {
    if entry.kind.is_source() {
        fs::set_mtime(file, mtime)?;
    }
    match entry.kind.further_mode() {
        0 => Ok(()),
        bits => fs::add_mode(file, bits),
    }
}

/// The directory of an entry and its name there.
fn parent(entry: &Entry) -> (&str, &str) {
    entry.path.rsplit_once('/').unwrap_or((".", &entry.path))
}

/// What the entries hold in one environment.
struct Contents<'a> {
    env: &'a EnvPaths,
    /// Digest and size of the scripts that were written, which come before the `RECORD` that has them.
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
            self.put(&splice.what, &stored[at..]);
        }
        self.buffer.extend(&stored[from..]);
        if entry.kind == Kind::Script {
            self.scripts.push((&entry.path, digest(&self.buffer)));
        }
        &self.buffer
    }

    fn put(&mut self, what: &What, after: &[u8]) {
        match what {
            What::Shebang => self.put_shebang(&self.env.python, after),
            What::LowerCaseShebang => self.put_shebang(&self.env.python.to_lowercase(), after),
            What::SourcePath { kind, tail } => marshalled(*kind, &source_path(&self.env.text, tail), &mut self.buffer),
            What::Digest { script } => {
                let digest = self.scripts.iter().find(|(path, _)| path == script).map(|(_, digest)| digest.as_bytes());
                self.buffer.extend(digest.unwrap_or_default());
            }
        }
    }

    fn put_shebang(&mut self, python: &str, after: &[u8]) {
        self.buffer.extend(shebang(python, self.env.is_posix, after).as_bytes());
    }
}

/// A file's digest and size, as `RECORD` has them (Recording installed packages, packaging.python.org).
pub(super) fn digest(contents: &[u8]) -> String {
    format!("sha256={},{}", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(contents)), contents.len())
}
