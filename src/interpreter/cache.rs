//! The answers of base interpreters, kept from one run to the next.
//!
//! An entry belongs to the path by which an interpreter is run and is true as long as the files that it depends on are
//! as they were. It holds the probe's answer as it was given, so there is one reader for both.

use std::io::{self, Write};
use std::path::Path;

use super::facts::Facts;
use super::identity::Identity;
use super::probe;
use crate::cache_dir::CacheDir;
use crate::environment::Environment;
use crate::fs;

/// Where the entries are; the number is that of their form.
const SUBDIR: &str = "facts-1";

/// An entry is a kilobyte or two, but for the variables in it. This much is read at once, and this much at most.
const BYTES: usize = 1 << 13;
const MAX_BYTES: usize = 1 << 24;

/// What was learnt of an interpreter.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    pub(crate) facts: Facts,
    /// The files on which the facts depend, as they were when it was asked.
    pub(crate) identity: Identity,
}

impl Known {
    /// What is known of the interpreter that has these facts, when `program` was asked for them.
    pub(super) fn now(program: &Path, facts: Facts) -> Self {
        let program = program.to_str().into_iter();
        let paths = program.chain([facts.executable.as_str()]).chain(facts.watched.iter().map(String::as_str));
        Self { identity: Identity::of(paths), facts }
    }
}

/// The kept answer of `program`, if it still holds.
pub(super) fn recall(program: &Path, environment: &Environment, cache: &CacheDir) -> Option<Known> {
    let key = key(program, environment)?;
    let bytes = read(&name(&key), cache).ok()?;
    let (entry_key, identity, answer) = parse(&bytes)?;
    let identity = Identity::parse(identity)?;
    if entry_key != key || !identity.is_current() {
        return None;
    }
    Some(Known { facts: probe::facts(answer).ok()?, identity })
}

/// Keeps the answer of `program`, where it may be kept: a shim will lead elsewhere tomorrow.
pub(super) fn remember(program: &Path, environment: &Environment, answer: &[u8], known: &Known, cache: &CacheDir) {
    let is_itself = known.facts.is_itself && is_same_file(program, known);
    let Some(key) = key(program, environment).filter(|_| is_itself) else {
        return;
    };
    let body = [key.as_bytes(), &[0], known.identity.text().as_bytes(), &[0], answer].concat();
    let written = cache.write(&name(&key), |file| {
        file.write_all(&crc32fast::hash(&body).to_le_bytes())?;
        file.write_all(&body)
    });
    if written.is_ok() {
        prune(cache);
    }
}

/// Whether the program that was run is the one that answered.
fn is_same_file(program: &Path, known: &Known) -> bool {
    let stamp = |path: &str| known.identity.stamp(path);
    program.to_str().is_some_and(|program| stamp(program).is_some() && stamp(program) == stamp(&known.facts.executable))
}

/// What the answer depends on besides the files: who asks, whom, and in which environment.
fn key(program: &Path, environment: &Environment) -> Option<String> {
    let script = crc32fast::hash(probe::SCRIPT.as_bytes());
    Some(format!("{}\n{script:08x}\n{}", program.to_str()?, environment.variables.to_str()?))
}

fn name(key: &str) -> String {
    format!("{SUBDIR}/{:08x}", crc32fast::hash(key.as_bytes()))
}

fn read(name: &str, cache: &CacheDir) -> io::Result<Vec<u8>> {
    let file = cache.read(name)?;
    let mut bytes = vec![0; BYTES];
    let mut length = 0;
    while bytes.len() < MAX_BYTES {
        length += fs::read_at(&file, &mut bytes[length..], length as u64)?;
        if length < bytes.len() {
            bytes.truncate(length);
            return Ok(bytes);
        }
        bytes.resize(2 * length, 0);
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// An entry's key, identity and answer, if it is whole.
pub(super) fn parse(bytes: &[u8]) -> Option<(&str, &str, &[u8])> {
    let (checksum, body) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut fields = body.splitn(3, |byte| *byte == 0);
    Some((str::from_utf8(fields.next()?).ok()?, str::from_utf8(fields.next()?).ok()?, fields.next()?))
}

/// Deletes the entries of interpreters that are gone or have changed, and those that are damaged.
fn prune(cache: &CacheDir) {
    for name in cache.entries(SUBDIR) {
        let Ok(bytes) = read(&name, cache) else { continue };
        let identity = parse(&bytes).and_then(|(_, identity, _)| Identity::parse(identity));
        if !identity.is_some_and(|identity| identity.is_current()) {
            cache.remove(&name);
        }
    }
}
