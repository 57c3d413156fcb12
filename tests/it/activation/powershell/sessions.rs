//! Sessions in which people have settings, functions and activations of their own.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::{LANGUAGES, bare_pwsh, session};
use crate::activation::{World, quiet_success};

const SESSIONS: &str = include_str!("sessions.ps1");
const OWN: &str = include_str!("own.ps1");

/// Values of `prompt` in `pyvenv.cfg`, and the prompts that they mean. Text that no variable can hold stays as it is
/// written.
const PROMPTS: &[(&str, &str)] = &[
    (r"'it\'s \x41\u00e9\U0001f600 \\ \n\t|'", "it's Aé\u{1f600} \\ \n\t|"),
    (r"'a\udc80b \U00110000 \x00 \ud83d\ude00'", r"a\udc80b \U00110000 \x00 \ud83d\ude00"),
    (r"'\q \x4 \\x41 \N{DASH}'", r"\q \x4 \x41 \N{DASH}"),
    ("plain words", "plain words"),
    ("'", "'"),
    ("\"$(1) `x`\"", "$(1) `x`"),
];

fn write_cfg(dir: &Path, prompt: &str) {
    fs::write(dir.join("pyvenv.cfg"), format!("home = /usr/bin\nPrompt = {prompt}\n")).expect("a pyvenv.cfg");
}

/// A world in which environments have links to them, but for those whose Python is looked for.
fn world() -> World {
    let world = World::new();
    let environment = |name: &str, link: &str| world.environment(name, "unused", link);
    environment("a", "a");
    environment("b", "b");
    write_cfg(&environment("c", "c"), r"'it\'s c'");
    fs::remove_file(environment("missing", "missing").join("bin/python")).expect("a python to lose");
    for (name, target) in [("dangling", "/nothing"), ("relative", "python3")] {
        let bin = environment(name, name).join("bin");
        fs::rename(bin.join("python"), bin.join("python3")).expect("a python");
        symlink(target, bin.join("python")).expect("a link");
    }
    for (number, (value, prompt)) in PROMPTS.iter().enumerate() {
        let name = format!("prompt{number}");
        let dir = environment(&name, &name);
        write_cfg(&dir, value);
        fs::write(dir.join("expected"), prompt).expect("the prompt");
    }
    let files = [
        ("script.ps1", "& \"$env:A/bin/Activate.ps1\""),
        ("module.psm1", "function Enter-It { . $env:A/bin/Activate.ps1 }"),
    ];
    for (name, text) in files {
        fs::write(world.root.path().join(name), text).expect("a file");
    }
    // These are not links: a link is another path.
    for name in ["back\\slash", "[a]"] {
        fs::rename(environment(name, "link"), world.root.path().join(name)).expect("a directory");
        fs::remove_file(world.root.path().join("link")).expect("a link");
    }
    world
}

#[apply(test)]
fn an_activation_works_in_any_session_and_leaves_it_as_it_was() {
    let world = world();
    for language in LANGUAGES {
        assert_eq!(quiet_success(&mut session(&world, language, SESSIONS)), "46 cases\n", "{language}");
    }
    world.assert_nothing_was_executed();
}

#[apply(test)]
fn an_alias_and_a_function_come_back() {
    let world = World::new();
    for name in ["a", "b"] {
        world.environment(name, name, name);
    }
    for language in LANGUAGES {
        assert_eq!(quiet_success(&mut session(&world, language, OWN)), "4\n", "{language}");
    }
    world.assert_nothing_was_executed();
}

/// A session that is started in an active environment activates a second one in its profile, and a third one later.
#[apply(test)]
fn a_session_in_a_session_activates_in_its_profile() {
    let world = World::new();
    let [a, b, c] = ["a", "b", "c"].map(|name| world.environment(name, name, name));
    let profile = world.root.path().join(".config/powershell");
    fs::create_dir_all(&profile).expect("a directory");
    fs::write(profile.join("profile.ps1"), ". \"$env:B/bin/Activate.ps1\"\n").expect("a profile");
    let code = r#"function See { "[$env:VIRTUAL_ENV] $env:PATH" }
        See; . "$env:C/bin/Activate.ps1"; See; deactivate; See; $Error.Count"#;
    let mut command = bare_pwsh(&world);
    command.env("VIRTUAL_ENV", &a).env("PATH", format!("{}/bin:/usr/bin:/bin", a.display())).env("B", &b).env("C", &c);
    let found = quiet_success(command.args(["-NonInteractive", "-Command", code]));
    let [in_profile, later, after, errors] = found.lines().collect::<Vec<_>>()[..] else { panic!("{found}") };
    let path = after.strip_prefix("[] ").expect("no environment");
    assert!(path.ends_with("/usr/bin:/bin") && !path.contains("rvenv-test"), "{found}");
    let active = |env: &Path| format!("[{env}] {env}/bin:{path}", env = env.display());
    assert_eq!([in_profile, later, errors], [&active(&b), &active(&c), "0"]);
}
