//! The facts of base interpreters, kept from one run to the next.
//!
//! An entry belongs to the path by which an interpreter is run, and holds as long as the files on which it depends are
//! unchanged. The entry holds the probe's answer verbatim, so that both have the same reader.

use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use super::context::Context;
use super::probe;
use crate::cache::{Shelf, Stamps};
use crate::config::VersionRequest;
use crate::environment::Environment;
use crate::error::Result;
use crate::facts::Facts;
use crate::fs::{self, File};

/// The directory of the entries; the number is the version of their format.
const SUBDIR: &str = "facts-1";

/// The size of the first read, in bytes. An entry has a kilobyte or two, plus the variables in it.
const BYTES: usize = 1 << 13;
/// The size limit of an entry, in bytes.
const MAX_BYTES: usize = 1 << 24;

/// An interpreter that has been asked.
#[derive(Clone, Debug)]
pub(crate) struct Interpreter {
    pub(crate) facts: Facts,
    /// The stamps of the files on which the facts depend, as of the time of asking.
    pub(crate) stamps: Stamps,
}

/// Asks `program`, and keeps its answer.
///
/// # Errors
/// When `program` does not answer as an interpreter.
pub(super) fn ask(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<Interpreter> {
    let (interpreter, answer) = asked(program, wanted, context)?;
    if !is_sure(program, &interpreter) {
        return Ok(interpreter);
    }
    if context.cache.is_none() || interpreter.stamps.are_telling() {
        remember(program, &answer, &interpreter, context);
        return Ok(interpreter);
    }
    // Stamps do not tell whether a file has changed since: the contents are read, and the answer must then be the same.
    // Often the stamps tell by then, as the last change has become older.
    interpreter.stamps.read_needed_contents(context.interrupt);
    let (again, same) = asked(program, wanted, context)?;
    if same != answer {
        return Ok(interpreter);
    }
    let again = Interpreter { stamps: again.stamps.with_contents_of(&interpreter.stamps), ..again };
    remember(program, &answer, &again, context);
    Ok(again)
}

/// Asks `program`. Returns its answer as it was given, too.
///
/// # Errors
/// When `program` does not answer as an interpreter.
fn asked(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<(Interpreter, Vec<u8>)> {
    let moment = SystemTime::now();
    // The program may be replaced while it runs: its stamp is of the one that was started, or of an older one.
    let before = Stamps::of(program.to_str());
    let (facts, answer) = probe::ask(program, wanted, context)?;
    let stamps = before.seen(probe::seen(&answer), moment).on_ways(&program.to_string_lossy(), &facts.executable);
    Ok((Interpreter { facts, stamps }, answer))
}

/// Returns the cached facts of `program`, if they still hold.
pub(super) fn recall(program: &Path, context: Context) -> Option<Interpreter> {
    let key = key(program, context.environment)?;
    let bytes = read(&shelf(context)?.open(&Shelf::stem(&key)).ok()?).ok()?;
    let (entry_key, stamps, answer) = parse(&bytes)?;
    let stamps = Stamps::parse(stamps)?;
    // Rights are in no stamp, nor what a mount forbids.
    let stamps = Some(stamps).filter(|_| entry_key == key && fs::may_run(program))?;
    let stamps = stamps.renewed(context.interrupt)?;
    Some(Interpreter { facts: probe::facts(answer).ok()?, stamps })
}

/// Whether `program` is the interpreter itself, and not a shim, which may lead elsewhere tomorrow; whether nothing in
/// its answer was assumed; and whether links led to the same place all the time.
fn is_sure(program: &Path, interpreter: &Interpreter) -> bool {
    let Facts { is_itself, is_sure, executable, real_executable, .. } = &interpreter.facts;
    let is_real = fs::resolved(Path::new(executable)) == Path::new(real_executable);
    *is_itself && *is_sure && is_real && is_same_file(program, interpreter)
}

/// Keeps the answer of `program`, unless something has changed since it was asked.
fn remember(program: &Path, answer: &[u8], interpreter: &Interpreter, context: Context) {
    let Some((key, shelf)) = key(program, context.environment).zip(shelf(context)) else { return };
    let stamps = &interpreter.stamps;
    if !stamps.is_current(context.interrupt) {
        return;
    }
    let body = [key.as_bytes(), &[0], stamps.text().as_bytes(), &[0], &without_seen(answer)].concat();
    let written = shelf.write(&Shelf::stem(&key), |file| {
        file.write_all(&crc32fast::hash(&body).to_le_bytes())?;
        file.write_all(&body)
    });
    if written.is_ok() {
        shelf.prune(None, |stem| is_current(stem, shelf, context));
    }
}

/// An answer without the stamps, which are kept apart from it.
fn without_seen(answer: &[u8]) -> Vec<u8> {
    let others = probe::pairs(answer).into_iter().filter(|(key, _)| *key != b"seen");
    others.flat_map(|(key, value)| [key, b"\0", value, b"\0"].concat()).collect()
}

fn shelf(context: Context<'_>) -> Option<Shelf<'_>> {
    Some(Shelf::new(context.cache?, SUBDIR, ""))
}

/// Whether the program that was run is the interpreter that answered.
fn is_same_file(program: &Path, interpreter: &Interpreter) -> bool {
    let stamp = |path: &str| interpreter.stamps.stamp(path);
    let answering = stamp(&interpreter.facts.executable);
    program.to_str().is_some_and(|program| stamp(program).is_some() && stamp(program) == answering)
}

/// The key of an entry: everything besides files on which the answer depends (the program, the probe, variables).
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

/// Splits an entry into key, stamps and answer, or returns `None` if the entry is damaged.
pub(super) fn parse(bytes: &[u8]) -> Option<(&str, &str, &[u8])> {
    let (checksum, body) = bytes.split_first_chunk::<4>()?;
    if crc32fast::hash(body) != u32::from_le_bytes(*checksum) {
        return None;
    }
    let mut fields = body.splitn(3, |byte| *byte == 0);
    Some((str::from_utf8(fields.next()?).ok()?, str::from_utf8(fields.next()?).ok()?, fields.next()?))
}

/// Whether an entry is whole and its interpreter unchanged. An unreadable entry is somebody else's, and counts as
/// current.
fn is_current(stem: &str, shelf: Shelf, context: Context) -> bool {
    let Ok(bytes) = shelf.open(stem).and_then(|file| read(&file)) else { return true };
    let stamps = parse(&bytes).and_then(|(_, stamps, _)| Stamps::parse(stamps));
    stamps.is_some_and(|stamps| stamps.is_current(context.interrupt))
}
