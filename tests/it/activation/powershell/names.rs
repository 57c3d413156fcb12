//! Names and prompts that try to be code, or that no other shell would take.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use proptest::prelude::*;
use rvenv::Config;
use rvenv::config::Prompt;
use rvenv::pyvenv_cfg;

use super::{LANGUAGES, bare_pwsh, session};
use crate::activation::names::hostile_names;
use crate::activation::{World, display, quiet_success};
use crate::plan::linux;
use crate::properties::{name, samples, text};
use crate::pythons;

/// Writes the `pyvenv.cfg` that rvenv writes for a prompt.
fn write_cfg(dir: &Path, prompt: &str) {
    let prompt = Prompt::Custom { given: prompt.to_owned(), text: prompt.to_owned() };
    let cfg = pyvenv_cfg::render(&linux(13), &with!(Config::default(), prompt: prompt), "/e");
    fs::write(dir.join("pyvenv.cfg"), cfg).expect("a pyvenv.cfg");
}

/// Creates environments of these names and prompts, and returns the name that each of them is to have: its prompt, or
/// the name of its directory, and the lines with the paths of the scripts.
fn environments(world: &World, names: &[(String, String)]) -> Vec<String> {
    let mut list = String::new();
    let mut shown = Vec::new();
    let _ = fs::remove_dir_all(world.root.path().join("envs"));
    for (number, (name, prompt)) in names.iter().enumerate() {
        let link = world.root.path().join(number.to_string());
        let _ = fs::remove_file(link);
        let dir = world.environment(&format!("{number}/{name}"), "unused", &number.to_string());
        write_cfg(&dir, prompt);
        writeln!(list, "{}", dir.display()).expect("a String takes all that is written");
        shown.push(if prompt.is_empty() { name.clone() } else { prompt.clone() });
    }
    fs::write(world.root.path().join("list"), list).expect("the list");
    shown
}

/// Activates each environment. `Get-Content` would take a backslash in a path for a slash, so the list is read there.
const NAMES: &str = r#"
function global:prompt { '' }
foreach ($dir in Get-Content -LiteralPath "$env:R/list" -Encoding UTF8) {
    . "$dir/bin/Activate.ps1"
    /usr/bin/printenv -0 VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH
    /usr/bin/printf '%s\0' "$(-join @(prompt 6>&1))"
    deactivate
}
/usr/bin/printenv -0 PATH
"#;

/// The output of such a session, as the values between NULs, and those that are expected.
fn found_and_expected(world: &World, language: &str, names: &[(String, String)]) -> (Vec<String>, Vec<String>) {
    let shown = environments(world, names);
    let found = quiet_success(&mut session(world, language, NAMES));
    let found: Vec<String> = found.trim_end_matches('\0').split('\0').map(str::to_owned).collect();
    let path = found.last().expect("the last PATH").clone();
    let mut expected = Vec::new();
    for (number, ((name, _), shown)) in names.iter().zip(shown).enumerate() {
        let dir = world.root.path().join("envs").join(number.to_string()).join(name).display().to_string();
        // In the constrained language, what is in a directory with a backslash in its name cannot be read.
        let shown = if language != LANGUAGES[0] && name.contains('\\') { name.clone() } else { shown };
        expected.extend([dir.clone(), shown.clone(), format!("{dir}/bin:{path}"), format!("({shown}) ")]);
    }
    expected.push(path);
    (found, expected)
}

#[track_caller]
fn assert_arrive(names: &[(String, String)]) {
    let world = World::new();
    for language in LANGUAGES {
        let (found, expected) = found_and_expected(&world, language, names);
        for (found, expected) in found.iter().zip(&expected) {
            assert_eq!(found, expected, "{language}");
        }
        assert_eq!(found.len(), expected.len(), "{language}");
    }
    world.assert_nothing_was_executed();
}

#[apply(slow_test)]
fn hostile_names_arrive_literally_and_are_never_executed() {
    // A file in a directory with both characters in its name is not found by PowerShell.
    let can_be_run = |(name, _): &(String, String)| !(name.contains('\\') && name.contains('['));
    assert_arrive(&hostile_names().into_iter().filter(can_be_run).collect::<Vec<_>>());
}

#[apply(slow_test)]
fn any_name_and_any_prompt_arrive() {
    assert_arrive(&samples(100, &(name(24).prop_map(|name| format!("e{name}")), text(24))));
}

/// The prompt that PowerShell itself displays on a terminal. A backslash in a name is not displayed in the constrained
/// language, see above, and not tried here.
#[apply(slow_test)]
fn an_interactive_prompt_shows_every_name_as_it_is_and_executes_none() {
    let python = &pythons::all().last().unwrap().path;
    let world = World::new();
    let names: Vec<_> = hostile_names().into_iter().filter(|(name, _)| !name.contains('\\')).collect();
    let shown = environments(&world, &names);
    let mut dialogue = display::Dialogue::default();
    for language in LANGUAGES {
        let setup =
            format!("function prompt {{ 'READY> ' }}; $ExecutionContext.SessionState.LanguageMode = '{language}'");
        dialogue.step(&setup, Some(""));
        dialogue.step("$dirs = Get-Content -LiteralPath $env:R/list -Encoding UTF8", Some(""));
        for (number, name) in shown.iter().enumerate() {
            let expected = format!("({name}) ");
            let is_one_line = !name.contains(char::is_control);
            dialogue.step(&format!(". \"$($dirs[{number}])/bin/Activate.ps1\""), is_one_line.then_some(&expected));
        }
        dialogue.step("deactivate", Some(""));
    }
    // The line editor draws a line again and again.
    let mut command = bare_pwsh(&world);
    command.env("R", world.root.path()).args([
        "-NoProfile",
        "-NoExit",
        "-Command",
        "Remove-Module PSReadLine -ErrorAction Ignore",
    ]);
    dialogue.hold(&world, python, &command);
    world.assert_nothing_was_executed();
}
