//! A process that waits for another, which is at work on the same ENV_DIR or the same seed.

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::thread;

use crate::cache_world::CacheWorld;
use crate::errors::names;
use crate::interrupts::SIGNALS;
use crate::testenv::{Outcome, Run};

/// Shell commands for the interpreter that say that they have begun, and wait to be told to go on.
const HOLD: &str = "touch \"$TOOLS/started\"; while [ -e \"$TOOLS/started\" ] && [ ! -e \"$TOOLS/go\" ]; do :; done";

/// Writes the number of the process to a file.
fn numbered(run: Run, file: &str) -> Run {
    run.by(["sh", "-c", &format!("echo $$ > \"$TOOLS/{file}\"; exec \"$@\""), "sh"])
}

/// Starts `first`, which must run [`HOLD`], then a process of `other` for each signal; when `waits` holds for the
/// number of a process, sends the signal to it. Returns the outcome of the first, which is told to go on after that.
fn while_it_works(
    world: &CacheWorld,
    first: Run,
    other: impl Fn(&str) -> Run + Sync,
    waits: impl Fn(&Path) -> bool,
) -> Outcome {
    thread::scope(|scope| {
        let first = scope.spawn(|| first.output());
        while !world.path("tools/started").exists() && !first.is_finished() {
            thread::yield_now();
        }
        let interrupted = SIGNALS.map(|(name, signal)| {
            let run = numbered(other(name), name);
            let waiting = scope.spawn(|| run.output());
            let number = world.path("tools").join(name);
            while !waits(&number) && !waiting.is_finished() {
                thread::yield_now();
            }
            let kill = format!("kill -s {name} $(cat '{}')", number.display());
            world.world.run("sh").args(["-c", &kill]).output();
            (signal, waiting.join().unwrap())
        });
        let goes_on = !first.is_finished();
        // Before anything can fail: the first would wait for it.
        fs::write(world.path("tools/go"), "").unwrap();
        for (signal, outcome) in interrupted {
            assert!(outcome.output.status.signal() == Some(signal) && outcome.stderr().is_empty(), "{outcome}");
        }
        assert!(goes_on, "the first should still have been at work");
        first.join().unwrap()
    })
}

/// Whether the process whose number is in a file has a directory open.
fn has_open(number: &Path, dir: &Path) -> bool {
    let Ok(number) = fs::read_to_string(number) else { return false };
    let open = fs::read_dir(format!("/proc/{}/fd", number.trim())).into_iter().flatten().flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|target| target == dir)
}

/// The environment that it has found and opened is not there any more then.
#[apply(test)]
fn a_process_that_waits_creates_the_environment_if_the_one_before_fails() {
    let world = CacheWorld::new();
    let started = world.path("tools/started");
    let hook = format!("{HOLD}; exit 1");
    let env_dir = world.path("e");
    thread::scope(|scope| {
        let first = scope.spawn(|| world.rvenv().env("ON_PIP", &hook).args(["--upgrade-deps", "e"]).output());
        while !started.exists() && !first.is_finished() {
            thread::yield_now();
        }
        let second = scope.spawn(|| numbered(world.rvenv().args(["--without-pip", "e"]), "number").output());
        while !has_open(&world.path("tools/number"), &env_dir) && !second.is_finished() {
            thread::yield_now();
        }
        fs::write(world.path("tools/go"), "").unwrap();
        first.join().unwrap().status(1);
        second.join().unwrap().silent_success();
    });
    assert!(env_dir.join("pyvenv.cfg").exists() && env_dir.join("bin/activate").exists());
    assert!(!names(&world.path("")).iter().any(|name| name.contains("unfinished")));
    world.assert_no_litter();
}

#[apply(test)]
fn a_process_that_waits_for_an_environment_ends_by_a_signal_and_the_one_before_goes_on() {
    let world = CacheWorld::new();
    let env_dir = world.path("e");
    let first = world.rvenv().env("ON_PIP", HOLD).args(["--upgrade-deps", "e"]);
    let other = |_: &str| world.rvenv().args(["--without-pip", "e"]);
    while_it_works(&world, first, other, |number| has_open(number, &env_dir)).silent_success();
    assert!(env_dir.join("pyvenv.cfg").exists() && env_dir.join("bin/pip").exists());
    world.assert_no_litter();
}

/// A process that waits has asked its interpreter: each does, as each has another locale.
#[apply(test)]
fn a_process_that_waits_for_a_seed_ends_by_a_signal_and_the_one_before_goes_on() {
    let world = CacheWorld::new();
    let first = world.rvenv().env("ON_ENSUREPIP", HOLD).arg("e");
    let asks = "echo $PPID > \"$TOOLS/asked\"";
    let other = |name: &str| {
        world.rvenv().env("LC_ALL", format!("C.{name}")).env("ON_PROBE", asks).arg(format!("other/{name}"))
    };
    let waits = |number: &Path| {
        let [number, asked] = [number, &world.path("tools/asked")].map(|path| fs::read_to_string(path).ok());
        number.is_some() && number == asked
    };
    while_it_works(&world, first, other, waits).silent_success();
    assert!(world.path("e/bin/pip").exists() && !world.path("other").exists());
    assert_eq!(world.started(), "probe ensurepip probe probe probe ");
    world.assert_no_litter();
}
