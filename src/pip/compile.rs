//! Compiling the sources of wheels, by the interpreter that will read the bytecode.
//!
//! Each helper reads fields from its standard input: a length of four bytes, little-endian, and as many bytes. They are
//! the modification time that bytecode shall have for its source, the strings to be interned, and then orders, each
//! with its own fields. The helper answers with fields, between two marks: other output may precede the first one.

use std::cmp::Reverse;
use std::iter;

use memchr::memmem;

use super::scripts::Script;
use crate::error::Error;
use crate::interpreter::{Helper, NOT_AS_ASKED, Orders, Said, run_helpers};
use crate::pool;

/// The script that the helpers run.
pub(super) const SCRIPT: &str = include_str!("compile.py");

/// The limit of helpers: with more, starting them and their memory (40 MB each) would cost more than they save.
const MAX_HELPERS: usize = 4;

/// The work of all helpers.
pub(super) struct Job<'a> {
    pub(super) mtime: u64,
    /// The characters that are interned as strings before anything is compiled.
    pub(super) interned: &'static str,
    pub(super) sources: Vec<Source<'a>>,
    /// The sources of pip that may hold the template of console scripts: the first template counts.
    pub(super) templates: [&'a [u8]; 3],
    pub(super) scripts: Vec<&'a Script>,
}

/// A source to be compiled.
pub(super) struct Source<'a> {
    /// The path that its code objects shall have.
    pub(super) path: String,
    pub(super) contents: &'a [u8],
    /// Whether pip's own process has loaded the module before it compiles it, which bytecode of local classes shows.
    pub(super) is_loaded: bool,
}

/// The results of a job, in its order.
pub(super) struct Compiled {
    pub(super) bytecode: Vec<Vec<u8>>,
    /// The console scripts without their first lines; on Windows, as archives.
    pub(super) scripts: Vec<Vec<u8>>,
}

/// Runs helpers with [`SCRIPT`]. While they start, `prepare` prepares what the job is made of; while they work,
/// `meanwhile` is called. Returns what was prepared with the results of the job, or the reason why a helper failed.
///
/// # Errors
/// When `prepare` or `meanwhile` fails, or a signal comes.
pub(super) fn compile<T, E: From<Error>>(
    helper: Helper,
    prepare: impl FnOnce() -> Result<T, E>,
    job: impl FnOnce(&T) -> Job<'_>,
    meanwhile: impl FnOnce(&T) -> Result<(), E>,
) -> Result<Result<(T, Compiled), String>, E> {
    let count = pool::cores().min(MAX_HELPERS);
    let prepare = || {
        let material = prepare()?;
        let job = job(&material);
        let (numbers, orders) = orders(&job);
        let scripts = job.scripts.len();
        drop(job);
        Ok((orders, (material, numbers, scripts)))
    };
    let done = run_helpers(helper, count, prepare, |(material, ..)| meanwhile(material))?;
    Ok(done.and_then(|((material, numbers, scripts), said)| {
        let compiled = collect(&said, &numbers, scripts).ok_or(NOT_AS_ASKED)?;
        Ok((material, compiled))
    }))
}

/// The orders of a job: the console scripts, then the sources, from the largest to the smallest, so that all helpers
/// end at the same time. Returns the numbers of the sources in this order, too.
fn orders(job: &Job) -> (Vec<usize>, Orders) {
    let mut numbers: Vec<usize> = (0..job.sources.len()).collect();
    numbers.sort_by_key(|number| Reverse(job.sources[*number].contents.len()));
    let mut scripts = Vec::new();
    if !job.scripts.is_empty() {
        let [first, second, third] = job.templates;
        put(&mut scripts, &[b"template", first, second, third]);
    }
    for script in &job.scripts {
        put(&mut scripts, &[b"script", script.module.as_bytes(), script.function.as_bytes()]);
    }
    let source = |number: &usize| {
        let Source { path, contents, is_loaded } = &job.sources[*number];
        let mut order = Vec::new();
        put(&mut order, &[b"source", if *is_loaded { b"yes" } else { b"no" }, path.as_bytes(), contents]);
        order
    };
    let orders = iter::once(scripts).chain(numbers.iter().map(source)).collect();
    let (mut first, mut last) = (Vec::new(), Vec::new());
    put(&mut first, &[job.mtime.to_string().as_bytes(), job.interned.as_bytes()]);
    put(&mut last, &[b"end"]);
    (numbers, Orders { first, last, each: orders })
}

/// Appends fields to an order.
fn put(order: &mut Vec<u8>, fields: &[&[u8]]) {
    for field in fields {
        // Wheels are limited to less than that.
        order.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_le_bytes());
        order.extend(*field);
    }
}

/// Puts the answers of all helpers into the order of the job. Returns `None` if one is not as asked.
fn collect(said: &[Said], numbers: &[usize], scripts: usize) -> Option<Compiled> {
    let mut compiled = Compiled { bytecode: vec![Vec::new(); numbers.len()], scripts: Vec::new() };
    for Said { output, nonce, taken } in said {
        let has_scripts = taken.contains(&0);
        let count = if has_scripts { taken.len() - 1 + scripts } else { taken.len() };
        let mut fields = fields(output, nonce, count)?;
        for order in taken {
            // The first order is that of the scripts.
            match order.checked_sub(1) {
                None => compiled.scripts.extend(fields.by_ref().take(scripts).map(<[u8]>::to_vec)),
                Some(order) => fields.next()?.clone_into(&mut compiled.bytecode[numbers[order]]),
            }
        }
    }
    Some(compiled)
}

/// Finds the fields of an answer between its marks. Returns `None` unless there are `count`.
pub(super) fn fields<'a>(said: &'a [u8], nonce: &str, count: usize) -> Option<std::vec::IntoIter<&'a [u8]>> {
    let mark = format!("\0rvenv-bytecode\0{nonce}\0");
    let mut rest = &said[memmem::find(said, mark.as_bytes())? + mark.len()..];
    let mut fields = Vec::with_capacity(count);
    for _ in 0..count {
        let (length, after) = rest.split_first_chunk::<4>()?;
        let (field, after) = after.split_at_checked(usize::try_from(u32::from_le_bytes(*length)).ok()?)?;
        fields.push(field);
        rest = after;
    }
    rest.starts_with(mark.as_bytes()).then(|| fields.into_iter())
}
