//! Any text becomes one word that reads as that text again: for Python's reader of POSIX shells, for the shells
//! themselves, and for cmd.exe by its known rules.

use proptest::prelude::*;
use rvenv::activation::{Script, Values, posix_scripts, windows_scripts};

use super::{Family, Shell, World, in_every_shell, quiet_success};
use crate::properties::{holds, oldest_and_newest, text};

/// The part of a script between the first `start` and the last `end`.
fn between<'a>(scripts: &'a [Script], name: &str, start: &str, end: &str) -> &'a str {
    let script = scripts.iter().find(|script| script.name == name).unwrap();
    let (_, rest) = script.contents.split_once(start).unwrap();
    rest.rsplit_once(end).unwrap().0
}

fn values(prompt: &str) -> Values<'_> {
    Values { env_dir: "/e", prompt, scripts_dir: "bin" }
}

/// The word for a prompt in the script of a family of shells.
fn word(family: Family, prompt: &str) -> String {
    let (start, end) = match family {
        Family::Sh => ("export VIRTUAL_ENV_PROMPT=", "\n\n# _OLD_VIRTUAL_NOTES exists"),
        Family::Csh => ("setenv  VIRTUAL_ENV_PROMPT ", "\n\nset _venv_entry"),
        Family::Fish => ("set -g -x VIRTUAL_ENV_PROMPT ", "\n\n# _OLD_VIRTUAL_NOTES says"),
    };
    between(&posix_scripts(&values(prompt)), family.script(), start, end).to_owned()
}

/// The word for an environment's path in the script of a family of shells.
fn path_word(family: Family, env_dir: &str) -> String {
    let (start, end) = match family {
        Family::Sh => ("\nVIRTUAL_ENV=", "\ncase $VIRTUAL_ENV in"),
        Family::Csh => ("\nsetenv VIRTUAL_ENV ", "\nsetenv  VIRTUAL_ENV_PROMPT"),
        Family::Fish => ("\nset -gx VIRTUAL_ENV ", "\nif not string match"),
    };
    let values = Values { env_dir, ..values("e") };
    between(&posix_scripts(&values), family.script(), start, end).to_owned()
}

#[apply(slow_test)]
fn a_word_for_posix_shells_is_that_text_to_python() {
    let pythons = oldest_and_newest();
    holds(800, &text(24), |text| {
        for (_, python) in &pythons {
            prop_assert_eq!(python.ask("split", &[&word(Family::Sh, &text)]), [text.as_str()]);
        }
        Ok(())
    });
}

/// The output of a shell that hands the words on to a program, which ends each with NUL.
fn read_by(shell: &Shell, world: &World, texts: &[String]) -> String {
    let words = texts.iter().flat_map(|text| [word(shell.family, text), path_word(shell.family, text)]);
    let words = words.map(|word| format!("/usr/bin/printf '%s\\0' {word}\n"));
    let script = world.root.path().join(shell.command.concat().replace('/', ""));
    std::fs::write(&script, words.collect::<String>()).unwrap();
    quiet_success(shell.command(world).arg(script))
}

#[apply(test)]
fn a_word_is_that_text_to_each_shell() {
    let world = World::new();
    in_every_shell(|shell| {
        holds(8, &proptest::collection::vec(text(24), 1..60), |texts| {
            let expected: String = texts.iter().map(|text| format!("{text}\0{text}\0")).collect();
            prop_assert_eq!(read_by(shell, &world, &texts), expected, "{:?}", shell.command);
            Ok(())
        });
    });
    world.assert_nothing_was_executed();
}

/// The first reading of a line by cmd.exe: `%%` is a percent sign. `None` for any other `%`, which would be a variable.
fn without_percents(line: &str) -> Option<String> {
    let pairs = line.replace("%%", "\0");
    (!pairs.contains('%')).then(|| pairs.replace('\0', "%"))
}

/// The second reading: a caret makes the next character literal. `None` if a character acts.
fn without_carets(line: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), line.chars());
    while let Some(c) = rest.next() {
        match c {
            '^' => text.push(rest.next()?),
            '"' | '&' | '|' | '<' | '>' | '(' | ')' | '\r' | '\n' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

/// The third reading, if delayed expansion is on and the line contains a `!`: a caret makes the next character literal.
/// `None` for any other `!`, which would be a variable.
fn without_exclamations(line: &str, holds_others: bool) -> Option<String> {
    if !holds_others && !line.contains('!') {
        return Some(line.to_owned());
    }
    let (mut text, mut rest) = (String::new(), line.chars());
    while let Some(c) = rest.next() {
        match c {
            '^' => text.push(rest.next()?),
            '!' => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

/// The text that a prompt of cmd.exe shows: `$` and a letter are one character. `None` for any other code.
fn shown(prompt: &str) -> Option<String> {
    const CODES: [(char, char); 7] =
        [('A', '&'), ('B', '|'), ('C', '('), ('F', ')'), ('G', '>'), ('L', '<'), ('$', '$')];
    let (mut text, mut rest) = (String::new(), prompt.chars());
    while let Some(c) = rest.next() {
        let code = |letter| CODES.iter().find(|(known, _)| *known == letter).map(|(_, shown)| *shown);
        text.push(if c == '$' { code(rest.next()?)? } else { c });
    }
    Some(text)
}

#[apply(test)]
fn a_word_is_that_text_by_the_rules_of_cmd() {
    holds(1_000, &text(24), |text| {
        let scripts = windows_scripts(&values(&text));
        let batch = |start, end| between(&scripts, "activate.bat", start, end);
        let (off, on) = batch("", "").split_once(":delayed").unwrap();
        let line =
            |part: &str, start: &str| part.split("\r\n").find_map(|line| Some(line.strip_prefix(start)?.to_owned()));
        let visible: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();

        let start = "set VIRTUAL_ENV_PROMPT=";
        let read = |part| without_carets(&without_percents(&line(part, start)?)?);
        prop_assert_eq!(read(off), Some(visible.clone()));
        prop_assert_eq!(read(on).and_then(|text| without_exclamations(&text, false)), Some(visible.clone()));

        // Inside quotes carets do not count, but another quote would end the quoted text.
        let start = "if not defined VIRTUAL_ENV_DISABLE_PROMPT set \"PROMPT=(";
        let shown_in = |part, end| {
            let line = line(part, start).filter(|line| line.matches('"').count() == 1)?;
            without_percents(line.strip_suffix(end)?)
        };
        let expected = Some(visible.replace('"', "'"));
        prop_assert_eq!(shown_in(off, ") %PROMPT%\"").and_then(|text| shown(&text)), expected.clone());
        let on = shown_in(on, ") !PROMPT!\"").and_then(|text| without_exclamations(&text, true));
        prop_assert_eq!(on.and_then(|text| shown(&text)), expected);
        Ok(())
    });
}
