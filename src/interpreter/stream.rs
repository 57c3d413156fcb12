//! The output of a program, read while the program runs.

use std::hash::{BuildHasher, RandomState};
use std::io::{self, ErrorKind, PipeReader, PipeWriter, Read, Write};
use std::process::Output;
use std::sync::mpsc::Sender;
use std::thread::{self, JoinHandle};

use memchr::memmem;

use super::limits::{Event, Failure, Limits};

/// A pipe, read by a thread of its own: a program that fills one stream while we read the other would wait forever.
///
/// The stream does not end with the program, since a process that the program has left behind may hold it. So we write
/// a mark behind the program's last output, and read up to the mark, however long that output takes to arrive.
pub(super) struct Stream {
    end: PipeWriter,
    mark: [u8; 16],
    reader: JoinHandle<Vec<u8>>,
}

impl Stream {
    /// Starts to read a new pipe; returns its writing end for the program, too.
    pub(super) fn open(limits: Limits, events: &Sender<Event>) -> io::Result<(Self, PipeWriter)> {
        let (source, end) = io::pipe()?;
        let writer = end.try_clone()?;
        // No program can know the mark, so none prints it.
        let halves = [0, 1].map(|half| RandomState::new().hash_one(half).to_ne_bytes());
        let mark: [u8; 16] = std::array::from_fn(|at| halves[at / 8][at % 8]);
        let events = events.clone();
        let reader = thread::Builder::new().spawn(move || read(source, &mark, limits.bytes, &events))?;
        Ok((Self { end, mark, reader }, writer))
    }

    /// Everything that the program has printed; the program must have ended.
    pub(super) fn finish(mut self, limits: Limits) -> Result<Vec<u8>, Failure> {
        // The reader takes everything until the mark, so this neither blocks nor fails.
        self.end.write_all(&self.mark).map_err(Failure::NotRun)?;
        let bytes = self.reader.join().unwrap_or_default();
        if bytes.len() > limits.bytes { Err(Failure::TooMuch(limits.bytes)) } else { Ok(bytes) }
    }
}

/// Reads a pipe up to the mark. What comes after the limit is not kept.
fn read(mut source: PipeReader, mark: &[u8], limit: usize, events: &Sender<Event>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut chunk = vec![0; 1 << 16];
    loop {
        let length = match source.read(&mut chunk) {
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            // An error cuts off the answer, which then lacks its end mark.
            Ok(0) | Err(_) => return bytes,
            Ok(length) => length,
        };
        // The mark may have come in two pieces.
        let from = bytes.len().saturating_sub(mark.len());
        bytes.extend_from_slice(&chunk[..length]);
        if let Some(at) = memmem::find(&bytes[from..], mark) {
            bytes.truncate(from + at);
            return bytes;
        }
        let end = bytes.len().saturating_sub(mark.len());
        if end > limit {
            // After a failure, nobody listens any more.
            let _ = events.send(Event::TooMuch);
            bytes.drain(limit + 1..end);
        }
    }
}

/// A program's output, for the error message: both ends of a long one, as a traceback has its reason at the end, and
/// pyenv's shim at the beginning. Long lines are cut, and so is the `script` where a program that is not Python repeats
/// it.
pub(super) fn excerpt(said: &Output, script: &str) -> String {
    const FIRST: usize = 3;
    const LAST: usize = 7;
    const WIDTH: usize = 160;
    let streams = [&said.stderr[..], &said.stdout[..]].map(String::from_utf8_lossy);
    // Shells and ls write an apostrophe in another way.
    let script = script.split(['\n', '\'']).next().unwrap_or_default();
    let mut lines: Vec<String> = streams
        .iter()
        .filter_map(|stream| stream.split(script).next())
        .flat_map(str::lines)
        .filter(|line| !line.trim().is_empty())
        .map(|line| line.chars().filter(|c| !c.is_control()).take(WIDTH).collect())
        .collect();
    if lines.len() > FIRST + LAST {
        lines.splice(FIRST..lines.len() - LAST, ["…".to_owned()]);
    }
    lines.join("\n")
}
