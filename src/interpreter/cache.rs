//! The facts of base interpreters, kept from one run to the next.
//!
//! An entry belongs to the path by which an interpreter is run, and holds as long as the files on which it depends are
//! unchanged. The entry holds the probe's answer verbatim, so that both have the same reader.

use std::io::{self, Write};
use std::path::Path;
use std::time::SystemTime;

use super::context::Context;
use super::probe;
use super::pyenv::{Choice, Question};
use crate::cache::{Shelf, Stamps};
use crate::config::VersionRequest;
use crate::environment::Environment;
use crate::error::Result;
use crate::facts::{Facts, Os};
use crate::fs::{self, File, Kind};

/// The directory of the entries; the number is the version of their format.
const SUBDIR: &str = "facts-1";

/// A digest of the probe's script (FNV-1a), computed by the compiler: a warm run does not touch the script's text.
const SCRIPT: u64 = {
    let (text, mut hash, mut at) = (probe::SCRIPT.as_bytes(), 0xcbf2_9ce4_8422_2325_u64, 0);
    while at < text.len() {
        hash = (hash ^ text[at] as u64).wrapping_mul(0x100_0000_01b3);
        at += 1;
    }
    hash
};

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

impl Interpreter {
    /// The `base` of an environment's interpreter that has answered, or `None` if its answer does not tell enough.
    ///
    /// Both are one program, so that only their paths differ. Where the base itself is reached by a link, only the base
    /// can tell whether it starts by that one.
    pub(super) fn as_base(&self, base: &Path) -> Option<Self> {
        let Facts { os, is_sure, is_itself, real_executable, .. } = &self.facts;
        let is_file = matches!(fs::kind(base), Ok(Kind::File)) && fs::resolved(base) == Path::new(real_executable);
        if *os == Os::Windows || !is_sure || !is_itself || !is_file {
            return None;
        }
        Some(Self { facts: self.facts.at(base)?, stamps: self.stamps.clone() })
    }
}

/// Asks `program`, and keeps its answer.
///
/// # Errors
/// When `program` does not answer as an interpreter.
pub(super) fn ask(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Result<Interpreter> {
    let (asking, interpreter, answer) = asked(program, wanted, context)?;
    let Some(kept) = asking.kept(&interpreter) else { return Ok(interpreter) };
    if context.cache.is_none() || kept.stamps.are_telling() {
        asking.remember(&answer, &kept, context);
        return Ok(kept);
    }
    // Stamps do not tell whether a file has changed since: the contents are read, and the answer must then be the same.
    // Often the stamps tell by then, as the last change has become older.
    kept.stamps.read_needed_contents(context.interrupt);
    let (asking, again, same) = asked(program, wanted, context)?;
    let Some(again) = asking.kept(&again).filter(|_| same == answer) else { return Ok(interpreter) };
    let again = Interpreter { stamps: again.stamps.with_contents_of(&kept.stamps), ..again };
    asking.remember(&answer, &again, context);
    Ok(again)
}

/// Asks `program`. Returns its answer as it was given, too.
///
/// # Errors
/// When `program` does not answer as an interpreter.
fn asked<'a>(
    program: &'a Path,
    wanted: Option<&'a VersionRequest>,
    context: Context,
) -> Result<(Asking<'a>, Interpreter, Vec<u8>)> {
    let moment = SystemTime::now();
    let asking = Asking::begin(program, wanted, context);
    let (facts, answer) = probe::ask(program, wanted, context)?;
    let stamps = asking.before().seen(probe::seen(&answer), moment);
    let stamps = stamps.on_ways(&program.to_string_lossy(), &facts.executable);
    Ok((asking, Interpreter { facts, stamps }, answer))
}

