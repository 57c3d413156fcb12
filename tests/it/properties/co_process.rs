//! A Python process that answers many questions: starting a process for each would take most of the time.

use std::cell::RefCell;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use tempfile::TempDir;

use crate::pythons::Python;
use crate::testenv::temp_dir;

/// The questions, by name, and the loop that answers them.
const SCRIPT: &str = include_str!("co_process.py");

/// A running process.
pub(crate) struct CoProcess {
    child: RefCell<Child>,
    streams: RefCell<(ChildStdin, BufReader<ChildStdout>)>,
    // Held for its drop, which removes the directory.
    _dir: TempDir,
}

impl CoProcess {
    pub(crate) fn start(python: &Python) -> Self {
        let dir = TempDir::with_prefix_in("rvenv-test-", temp_dir()).unwrap();
        let mut command = Command::new(&python.path);
        command.args(["-I", "-X", "utf8", "-c", SCRIPT]).arg(dir.path());
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let streams = (child.stdin.take().unwrap(), BufReader::new(child.stdout.take().unwrap()));
        Self { child: RefCell::new(child), streams: RefCell::new(streams), _dir: dir }
    }

    /// Asks a question; the answer has at least one text.
    pub(crate) fn ask(&self, question: &str, about: &[&str]) -> Vec<String> {
        let (stdin, stdout) = &mut *self.streams.borrow_mut();
        let mut line = question.to_owned();
        for text in about {
            line.push_str(" =");
            text.bytes().for_each(|byte| write!(line, "{byte:02x}").unwrap());
        }
        writeln!(stdin, "{line}").unwrap();
        let mut answer = String::new();
        stdout.read_line(&mut answer).unwrap();
        assert!(answer.starts_with('='), "{question} {about:?}: the answer is {answer:?}");
        answer.split_whitespace().map(|word| text(&word[1..])).collect()
    }
}

fn text(hexadecimal: &str) -> String {
    let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok()).unwrap();
    let bytes = hexadecimal.as_bytes().chunks(2).map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect();
    String::from_utf8(bytes).unwrap()
}

impl Drop for CoProcess {
    fn drop(&mut self) {
        let _ = self.child.get_mut().kill();
        let _ = self.child.get_mut().wait();
    }
}
