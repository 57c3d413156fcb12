//! The dialogue in PowerShell, whose script finds its environment by its own path, and the prompt in `pyvenv.cfg`.

use std::fs;
use std::path::{Path, PathBuf};

use super::{World, quiet_success};
use crate::needs;

/// The path of `pwsh`, looked up on PATH because hosted machines have it in unusual directories.
fn pwsh() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).map(|dir| dir.join("pwsh")).find(|program| program.exists())
}

#[apply(test)]
fn the_dialogue_goes_as_in_the_other_shells() {
    let Some(pwsh) = pwsh() else {
        needs::skip(&needs::shell("powershell", "pwsh"));
    };
    let world = World::new();
    let a = world.environment("it's first", "unused", "a");
    let b = world.environment("b", "unused", "b");
    // Python's literal for the text: it's "$(1)" \ `x`
    fs::write(b.join("pyvenv.cfg"), "home = /usr/bin\nprompt = 'it\\'s \"$(1)\" \\\\ `x`'\n").expect("a pyvenv.cfg");
    let script = world.root.path().join("dialogue.ps1");
    fs::write(&script, include_str!("dialogue.ps1")).expect("the dialogue");
    let out = world.root.path().join("report");
    let mut command = super::bare_command(pwsh.to_str().expect("a path in UTF-8"), &world);
    command.env("OUT", &out).env("A", &a).env("B", &b).env("PYTHONHOME", "/some/home");
    command.args(["-NoLogo", "-NoProfile", "-NonInteractive", "-File"]).arg(&script);
    quiet_success(&mut command);

    let inactive = "unset unset /usr/bin:/bin /some/home";
    let active = |env: &Path, prompt: &str| {
        let env = env.display();
        format!("{env} {prompt} {env}/bin:/usr/bin:/bin unset")
    };
    let expected = [
        format!("before: {inactive}"),
        format!("active: {}", active(&a, "it's first")),
        format!("again: {}", active(&a, "it's first")),
        format!("switched: {}", active(&b, "it's \"$(1)\" \\ `x`")),
        format!("nondestructive: {inactive}"),
        format!("deactivated: {inactive}"),
        "edited: unset unset /first:/usr/bin:/bin:/last /some/home".to_owned(),
    ];
    let report = fs::read_to_string(&out).expect("a report");
    assert_eq!(report.lines().collect::<Vec<_>>(), expected);
}

/// A session in which the user has an alias and a function `deactivate`.
const OWN: &str = r#"
$ErrorActionPreference = 'Stop'
function Show-Mine { "alias: $args" }
function global:deactivate([string] $What) { "it's mine: $What" + ' $(touch pwned) `touch pwned`' }
Set-Alias -Name deactivate -Value Show-Mine -Description "it's" -Option AllScope
function Describe {
    $alias = Get-Item Alias:deactivate
    [string] $alias.Definition + ' ' + $alias.Description + ' ' + $alias.Options
    [string] (Get-Item Function:deactivate).ScriptBlock
    deactivate one
    & (Get-Command -CommandType Function deactivate) two
}
$before = Describe
. "$env:A/bin/Activate.ps1"
. "$env:A/bin/Activate.ps1"
. "$env:B/bin/Activate.ps1"
deactivate -NonDestructive
. "$env:A/bin/Activate.ps1"
deactivate
$after = Describe
if ([string] $before -cne [string] $after) { $before; $after }
Remove-Item Alias:deactivate -Force
Remove-Item Function:deactivate
. "$env:A/bin/Activate.ps1"
deactivate
Get-Item Alias:*deactivate*, Function:*deactivate*, Variable:*OLD_VIRTUAL*
$before.Count
"#;

#[apply(test)]
fn an_alias_and_a_function_come_back() {
    let Some(pwsh) = pwsh() else {
        needs::skip(&needs::shell("powershell", "pwsh"));
    };
    let world = World::new();
    let a = world.environment("a", "a", "a");
    let b = world.environment("b", "b", "b");
    let script = world.root.path().join("own.ps1");
    fs::write(&script, OWN).expect("the session");
    let mut command = super::bare_command(pwsh.to_str().expect("a path in UTF-8"), &world);
    command.env("A", &a).env("B", &b);
    command.args(["-NoLogo", "-NoProfile", "-NonInteractive", "-File"]).arg(&script);
    assert_eq!(quiet_success(&mut command), "4\n");
    world.assert_nothing_was_executed();
}
