//! The scripted dialogue: before, active, active again, switched, deactivated.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Family, Shell, World, in_every_shell, quiet_success};
use crate::pythons;
use crate::testenv::TestEnv;

const SH: &str = include_str!("dialogue.sh");
const CSH: &str = include_str!("dialogue.csh");
const FISH: &str = include_str!("dialogue.fish");

/// An initial state of a shell as it is reported: each value, or `unset`.
pub(super) struct State<'a> {
    pub(super) path: &'a str,
    pub(super) home: &'a str,
    pub(super) prompt: &'a str,
}

/// An initial state of the shell: each value, or `unset`, and the code that sets them.
struct Before {
    path: &'static str,
    home: &'static str,
    prompt: &'static str,
    sh: &'static str,
    csh: Option<&'static str>,
    fish: Option<&'static str>,
}

impl Before {
    fn state(&self) -> State<'static> {
        State { path: self.path, home: self.home, prompt: self.prompt }
    }
}

const BEFORE: &[Before] = &[
    Before {
        path: "/usr/bin:/bin",
        home: "unset",
        prompt: "$ ",
        sh: "export PATH=/usr/bin:/bin; PS1='$ '",
        csh: Some("setenv PATH /usr/bin:/bin; set prompt = '$ '"),
        fish: Some("set -gx PATH /usr/bin /bin; function fish_prompt; printf '$ '; end"),
    },
    Before {
        path: "/usr/bin:/bin",
        home: "/some/home",
        prompt: "unset",
        sh: "export PATH=/usr/bin:/bin PYTHONHOME=/some/home; unset PS1",
        csh: Some("setenv PATH /usr/bin:/bin; setenv PYTHONHOME /some/home; unset prompt"),
        fish: None,
    },
    Before {
        path: "/usr/bin",
        home: "/some/home",
        prompt: "",
        // dash and busybox cannot stop exporting PATH.
        sh: "unset PATH; PATH=/usr/bin; [ -z \"${ZSH_VERSION-}\" ] || typeset +x PATH\n\
             unset PYTHONHOME; PYTHONHOME=/some/home; export PS1=''",
        csh: None,
        fish: Some("set -gu PATH /usr/bin; set -gu PYTHONHOME /some/home; function fish_prompt; end"),
    },
    Before {
        path: "",
        home: "",
        prompt: "two\nlines ",
        sh: "export PATH= PYTHONHOME= ; PS1='two\nlines '",
        csh: Some("setenv PATH ''; setenv PYTHONHOME ''; set prompt = 'two\\\nlines '"),
        fish: Some("set -gx PATH; set -gx PYTHONHOME ''; function fish_prompt; printf 'two\\nlines '; end"),
    },
    Before {
        path: "unset",
        home: "unset",
        prompt: "$ ",
        sh: "unset PATH; PS1='$ '",
        csh: Some("unsetenv PATH; set prompt = '$ '"),
        fish: Some("set -e PATH; function fish_prompt; printf '$ '; end"),
    },
];

#[apply(test)]
fn the_dialogue_goes_as_in_venv_and_leaves_the_shell_as_it_was() {
    let world = World::new();
    let a = world.environment("first env", "first env", "a");
    let b = world.environment("b", "b", "b");
    in_every_shell(|shell| {
        for before in BEFORE {
            if let Some(seen) = talk(&world, shell, before, [&a, &b]) {
                check(shell, before, &seen, [&a, &b]);
            }
        }
    });
}

/// The failures of venv's own scripts, from 3.13 on, by a word of the shell's command.
const VENV_FAILS: &[(&str, &str)] = &[
    ("+h", "`hash -r` fails where hashing is off, and `set -e` ends the shell (gh-149701, until 3.14.6)"),
    ("fish", "3.13.0 shows `name() ` in the prompt"),
];

/// Compares venv's own scripts where they behave well: in the plain state of a shell, and except for the last report,
/// after the user has changed PATH (venv restores the old one).
#[apply(slow_test)]
fn the_dialogue_goes_the_same_way_with_the_scripts_of_venv() {
    let python = pythons::those("the venv of Python 3.13 or newer", |it| it.minor >= 13 && it.has_venv).pop().unwrap();
    let world = World::new();
    let [a, b] = ["first env", "b"].map(|name| world.root.path().join("envs").join(name));
    TestEnv::new().venv(&python.path).arg("--without-pip").args([&a, &b]).output().success();
    in_every_shell(|shell| {
        if VENV_FAILS.iter().any(|(word, _)| shell.command.contains(word)) {
            return;
        }
        let seen = talk(&world, shell, &BEFORE[0], [&a, &b]).expect("every shell can be in the plain state");
        let reports = |text: &str| text.split_once("edited: ").map(|(before, _)| before.to_owned());
        let expected = expected_report(&BEFORE[0].state(), &a, &b);
        assert_eq!(reports(&seen.report()), reports(&expected), "{:?}", shell.command);
    });
}

