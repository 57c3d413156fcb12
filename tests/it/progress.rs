//! Work that takes seconds is announced on a terminal, and nowhere else.

use std::fs;
use std::thread;
use std::time::Duration;

use crate::cache_world::CacheWorld;
use crate::pythons;
use crate::testenv::Outcome;

/// Runs a command on a pseudo-terminal and prints all that the terminal displays. Creates a file once anything is.
const PTY: &str = r"
import os, pty, sys
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[1], sys.argv[1:])
shown = b''
try:
    while True:
        data = os.read(terminal, 65536)
        if not data:
            break
        shown += data
        open('said', 'w').close()
except OSError:
    pass
sys.stdout.buffer.write(shown)
sys.exit(os.WEXITSTATUS(os.waitpid(child, 0)[1]))
";

/// Runs rvenv on a terminal, whose display is the stdout of the outcome.
fn on_a_terminal(world: &CacheWorld, variables: &[(&str, &str)], arguments: &[&str]) -> Outcome {
    let python = pythons::all().last().unwrap();
    let _ = fs::remove_file(world.path("said"));
    let run = world.world.run(&python.path).args(["-I", "-c", PTY, env!("CARGO_BIN_EXE_rvenv")]).args(arguments);
    let run = world.at_home(run).env("RVENV_PYTHON", &world.python).env("TERM", "xterm");
    variables.iter().fold(run, |run, (name, value)| run.env(name, value)).output()
}

/// Shell commands that wait until something is displayed.
const UNTIL_SAID: &str = "while [ ! -e \"$TOOLS/../said\" ] && kill -0 $PPID; do :; done";

/// A line, and the blanks that overwrite it.
fn shown_and_gone(line: &str) -> String {
    format!("{line}\r{}\r", " ".repeat(line.chars().count()))
}

#[apply(test)]
fn what_takes_long_is_said_on_a_terminal_and_goes_away_when_it_is_done() {
    let world = CacheWorld::new();
    for (variables, arguments, line) in [
        (
            &[("ON_ENSUREPIP", UNTIL_SAID), ("RVENV_NO_CACHE", "1")][..],
            &["a", "b"][..],
            "Preparing pip 1.0 for Python 3.13…",
        ),
        (&[("ON_ENSUREPIP", UNTIL_SAID)], &["a"], "Preparing pip 1.0 for Python 3.13…"),
    ] {
        let _ = fs::remove_dir_all(world.path("a"));
        let _ = fs::remove_dir_all(world.path("b"));
        let outcome = on_a_terminal(&world, variables, arguments).success();
        assert_eq!(outcome.stdout(), shown_and_gone(line), "{outcome}");
    }
    for arguments in [&["a"][..], &["new"], &["--without-pip", "newer"]] {
        let outcome = on_a_terminal(&world, &[], arguments).success();
        assert_eq!(outcome.stdout(), "", "{outcome}");
    }
}

#[apply(test)]
fn an_interpreter_that_takes_its_time_is_named() {
    let world = CacheWorld::new();
    let hook = [("ON_PROBE", UNTIL_SAID)];
    let outcome = on_a_terminal(&world, &hook, &["--without-pip", "e"]).success();
    let line = format!("Asking `{}`…", world.python.display());
    assert_eq!(outcome.stdout(), shown_and_gone(&line), "{outcome}");
}

/// pip asks its index, which takes seconds.
#[apply(test)]
fn an_upgrade_of_pip_is_announced() {
    let world = CacheWorld::new();
    let outcome = on_a_terminal(&world, &[("ON_PIP", UNTIL_SAID)], &["--upgrade-deps", "e"]).success();
    assert!(outcome.stdout().ends_with(&shown_and_gone("Upgrading pip…")), "{outcome}");
}

/// The other one works until the line is shown.
#[apply(test)]
fn the_environment_that_another_process_works_in_is_named() {
    let world = CacheWorld::new();
    world.made();
    let _ = fs::remove_file(world.path("said"));
    thread::scope(|scope| {
        let other = scope.spawn(|| {
            world.rvenv().env("ON_PIP", UNTIL_SAID).args(["--upgrade-deps", "e"]).output().silent_success();
        });
        while !world.path("e/.rvenv-unfinished").exists() && !other.is_finished() {
            thread::sleep(Duration::from_millis(1));
        }
        let outcome = on_a_terminal(&world, &[], &["--without-pip", "e"]).success();
        let line = format!("Waiting for another rvenv in `{}`…", world.path("e").display());
        assert_eq!(outcome.stdout(), shown_and_gone(&line), "{outcome}");
    });
}

/// A person can do something about it, a script cannot.
#[apply(test)]
fn a_cache_that_cannot_be_used_is_mentioned_on_a_terminal() {
    let world = CacheWorld::new();
    let file = world.path("file");
    fs::write(&file, "").unwrap();
    let variables = [("RVENV_CACHE_DIR", file.to_str().unwrap()), ("NO_COLOR", "1")];
    let outcome = on_a_terminal(&world, &variables, &["a", "b"]).success();
    let warning = format!(
        "warning: the cache in `{}` cannot be used (Not a directory (os error 20)), so the next run takes as long \
         again\r\n  hint: set RVENV_CACHE_DIR to a directory\r\n",
        file.display()
    );
    assert_eq!(outcome.stdout(), warning, "{outcome}");
    let outcome = on_a_terminal(&world, &variables, &["--without-pip", "c"]).success();
    assert_eq!(outcome.stdout(), "", "{outcome}");
    world.rvenv().env("RVENV_CACHE_DIR", &file).arg("d").output().silent_success();
}

#[apply(test)]
fn it_is_gone_before_an_error_is_said() {
    let world = CacheWorld::new();
    let outcome =
        on_a_terminal(&world, &[("ON_ENSUREPIP", &format!("{UNTIL_SAID}; exit 1")), ("NO_COLOR", "1")], &["e"])
            .status(1);
    let start = shown_and_gone("Preparing pip 1.0 for Python 3.13…") + "error: cannot install pip:";
    assert!(outcome.stdout().starts_with(&start), "{outcome}");
}

#[apply(test)]
fn nothing_is_said_where_stderr_is_no_terminal() {
    let world = CacheWorld::new();
    world.rvenv().arg("e").output().silent_success();
    assert_eq!(world.started(), "probe ensurepip ");
}
