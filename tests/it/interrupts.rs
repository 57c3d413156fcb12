//! Signals while an interpreter runs: rvenv undoes everything, ends its child processes and dies of the signal.

use std::os::unix::process::ExitStatusExt;

use crate::cache_world::CacheWorld;
use crate::testenv::Run;
use crate::tree::Tree;

/// The signals, each with its name for a shell and its number.
pub(crate) const SIGNALS: [(&str, i32); 3] = [("HUP", 1), ("INT", 2), ("TERM", 15)];

/// Shell commands that send a signal to rvenv and loop until an interrupt, which they record.
fn hook(signal: &str) -> String {
    format!("trap 'echo ended >> \"$RUNS\"; exit 1' INT; kill -s {signal} $PPID; while kill -0 $PPID; do :; done")
}

#[track_caller]
fn dies_of(run: Run, signal: i32) {
    let outcome = run.output();
    let is_silent = outcome.stdout().is_empty() && outcome.stderr().is_empty();
    assert!(outcome.output.status.signal() == Some(signal) && is_silent, "{outcome}");
}

#[apply(test)]
fn while_an_interpreter_is_asked() {
    for (name, signal) in SIGNALS {
        let world = CacheWorld::new();
        dies_of(world.rvenv().env("ON_PROBE", hook(name)).arg("new/e"), signal);
        assert_eq!(world.started(), "probe ended ");
        assert!(!world.path("new").exists() && world.cached("facts-1/").is_empty());
    }
}

/// Each environment is interrupted.
#[apply(test)]
fn while_several_environments_are_created() {
    let world = CacheWorld::new();
    // A second signal would end rvenv at once.
    let hook =
        format!("case $0 in */b/*) kill() {{ [ \"$1\" != -s ] && command kill \"$@\"; }} ;; esac; {}", hook("INT"));
    dies_of(world.rvenv().env("ON_PIP", hook).args(["--upgrade-deps", "a", "b"]), 2);
    assert!(!world.path("a").exists() && !world.path("b").exists());
}

#[apply(test)]
fn while_a_seed_is_made() {
    for (name, signal) in SIGNALS {
        let world = CacheWorld::new();
        dies_of(world.rvenv().env("ON_ENSUREPIP", hook(name)).arg("new/e"), signal);
        assert_eq!(world.started(), "probe ensurepip ended ");
        assert!(!world.path("new").exists() && world.cached("seeds-2/").is_empty(), "{:?}", world.cached(""));
        world.made();
    }
}

#[apply(test)]
fn while_pip_is_run_in_the_environment() {
    let world = CacheWorld::new();
    world.made();
    let before = Tree::read(&world.path("e"));
    for (name, signal) in SIGNALS {
        for options in [&["new/e"][..], &["e"], &["--clear", "e"]] {
            world.started();
            dies_of(world.rvenv().env("ON_PIP", hook(name)).arg("--upgrade-deps").args(options), signal);
            assert_eq!(world.started(), "pip ended ");
            assert!(!world.path("new").exists());
            assert_eq!(before.diff(&Tree::read(&world.path("e"))), "", "{name} {options:?}");
        }
    }
}

/// nohup(1) starts programs that ignore SIGHUP.
#[apply(test)]
fn a_signal_that_was_ignored_stays_so() {
    let world = CacheWorld::new();
    for (name, _) in SIGNALS {
        let hook = format!("kill -s {name} $PPID");
        let ignoring = world.world.run("sh").args(["-c", &format!("trap '' {name}; exec \"$@\""), "sh"]);
        let run = world.at_home(ignoring.arg(env!("CARGO_BIN_EXE_rvenv")).env("RVENV_PYTHON", &world.python));
        run.env("ON_PIP", hook).args(["--upgrade-deps", "e"]).output().silent_success();
    }
}

#[apply(test)]
fn what_does_not_heed_is_killed() {
    let world = CacheWorld::new();
    let hook = "trap '' INT; kill -s TERM $PPID; while kill -0 $PPID; do :; done";
    dies_of(world.rvenv().env("ON_ENSUREPIP", hook).arg("e"), 15);
    assert!(!world.path("e").exists() && world.cached("seeds-2/").is_empty());
}
