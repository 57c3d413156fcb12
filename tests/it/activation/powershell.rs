//! The script for PowerShell, in the full and in the constrained language. It finds its environment by its own path,
//! and the prompt in `pyvenv.cfg`.

mod names;
mod sessions;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::dialogue::{State, expected_report};
use super::{World, bare_command, quiet_success};
use crate::testenv::TestEnv;
use crate::{needs, pythons};

/// The languages in which the script has to work. Companies allow only the second one to scripts that they do not know.
const LANGUAGES: [&str; 2] = ["FullLanguage", "ConstrainedLanguage"];

const PRELUDE: &str = include_str!("powershell/prelude.ps1");
const DIALOGUE: &str = include_str!("powershell/dialogue.ps1");
const CHAIN: &str = include_str!("powershell/chain.ps1");

/// The path of `pwsh`, looked up on PATH because hosted machines have it in unusual directories. Without it, the test
/// is skipped.
fn pwsh() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join("pwsh")).find(|program| program.exists());
    found.unwrap_or_else(|| needs::skip(&needs::shell("powershell", "pwsh")))
}

/// A command that runs `pwsh`.
fn bare_pwsh(world: &World) -> Command {
    let mut command = bare_command(pwsh(), world);
    command.envs([("POWERSHELL_TELEMETRY_OPTOUT", "1"), ("POWERSHELL_UPDATECHECK", "Off"), ("NO_COLOR", "1")]);
    command.arg("-NoLogo");
    command
}

/// A command that runs a session in a language. The session is for the environments `a` and `b`, unless told otherwise.
fn session(world: &World, language: &str, text: &str) -> Command {
    let script = world.root.path().join("session.ps1");
    fs::write(&script, format!("{PRELUDE}\n{text}")).expect("the session");
    let mut command = bare_pwsh(world);
    command.env("LANGUAGE", language).env("R", world.root.path());
    command.env("A", world.root.path().join("envs/a")).env("B", world.root.path().join("envs/b"));
    command.args(["-NoProfile", "-NonInteractive", "-File"]).arg(&script);
    command
}

/// The reports of a dialogue, compared with what the first of them says of the state before.
#[track_caller]
fn assert_goes_well(reports: &str, [a, b]: [&Path; 2], compare: impl Fn(&str) -> String) {
    let (_, before) = reports.split_once("before: unset unset ").expect("the first report");
    let (path, rest) = before.split_once(' ').expect("PATH");
    let (home, rest) = rest.split_once(" [").expect("PYTHONHOME");
    let (prompt, _) = rest.split_once("]\n").expect("the prompt");
    assert_eq!(compare(reports), compare(&expected_report(&State { path, home, prompt }, a, b)));
}

#[apply(test)]
fn the_dialogue_goes_as_in_the_other_shells_and_leaves_the_session_as_it_was() {
    let world = World::new();
    let a = world.environment("it's [first] `e", "unused", "a");
    let b = world.environment("b", "unused", "b");
    for language in LANGUAGES {
        let mut command = session(&world, language, DIALOGUE);
        let found = quiet_success(command.env("A", &a).env("STATES", "4").args(["first", "second one"]));
        let dialogues: Vec<_> = found.split_inclusive("2 first second one\n").collect();
        assert_eq!(dialogues.len(), 4, "{found}");
        for reports in dialogues {
            assert_goes_well(reports, [&a, &b], str::to_owned);
        }
    }
    world.assert_nothing_was_executed();
}

/// Two environments made by the venv of the newest Python.
fn venvs(world: &World) -> [PathBuf; 2] {
    let python = pythons::those("the venv of Python 3.13 or newer", |it| it.minor >= 13 && it.has_venv).pop().unwrap();
    let dirs = ["first env", "v"].map(|name| world.root.path().join("envs").join(name));
    TestEnv::new().venv(&python.path).arg("--without-pip").args(&dirs).output().success();
    dirs
}

/// As with the other shells, PATH changed by the user is left out: venv restores the old one.
#[apply(test)]
fn the_dialogue_goes_the_same_way_with_the_script_of_venv() {
    let world = World::new();
    let [a, b] = venvs(&world);
    for language in LANGUAGES {
        let mut command = session(&world, language, DIALOGUE);
        let found = quiet_success(command.env("A", &a).env("B", &b).env("STATES", "1"));
        assert_goes_well(&found, [&a, &b], |reports| reports.split_once("edited: ").expect("it").0.to_owned());
    }
}

/// Whichever script is first, the second one ends its activation, and `deactivate` leaves nothing of either.
#[apply(test)]
fn the_scripts_of_rvenv_and_venv_can_follow_each_other() {
    let world = World::new();
    world.environment("a", "unused", "a");
    let [_, v] = venvs(&world);
    for language in LANGUAGES {
        let mut command = session(&world, language, CHAIN);
        let expected = "v: (v) > v-\nv, then a: (a) > a-\nnone: > -\n\
                        a: (a) > a-\na, then v: (v) > v-\nnone: > -\n";
        assert_eq!(quiet_success(command.env("V", &v)), expected, "{language}");
    }
}
