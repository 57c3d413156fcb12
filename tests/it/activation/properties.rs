//! Any text is one word to each shell, and that word is the text: to Python's reader of POSIX shells, to the shells
//! themselves, and for cmd.exe by its rules as they are known.

use proptest::prelude::*;
use rvenv::activation::{Script, Values, posix_scripts, windows_scripts};

use super::{Family, Shell, World, in_every_shell, quiet_success};
use crate::properties::{holds, oldest_and_newest, text};

/// What stands between two texts, of which the first is there once.
fn between<'a>(scripts: &'a [Script], name: &str, start: &str, end: &str) -> &'a str {
    let script = scripts.iter().find(|script| script.name == name).unwrap();
    let (_, rest) = script.contents.split_once(start).unwrap();
    rest.rsplit_once(end).unwrap().0
}

fn values(prompt: &str) -> Values<'_> {
    Values { env_dir: "/e", prompt, scripts_dir: "bin" }
}

/// The word that a text is in the script of a family of shells.
fn word(family: Family, text: &str) -> String {
    let (start, end) = match family {
        Family::Sh => ("export VIRTUAL_ENV_PROMPT=", "\n\n# _OLD_VIRTUAL_NOTES exists"),
        Family::Csh => ("setenv VIRTUAL_ENV_PROMPT ", "\n\nset _venv_entry"),
        Family::Fish => ("set -gx VIRTUAL_ENV_PROMPT ", "\n\n# _OLD_VIRTUAL_NOTES says"),
    };
    between(&posix_scripts(&values(text)), family.script(), start, end).to_owned()
}

#[test]
fn a_word_for_posix_shells_is_that_text_to_python() {
    let pythons = oldest_and_newest();
    holds(800, &text(24), |text| {
        for (_, python) in &pythons {
            prop_assert_eq!(python.ask("split", &[&word(Family::Sh, &text)]), [text.as_str()]);
        }
        Ok(())
    });
}

/// What a shell makes of the words: it hands them on to a program, each ended by NUL.
fn read_by(shell: &Shell, world: &World, texts: &[String]) -> String {
    let words = texts.iter().map(|text| format!("/usr/bin/printf '%s\\0' {}\n", word(shell.family, text)));
    let script = world.root.path().join(shell.command.concat().replace('/', ""));
    std::fs::write(&script, words.collect::<String>()).unwrap();
    quiet_success(shell.command(world).arg(script))
}

#[test]
fn a_word_is_that_text_to_each_shell() {
    let world = World::new();
    in_every_shell(|shell| {
        holds(8, &proptest::collection::vec(text(24), 1..60), |texts| {
            let expected: String = texts.iter().map(|text| format!("{text}\0")).collect();
            prop_assert_eq!(read_by(shell, &world, &texts), expected, "{:?}", shell.command);
            Ok(())
        });
    });
    world.assert_nothing_was_executed();
}

/// cmd.exe's first reading of a line in a file: `%%` is a percent sign, and each other one would be a variable.
fn without_percents(line: &str) -> Option<String> {
    let pairs = line.replace("%%", "\0");
    (!pairs.contains('%')).then(|| pairs.replace('\0', "%"))
}

/// Its second: a caret takes the meaning from what follows. Nothing where something acts.
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

/// The third, where delayed expansion is on and the line holds a `!`: again a caret takes the meaning from what
/// follows, and each other `!` would be a variable.
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

/// What a prompt of cmd.exe shows: `$` and a letter are one character. Nothing where it is more than that.
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

#[test]
fn a_word_is_that_text_by_the_rules_of_cmd() {
    holds(3_000, &text(24), |text| {
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

        // In quotes no caret counts, but one more quote would end them.
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