/// The files that a dialogue has left.
struct Seen(PathBuf);

impl Seen {
    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap_or_else(|error| panic!("{}: {error}", self.0.join(name).display()))
    }

    fn report(&self) -> String {
        without_colours(&self.text("report"))
    }
}

/// Runs the dialogue with two environments from an initial state; returns `None` if the shell cannot be in that state.
fn talk(world: &World, shell: &Shell, before: &Before, [a, b]: [&Path; 2]) -> Option<Seen> {
    let (script, setup) = match shell.family {
        Family::Sh => (SH, before.sh),
        Family::Csh => (CSH, before.csh?),
        Family::Fish => (FISH, before.fish?),
    };
    let number = BEFORE.iter().position(|other| other.sh == before.sh).expect("one of them");
    let out = world.root.path().join(format!("{}{number}", shell.command.concat()));
    fs::create_dir(&out).expect("a directory for what is seen");
    let file = out.join("dialogue");
    fs::write(&file, script).expect("the dialogue");
    fs::write(out.join("setup"), setup.to_owned() + "\n").expect("the setup");
    let mut command = shell.command(world);
    command.env("OUT", &out).env("A", a).env("B", b).arg(&file);
    quiet_success(&mut command);
    Some(Seen(out))
}

/// Compares everything that was seen with the expectations.
fn check(shell: &Shell, before: &Before, seen: &Seen, [a, b]: [&Path; 2]) {
    let at = format!("{:?} after {:?}", shell.command, seen.text("setup"));
    assert_eq!(seen.report(), expected_report(&before.state(), a, b), "{at}");

    let env = |name: &str| names(&seen.text(&format!("env.{name}")));
    let mut active = env("before");
    active.extend(["VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT", "PATH"].map(str::to_owned));
    active.remove("PYTHONHOME");
    for state in ["active", "again", "switched"] {
        assert_eq!(env(state), active, "{state}: exported by {at}");
    }
    let snapshot = |name: &str| seen.text(&format!("snapshot.{name}"));
    assert_same_lines(&stable(&snapshot("before")), &stable(&snapshot("after")), &at);
}

pub(super) fn expected_report(before: &State<'_>, a: &Path, b: &Path) -> String {
    let State { path, home, prompt } = before;
    let inactive = format!("unset unset {path} {home} [{prompt}]\n");
    let active = |env: &Path| {
        let env = env.to_str().expect("a path in UTF-8");
        let name = env.rsplit('/').next().unwrap_or_default();
        let path = if ["", "unset"].contains(path) { String::new() } else { format!(":{path}") };
        let prompt = if *prompt == "unset" { "unset".to_owned() } else { format!("({name}) {prompt}") };
        format!("{env} {name} {env}/bin{path} unset [{prompt}]\n")
    };
    let kept = if ["", "unset"].contains(path) { String::new() } else { format!("{path}:") };
    [
        format!("before: {inactive}"),
        format!("active: {}", active(a)),
        format!("again: {}", active(a)),
        format!("switched: {}", active(b)),
        format!("nondestructive: {inactive}"),
        format!("deactivated: {inactive}"),
        format!("edited: unset unset /first:{kept}/last {home} [{prompt}]\n"),
        "2 first second one\n".to_owned(),
    ]
    .concat()
}

/// The names of the variables in the output of `env`.
fn names(env: &str) -> BTreeSet<String> {
    let names = env.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name.to_owned());
    names.filter(|name| name != "_").collect()
}

/// The lines of a snapshot, without variables that change from one command to the next.
fn stable(snapshot: &str) -> Vec<&str> {
    let words = [
        "_",
        "'*'",
        "@",
        "argv",
        "LINENO",
        "RANDOM",
        "SRANDOM",
        "SECONDS",
        "PIPESTATUS",
        "pipestatus",
        "TTYIDLE",
        "FUNCNAME",
        "KSH_MATCH",
    ];
    let is_stable = |line: &&str| {
        let assigned = line.split(['=', '\t']).next().unwrap_or_default();
        let name = assigned.rsplit(' ').next().unwrap_or_default();
        !words.contains(&name) && !name.starts_with("EPOCH") && !name.starts_with("BASH_")
    };
    snapshot.lines().filter(is_stable).collect()
}

/// Asserts that the lines are the same, and reports only those that differ.
fn assert_same_lines(before: &[&str], after: &[&str], at: &str) {
    let lost: Vec<_> = before.iter().filter(|line| !after.contains(line)).collect();
    let left: Vec<_> = after.iter().filter(|line| !before.contains(line)).collect();
    assert!(lost.is_empty() && left.is_empty(), "{at}\nlost: {lost:#?}\nleft behind: {left:#?}");
}

/// Removes colours: fish colours the name even on a terminal without colours.
fn without_colours(text: &str) -> String {
    let mut pieces = text.split('\x1b');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |all, piece| all + piece.split_once('m').map_or(piece, |(_, rest)| rest))
}
