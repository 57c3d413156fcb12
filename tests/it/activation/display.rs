//! The prompt that an interactive shell displays in a pseudo-terminal.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;

use super::names::{HOSTILE, environments, hostile_names};
use super::{Family, Shell, World, bare_command, in_every_shell, quiet_success};
use crate::pythons;

const PTY: &str = include_str!("pty.py");

impl Shell {
    /// The code that sets the user's prompt `READY> `.
    fn set_prompt(&self) -> &'static str {
        match self.family {
            Family::Sh => "PS1='READY> '",
            Family::Csh => "set prompt = 'READY> '",
            Family::Fish => "function fish_prompt; printf 'READY> '; end",
        }
    }

    /// A name as shown in this shell's prompt. In a prompt that cannot refer to a variable, `?` replaces characters
    /// that might act.
    fn shown(&self, name: &str) -> String {
        let can_refer = !self.command.contains(&"promptvars") && !self.command.contains(&"--emulate");
        let might_act = |c: char| "\\$`!%\"'^\u{301}".contains(c);
        name.chars().map(|c| if might_act(c) && !can_refer { '?' } else { c }).collect()
    }

    /// The command line of an interactive shell: without `-e`, which ends some shells early, and without the mark that
    /// zsh shows after an unfinished line.
    fn interactive(&self) -> Vec<&'static str> {
        let mut words: Vec<_> = self.command.iter().map(|word| if *word == "-eu" { "-u" } else { word }).collect();
        words.push("-i");
        if words[0] == "zsh" {
            words.extend(["-o", "nopromptsp"]);
        }
        words
    }

    /// Options that change the reading of a prompt, which a user may set in an active environment.
    fn changes_of_mind(&self) -> &'static [&'static str] {
        match self.command[0] {
            "bash" => &["shopt -u promptvars", "shopt -s promptvars", "set -o posix"],
            "zsh" => &["setopt promptsubst promptbang promptpercent", "unsetopt promptpercent", "setopt promptpercent"],
            "tcsh" => &["set backslash_quote", "set histchars = '@^'"],
            _ => &[],
        }
    }
}

/// The lines to type, and for each the text that has to follow before `READY> `.
#[derive(Default)]
pub(super) struct Dialogue {
    lines: String,
    count: usize,
}

impl Dialogue {
    pub(super) fn step(&mut self, typed: &str, expected: Option<&str>) {
        let hex = |text: &str| text.bytes().fold(String::new(), |all, byte| all + &format!("{byte:02x}"));
        let typed = format!("{typed}; echo SYN''C{}.", self.count);
        let expected = expected.map_or("-".to_owned(), |text| format!("={}", hex(text)));
        writeln!(self.lines, "{} {expected}", hex(&typed)).expect("a String takes all that is written");
        self.count += 1;
    }

    /// Holds the dialogue with a shell in a pseudo-terminal. The script fails if anything else is displayed.
    pub(super) fn hold(&self, world: &World, python: &Path, shell: &Command) {
        let name = shell.get_args().fold(shell.get_program().to_owned(), |mut all, word| {
            all.push(word);
            all
        });
        let dir = world.root.path().join("dialogues").join(name.to_string_lossy().replace('/', ""));
        fs::create_dir_all(&dir).expect("a directory for the dialogue");
        fs::write(dir.join("dialogue"), &self.lines).expect("the dialogue");
        fs::write(dir.join("pty.py"), PTY).expect("the script");
        let mut command = bare_command(python, world);
        command.envs(shell.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command.arg("-I").args([dir.join("pty.py"), dir.join("dialogue")]);
        command.arg(shell.get_program()).args(shell.get_args());
        quiet_success(&mut command);
    }
}

#[apply(slow_test)]
fn an_interactive_prompt_shows_every_name_as_it_is_and_executes_none() {
    let python = &pythons::all().last().unwrap().path;
    let world = World::new();
    let path = world.few_programs();
    let names = hostile_names();
    environments(&world, &names);
    world.environment(HOSTILE, HOSTILE, "hostile");
    in_every_shell(|shell| {
        let script = shell.family.script();
        let verb = if shell.family == Family::Sh { "." } else { "source" };
        let source = |link: &str| format!("{verb} \"$LINKS/{link}/bin/{script}\"");
        let mut dialogue = Dialogue::default();
        dialogue.step(shell.set_prompt(), Some(""));
        for (number, (_, prompt)) in names.iter().enumerate() {
            let expected = format!("({}) ", shell.shown(prompt));
            let is_one_line = !prompt.contains(char::is_control);
            dialogue.step(&source(&number.to_string()), is_one_line.then_some(&expected));
        }
        dialogue.step(&source("hostile"), None);
        for change in shell.changes_of_mind() {
            dialogue.step(change, None);
        }
        dialogue.step("deactivate", Some(""));
        let mut command = bare_command(shell.command[0], &world);
        command.env("LINKS", world.root.path()).env("PS1", "READY> ").env("PATH", &path);
        dialogue.hold(&world, python, command.args(&shell.interactive()[1..]));
    });
    world.assert_nothing_was_executed();
}
