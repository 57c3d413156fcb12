//! Helpers: processes of an interpreter that run a script of rvenv's on what rvenv writes to them.

use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{self, Receiver};
use std::sync::{Arc, Mutex, PoisonError};
use std::{iter, mem, thread};

use super::child::run_with_input;
use super::limits::{Failure, OF_COMPILERS};
use super::probe::{explain, isolated, nonce};
use super::stream::excerpt;
use crate::environment::Environment;
use crate::error::{Error, Result};
use crate::interrupt::Interrupt;

/// Settings of glibc's malloc (mallopt(3)): by default it gives memory back and asks for it again all the time, which
/// takes a compiler a twentieth of its time.
const HEAP: [(&str, &str); 2] = [("MALLOC_MMAP_THRESHOLD_", "1000000000"), ("MALLOC_TRIM_THRESHOLD_", "1000000000")];

/// A script of rvenv's and the interpreter that runs it.
#[derive(Clone, Copy)]
pub(crate) struct Helper<'a> {
    pub(crate) program: &'a Path,
    pub(crate) script: &'static str,
    pub(crate) environment: &'a Environment,
    pub(crate) interrupt: &'a Interrupt,
}

/// Work for several helpers, each of which takes the next order as soon as it can.
#[derive(Debug, Default)]
pub(crate) struct Orders {
    /// The text before each helper's first order.
    pub(crate) first: Vec<u8>,
    /// The text after each helper's last order.
    pub(crate) last: Vec<u8>,
    pub(crate) each: Vec<Vec<u8>>,
}

/// The output of a helper.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) output: Vec<u8>,
    /// The text that the helper was told to mark its answers with.
    pub(crate) nonce: String,
    /// The numbers of the orders that the helper has taken, in order.
    pub(crate) taken: Vec<usize>,
}

/// Starts `count` helpers. While they start, `prepare` gets their orders ready; while they work, `meanwhile` is called
/// with what else it has prepared. Returns that with what each helper has said, or the reason why one of them failed.
///
/// # Errors
/// When a signal comes, or `prepare` or `meanwhile` fails.
pub(crate) fn run_helpers<T, E: From<Error>>(
    helper: Helper,
    count: usize,
    prepare: impl FnOnce() -> Result<(Orders, T), E>,
    meanwhile: impl FnOnce(&T) -> Result<(), E>,
) -> Result<Result<(T, Vec<Said>), String>, E> {
    thread::scope(|scope| {
        let start = |_| {
            let (sender, input) = mpsc::channel();
            // Where threads are few, the others do the work.
            Some((sender, thread::Builder::new().spawn_scoped(scope, move || helper.run(input)).ok()?))
        };
        let (senders, running): (Vec<_>, Vec<_>) = (0..count).filter_map(start).unzip();
        let (orders, prepared) = prepare()?;
        let queue = Arc::new((orders, AtomicUsize::new(0)));
        // A helper that has ended already says why. A sender that is dropped, also after a failure, ends the input.
        for sender in senders {
            let _ = sender.send(Arc::clone(&queue));
        }
        // After a failure nobody takes another order.
        meanwhile(&prepared).inspect_err(|_| queue.1.store(queue.0.each.len(), Ordering::Relaxed))?;
        let mut all = Vec::new();
        let mut failed = None;
        for thread in running {
            match thread.join() {
                Ok(Ok(Ok(said))) => all.push(said),
                Ok(Ok(Err(reason))) => failed = Some(reason),
                Ok(Err(Failure::Interrupted(error))) => return Err(error.into()),
                Ok(Err(failure)) => failed = Some(helper.explain(failure)),
                Err(_) => {}
            }
        }
        // A helper that has failed matters if it has taken an order.
        let is_done = all.iter().map(|said| said.taken.len()).sum::<usize>() == queue.0.each.len();
        let unanswered = || failed.unwrap_or_else(|| NOT_AS_ASKED.to_owned());
        Ok(is_done.then_some((prepared, all)).ok_or_else(unanswered))
    })
}

/// Orders, and the number of the next one that nobody has taken.
type Queue = (Orders, AtomicUsize);

/// The input of one helper: orders from the queue, once there is one.
fn input(queue: Receiver<Arc<Queue>>, taken: Arc<Mutex<Vec<usize>>>) -> impl Iterator<Item = Vec<u8>> {
    let pieces = move |queue: Arc<Queue>| {
        let (first, last) = (queue.0.first.clone(), queue.0.last.clone());
        let taken = Arc::clone(&taken);
        let next = move || {
            let number = queue.1.fetch_add(1, Ordering::Relaxed);
            let order = queue.0.each.get(number)?.clone();
            taken.lock().unwrap_or_else(PoisonError::into_inner).push(number);
            Some(order)
        };
        iter::once(first).chain(iter::from_fn(next)).chain(iter::once(last))
    };
    iter::once(queue).flat_map(|queue| queue.recv()).flat_map(pieces)
}

/// The reason why an answer cannot be used.
pub(crate) const NOT_AS_ASKED: &str = "it did not answer as asked";

impl Helper<'_> {
    fn explain(&self, failure: Failure) -> String {
        let program = self.program.display();
        match failure {
            Failure::TooLong(time) => format!("`{program}` took longer than {} seconds to compile", time.as_secs()),
            Failure::TooMuch(bytes) => format!("`{program}` printed more than {bytes} bytes"),
            other => explain(self.program, other).to_string(),
        }
    }

    /// Runs one helper.
    fn run(&self, queue: Receiver<Arc<Queue>>) -> Result<Result<Said, String>, Failure> {
        let nonce = nonce();
        let taken = Arc::default();
        let mut command = isolated(self.program);
        command.args(["-S", "-B", "-W", "ignore", "-c", self.script, &nonce]).stdin(Stdio::piped());
        command.env_clear().envs(self.environment.few_variables.iter().map(|(name, value)| (name, value))).envs(HEAP);
        let said = run_with_input(&mut command, input(queue, Arc::clone(&taken)), OF_COMPILERS, self.interrupt)?;
        if said.status.success() {
            let taken = mem::take(&mut *taken.lock().unwrap_or_else(PoisonError::into_inner));
            return Ok(Ok(Said { output: said.stdout, nonce, taken }));
        }
        let status = said.status;
        // The last line of a traceback has its reason. What was printed besides are answers.
        let errors = excerpt(&Output { stdout: Vec::new(), ..said }, self.script);
        let reason = errors.lines().last().map(|line| format!(": {line}")).unwrap_or_default();
        Ok(Err(format!("`{}` ended with {status}{reason}", self.program.display())))
    }
}