/// Returns the cached facts of `program`, if they still hold.
pub(super) fn recall(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Option<Interpreter> {
    // Without a cache, nobody has to look for a question.
    context.cache?;
    let question = question(program, wanted, context);
    let of_shim = question.and_then(|question| recall_as(program, Some(&question), context));
    of_shim.or_else(|| recall_as(program, None, context))
}

fn recall_as(program: &Path, question: Option<&Question>, context: Context) -> Option<Interpreter> {
    let key = key(program, question, context.environment)?;
    let bytes = read(&shelf(context)?.open(&Shelf::stem(&key)).ok()?).ok()?;
    let (entry_key, stamps, answer) = parse(&bytes)?;
    let stamps = Stamps::parse(stamps)?;
    // Rights are in no stamp, nor what a mount forbids.
    let stamps = Some(stamps).filter(|_| entry_key == key && fs::may_run(program))?;
    let stamps = stamps.renewed(context.interrupt)?;
    let facts = probe::facts(answer).ok()?;
    (question.is_none() || fs::may_run(Path::new(&facts.executable))).then_some(Interpreter { facts, stamps })
}

/// The question that the program is asked besides the probe's, if it may be a shim of pyenv's. These are in a directory
/// of that name, so that nothing has to be read to know that a program is none.
fn question(program: &Path, wanted: Option<&VersionRequest>, context: Context) -> Option<Question> {
    program.parent().filter(|dir| dir.ends_with("shims"))?;
    let version = probe::selects_by_shim(program, wanted).map(ToString::to_string);
    Question::now(version.as_deref(), context.environment)
}

/// A program that is being asked, and the state of things before.
struct Asking<'a> {
    program: &'a Path,
    wanted: Option<&'a VersionRequest>,
    /// The stamp of the program. It may be replaced while it runs: this is of the one that was started, or of an older
    /// one.
    itself: Stamps,
    /// The question to a shim, and everything on which its choice depends, if its answer may be kept.
    shim: Option<(Question, Choice)>,
}

impl<'a> Asking<'a> {
    /// Looks at a program that is about to be asked.
    fn begin(program: &'a Path, wanted: Option<&'a VersionRequest>, context: Context) -> Self {
        let question = context.cache.and_then(|_| question(program, wanted, context));
        let shim = question.and_then(|question| {
            let choice = Choice::of(program, &question, context.environment)?;
            Some((question, choice))
        });
        let itself = if shim.is_some() { Stamps::default() } else { Stamps::of(program.to_str()) };
        Self { program, wanted, itself, shim }
    }

    fn before(&self) -> Stamps {
        self.shim.as_ref().map_or(&self.itself, |(_, choice)| &choice.stamps).clone()
    }

    /// The interpreter with the stamps on which its answer depends, if the answer may be kept: the program that was run
    /// is the interpreter itself, or a shim that may choose it, and nothing else, which may lead elsewhere tomorrow;
    /// nothing in the answer was assumed; and links led to the same place all the time.
    fn kept(&self, interpreter: &Interpreter) -> Option<Interpreter> {
        let Facts { is_itself, is_sure, executable, real_executable, .. } = &interpreter.facts;
        let is_real = fs::resolved(Path::new(executable)) == Path::new(real_executable);
        let stamp = |path: &str| interpreter.stamps.stamp(path);
        let is_same = |program: &str| stamp(program).is_some() && stamp(program) == stamp(executable);
        let stamps = || match &self.shim {
            Some((_, choice)) => choice.stamps_for(executable, interpreter.stamps.clone()),
            None => self.program.to_str().filter(|program| is_same(program)).map(|_| interpreter.stamps.clone()),
        };
        let stamps = (*is_itself && *is_sure && is_real).then(stamps)??;
        Some(Interpreter { facts: interpreter.facts.clone(), stamps })
    }

    /// Keeps the answer, unless something has changed since the program was asked.
    fn remember(&self, answer: &[u8], interpreter: &Interpreter, context: Context) {
        let question = self.shim.as_ref().map(|(question, _)| question);
        let is_same_question =
            question.is_none() || question == self::question(self.program, self.wanted, context).as_ref();
        let entry = key(self.program, question, context.environment).zip(shelf(context));
        let Some((key, entries)) = entry.filter(|_| is_same_question) else { return };
        let stamps = &interpreter.stamps;
        if !stamps.is_current(context.interrupt) {
            return;
        }
        let body = [key.as_bytes(), &[0], stamps.text().as_bytes(), &[0], &without_seen(answer)].concat();
        let written = entries.write(&Shelf::stem(&key), |file| {
            file.write_all(&crc32fast::hash(&body).to_le_bytes())?;
            file.write_all(&body)
        });
        if written.is_ok() {
            entries.prune(None, |stem| is_current(stem, entries, context));
        }
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

/// The key of an entry: everything besides files on which the answer depends (the program, the probe, variables, and
/// the question to a shim).
fn key(program: &Path, question: Option<&Question>, environment: &Environment) -> Option<String> {
    let key = format!("{}\n{SCRIPT:016x}\n{}", program.to_str()?, environment.variables.to_str()?);
    Some(question.map_or_else(|| key.clone(), |question| format!("{key}\n\n{}", question.text)))
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
