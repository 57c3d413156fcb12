//! From a seed to the files of an environment.

use std::io::ErrorKind;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use super::archive::{Entry, Kind};
use super::shebang::shebang;
use super::splice::{What, marshalled, native};
use super::{EnvPaths, Seed};
use crate::error::{Error, Result};
use crate::fs::{self, Dir, File};
use crate::journal::Journal;

/// How much of a seed is read at once: less is more calls, more does not stay in the processor's cache.
const CHUNK: usize = 1 << 17;

/// Writes all files of a seed into an environment.
///
/// # Errors
/// When one cannot be written, or the seed turns out to be damaged.
pub(super) fn restore(seed: &Seed, env: &EnvPaths, journal: &mut Journal) -> Result<()> {
    let failed = |action, path: &Path, source| Error::File { action, path: path.to_owned(), source };
    let dir = Dir::open(&env.dir).map_err(|source| failed("open", &env.dir, source))?;
    // Where all goes if something fails, and nothing can be there yet, nothing needs to be noted or looked for.
    let is_new = journal.is_new(&env.dir);
    let mut data = Data::of(seed);
    let mut contents = Contents { env, scripts: Vec::new(), buffer: Vec::new() };
    for entry in &seed.list.entries {
        if entry.kind == Kind::Dir {
            create_dir(&dir, entry, env, is_new, journal)?;
            continue;
        }
        let stored = data.next(entry).ok_or_else(|| Error::SeedDamaged { path: seed.path.clone() })?;
        let bytes = contents.of(entry, stored);
        if !is_new {
            make_room(&dir, entry, env, journal)?;
        }
        write(&dir, entry, bytes, seed.list.mtime)
            .map_err(|source| failed("write", &fs::below(&env.dir, &entry.path), source))?;
    }
    Ok(())
}

fn write(dir: &Dir, entry: &Entry, bytes: &[u8], mtime: i64) -> std::io::Result<()> {
    let mut file = dir.create(&entry.path)?;
    std::io::Write::write_all(&mut file, bytes)?;
    match entry.kind {
        Kind::Source => fs::set_mtime(&file, mtime),
        // As distlib and pip set them.
        Kind::Script => fs::add_mode(&file, 0o555),
        Kind::Executable => fs::add_mode(&file, 0o111),
        Kind::File | Kind::Dir => Ok(()),
    }
}

fn create_dir(dir: &Dir, entry: &Entry, env: &EnvPaths, is_new: bool, journal: &mut Journal) -> Result<()> {
    match dir.create_dir(&entry.path) {
        Ok(()) if is_new => Ok(()),
        // What may be there already is looked at by the one who knows how.
        Ok(()) => {
            let path = fs::below(&env.dir, &entry.path);
            journal.made(&path, path.clone());
            Ok(())
        }
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            fs::create_dir(&fs::below(&env.dir, &entry.path)).map(drop)
        }
        Err(source) => {
            Err(Error::File { action: "create directory", path: fs::below(&env.dir, &entry.path), source })
        }
    }
}

/// Removes what has the name of an entry, such as a script of a pip that is gone.
fn make_room(dir: &Dir, entry: &Entry, env: &EnvPaths, journal: &mut Journal) -> Result<()> {
    let path = fs::below(&env.dir, &entry.path);
    journal.changes(&path)?;
    match dir.remove(&entry.path) {
        Err(source) if source.kind() != ErrorKind::NotFound => Err(Error::File { action: "delete", path, source }),
        _ => Ok(()),
    }
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
            self.put(&splice.what);
        }
        self.buffer.extend(&stored[from..]);
        if entry.kind == Kind::Script {
            self.scripts.push((&entry.path, digest(&self.buffer)));
        }
        &self.buffer
    }

    fn put(&mut self, what: &What) {
        match what {
            What::Shebang => self.buffer.extend(shebang(&self.env.python, self.env.is_posix).as_bytes()),
            What::SourcePath { kind, tail } => marshalled(*kind, &native(&self.env.text, tail), &mut self.buffer),
            What::Digest { script } => {
                let digest = self.scripts.iter().find(|(path, _)| path == script).map(|(_, digest)| digest.as_bytes());
                self.buffer.extend(digest.unwrap_or_default());
            }
        }
    }
}

/// A file's digest and size, as `RECORD` has them (Recording installed packages, packaging.python.org).
pub(super) fn digest(contents: &[u8]) -> String {
    format!("sha256={},{}", BASE64_URL_SAFE_NO_PAD.encode(Sha256::digest(contents)), contents.len())
}

/// The data of a seed, read front to back.
struct Data<'a> {
    file: &'a File,
    /// Where in the file the next bytes are.
    offset: u64,
    buffer: Vec<u8>,
    /// What of the buffer has been read from the file and not been asked for.
    unread: std::ops::Range<usize>,
}

impl<'a> Data<'a> {
    fn of(seed: &'a Seed) -> Self {
        Self { file: &seed.file, offset: seed.data, buffer: vec![0; CHUNK], unread: 0..0 }
    }

    /// The data of the next entry, if it is undamaged.
    fn next(&mut self, entry: &Entry) -> Option<&[u8]> {
        let length = entry.length as usize;
        if self.unread.len() < length {
            self.fill(length)?;
        }
        let start = self.unread.start;
        self.unread.start += length;
        let bytes = &self.buffer[start..start + length];
        (crc32fast::hash(bytes) == entry.crc).then_some(bytes)
    }

    fn fill(&mut self, length: usize) -> Option<()> {
        self.buffer.copy_within(self.unread.clone(), 0);
        self.unread = 0..self.unread.len();
        if self.buffer.len() < length {
            self.buffer.resize(length, 0);
        }
        while self.unread.end < length {
            let count = fs::read_at(self.file, &mut self.buffer[self.unread.end..], self.offset).ok()?;
            if count == 0 {
                return None;
            }
            self.offset += count as u64;
            self.unread.end += count;
        }
        Some(())
    }
}
