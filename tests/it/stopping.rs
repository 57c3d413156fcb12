//! rvenv held at one of its system calls while a test does something, without races or delays.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::thread;

use crate::needs::{self, Need};
use crate::testenv::{Outcome, Run, TestEnv};

/// The system calls that look at files or change them.
const CALLS: &str = "access,faccessat,faccessat2,fchmod,fchmodat,flock,fstat,getdents64,link,linkat,lstat,mkdir,\
    mkdirat,newfstatat,open,openat,pread64,readlink,readlinkat,rename,renameat,renameat2,rmdir,stat,statx,symlink,\
    symlinkat,unlink,unlinkat,utimensat,write";

/// The n-th use of a system call.
#[derive(Clone, Debug)]
pub(crate) struct Point {
    call: String,
    number: usize,
}

/// The system calls of a run from the first that names `path`. Without strace, the test is skipped.
pub(crate) fn points(world: &TestEnv, run: Run, path: &Path) -> Vec<Point> {
    let log = world.path("strace.log");
    needs_strace(world);
    // With `?`, since not every machine has all of these calls.
    let calls = CALLS.split(',').map(|call| format!("?{call}")).collect::<Vec<_>>().join(",");
    traced(world, run, &log, &["-e", "signal=none", "-e", &format!("trace={calls}")]).output();
    let (log, path) = (fs::read_to_string(log).unwrap(), path.to_str().unwrap());
    let mut numbers = HashMap::new();
    let counted = log.lines().filter_map(|line| {
        let (call, _) = line.split_once('(')?;
        let number = numbers.entry(call).and_modify(|number| *number += 1).or_insert(1);
        Some((line, Point { call: call.to_owned(), number: *number }))
    });
    counted.skip_while(|(line, _)| !line.contains(path)).map(|(_, point)| point).collect()
}

/// Skips the test if there is no strace that works.
pub(crate) fn needs_strace(world: &TestEnv) {
    let works = world.run("strace").args(["-qq", "-o", "/dev/null", "true"]).try_output();
    if !works.is_ok_and(|outcome| outcome.succeeded()) {
        needs::skip(&Need::new("strace", "an strace that works").in_package("strace"));
    }
}

/// Every `step`-th point, or all points if `RVENV_ALL_POINTS` is set, which takes minutes.
pub(crate) fn sample(points: Vec<Point>, step: usize, first: usize) -> impl Iterator<Item = Point> {
    let step = if std::env::var_os("RVENV_ALL_POINTS").is_some() { 1 } else { step };
    points.into_iter().skip(first % step).step_by(step)
}

/// Runs rvenv to its end, and calls `meanwhile` between the system call at `point` and the next one.
pub(crate) fn stopped_at(world: &TestEnv, run: Run, point: &Point, meanwhile: impl Fn()) -> Outcome {
    let Point { call, number } = point;
    let inject = format!("inject={call}:signal=SIGSTOP:when={number}");
    let words = ["-e", "signal=SIGSTOP", "-e", &format!("trace={call}"), "-e", &inject];
    let outcome = watched(world, run, &words, |line| {
        if line.contains("stopped by SIGSTOP") {
            meanwhile();
            world.run("sh").args(["-c", "kill -CONT $(cat strace.pid)"]).output().success();
        }
    });
    outcome.unwrap_or_else(|why| panic!("{point:?}: {why}"))
}

/// Runs a program under strace to its end, and calls `on_line` with each line of strace's log as it is written.
pub(crate) fn watched(
    world: &TestEnv,
    run: Run,
    words: &[&str],
    mut on_line: impl FnMut(&str),
) -> Result<Outcome, String> {
    let pipe = world.path("strace.pipe");
    if !pipe.exists() {
        world.run("mkfifo").arg(&pipe).output().success();
    }
    // Opening a pipe for reading and writing does not wait for another process.
    let open = OpenOptions::new().read(true).write(true).open(&pipe).unwrap();
    let mut end = open.try_clone().unwrap();
    let run = traced(world, run, &pipe, words);
    thread::scope(|scope| {
        let running = scope.spawn(move || {
            let outcome = run.try_output();
            end.write_all(b"ended\n").unwrap();
            outcome
        });
        let lines = BufReader::new(open).lines().map_while(Result::ok).take_while(|line| line != "ended");
        lines.for_each(|line| on_line(&line));
        running.join().unwrap()
    })
}

/// A run under strace that writes its process ID to `strace.pid`.
fn traced(world: &TestEnv, run: Run, log: &Path, words: &[&str]) -> Run {
    let (log, pid) = (log.to_str().unwrap(), world.path("strace.pid"));
    let shell = ["sh", "-c", r#"echo $$ > "$0"; exec "$@""#, pid.to_str().unwrap()];
    run.by([["strace", "-qq", "-o", log].as_slice(), words, &shell].concat())
}
