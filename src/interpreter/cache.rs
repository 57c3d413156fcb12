//! The answers of base interpreters, kept from one run to the next.
//!
//! An entry belongs to the path by which an interpreter is run and is true as long as the files that it depends on are
//! as they were. It holds the probe's answer as it was given, so there is one reader for both.

use std::io::{self, Write};
use std::path::Path;

use super::context::Context;
use super::probe;
use crate::cache::{Shelf, Stamps};
use crate::environment::Environment;
use crate::facts::Facts;
use crate::fs::{self, File};

/// The directory of the entries; the number is that of their form.
const SUBDIR: &str = "facts-1";

/// An entry is a kilobyte or two, but for the variables in it. This much is read at once, and this much at most.
const BYTES: usize = 1 << 13;
const MAX_BYTES: usize = 1 << 24;

/// An interpreter that has been asked.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    pub(crate) facts: Facts,
    /// The files on which the facts depend, as they were when it was asked.
    pub(crate) stamps: Stamps,
}

impl Interpreter {
    /// The interpreter that has these facts, when `program` was asked for them.
    pub(super) fn now(program: &Path, facts: Facts) -> Self {
        let program = program.to_str().into_iter();
        let paths = program.chain([facts.executable.as_str()]).chain(facts.watched.iter().map(String::as_str));
        Self { stamps: Stamps::of(paths), facts }
    }
}

/// The kept answer of `program`, if it still holds.
pub(super) fn recall(program: &Path, context: Context) -> Option<Interpreter> {
    let key = key(program, context.environment)?;
    let bytes = read(&shelf(context)?.open(&Shelf::stem(&key)).ok()?).ok()?;
    let (entry_key, stamps, answer) = parse(&bytes)?;
    let stamps = Stamps::parse(stamps)?;
    if entry_key != key || !stamps.is_current(context.interrupt) {
        return None;
    }
    Some(Interpreter { facts: probe::facts(answer).ok()?, stamps })
}

/// Keeps the answer of `program`, where it may be kept: a shim will lead elsewhere tomorrow.
pub(super) fn remember(program: &Path, answer: &[u8], interpreter: &Interpreter, context: Context) {
    let is_itself = interpreter.facts.is_itself && is_same_file(program, interpreter);
    let Some((key, shelf)) = key(program, context.environment).zip(shelf(context)).filter(|_| is_itself) else {
        return;
    };
    let body = [key.as_bytes(), &[0], interpreter.stamps.text().as_bytes(), &[0], answer].concat();
    let written = shelf.write(&Shelf::stem(&key), |file| {
        file.write_all(&crc32fast::hash(&body).to_le_bytes())?;
        file.write_all(&body)
    });
    if written.is_ok() {
        shelf.prune(None, |stem| is_current(stem, shelf, context));
    }
}

fn shelf(context: Context<'_>) -> Option<Shelf<'_>> {
    Some(Shelf::new(context.cache?, SUBDIR, ""))
}

/// Whether the program that was run is the one that answered.
fn is_same_file(program: &Path, interpreter: &Interpreter) -> bool {
    let stamp = |path: &str| interpreter.stamps.stamp(path);
    let answering = stamp(&interpreter.facts.executable);
    program.to_str().is_some_and(|program| stamp(program).is_some() && stamp(program) == answering)
}

/// What the answer depends on besides the files: who asks, whom, and in which environment.
fn key(program: &Path, environment: &Environment) -> Option<String> {
    let script = crc32fast::hash(probe::SCRIPT.as_bytes());
    Some(format!("{}\n{script:08x}\n{}", program.to_str()?, environment.variables.to_str()?))
}

fn read(file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = vec![0; BYTES];
    let mut length = 0;
    while bytes.len() < MAX_BYTES {
        length += fs::read_at(file, &mut bytes[length..], length as u64)?;
        if length < bytes.len() {
            bytes.truncate(length);
            return Ok(bytes);
        }
        bytes.resize(2 * length, 0);
    }
    Err(io::ErrorKind::FileTooLarge.into())
}

/// An entry's key, stamps and answer, if it is whole.
pub(super) fn parse(bytes: &[u8]) -> Option<(&str, &str, &[u8])> {
    let (checksum, body) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut fields = body.splitn(3, |byte| *byte == 0);
    Some((str::from_utf8(fields.next()?).ok()?, str::from_utf8(fields.next()?).ok()?, fields.next()?))
}

/// Whether an entry is whole and its interpreter as it was. An entry that cannot be read is somebody else's.
fn is_current(stem: &str, shelf: Shelf, context: Context) -> bool {
    let Ok(bytes) = shelf.open(stem).and_then(|file| read(&file)) else { return true };
    let stamps = parse(&bytes).and_then(|(_, stamps, _)| Stamps::parse(stamps));
    stamps.is_some_and(|stamps| stamps.is_current(context.interrupt))
}
