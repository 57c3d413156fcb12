//! Console scripts start as the bundled pip writes them or, if that would not work, as they have to.

use std::fs;
use std::path::PathBuf;

use proptest::prelude::*;

use super::{CoProcess, holds, name};
use crate::cache_world::CacheWorld;
use crate::pythons;

/// A shell script that prints what `exec` passes to the interpreter: its own name, and the script.
const SAY_WHO: &str = r#"printf '%s\n%s\n' "$0" "$1""#;

/// Texts that a shell or Python would act on.
const ACTING: &[&str] = &["$HOME", "$(pwd)", "`pwd`", "\\$HOME", "\\", "\\n", "\"", "'", "'''", " ", "*", "&", ";"];

/// Processes of the interpreters with the oldest and the newest bundled pip.
fn oldest_and_newest_pip() -> Vec<CoProcess> {
    pythons::oldest_and_newest_with_pip().into_iter().map(CoProcess::start).collect()
}

/// Directory names: short, or long enough to bring the first line of a script near its limit.
fn directories(root: usize) -> impl Strategy<Value = Vec<String>> {
    let odd = || {
        let piece = prop_oneof![name(6), proptest::sample::select(ACTING).prop_map(str::to_owned)];
        proptest::collection::vec(piece, 0..5).prop_map(|pieces| format!("x{}", pieces.concat()))
    };
    let plain = proptest::string::string_regex("[a-zé日_.+-]{1,20}").unwrap().prop_map(|name| format!("x{name}"));
    // The line also has `#!`, the root, three slashes, the number, `bin/python3` and a newline, and is about as long as
    // allowed.
    let longest = if cfg!(target_os = "macos") { 512 } else { 127 };
    let limit = longest - 2 - root - "/0//bin/python3\n".len();
    let long = (limit - 4..limit + 3, proptest::bool::ANY).prop_map(|(length, has_space)| {
        let name = format!("{}/{}", "y".repeat(length / 2), "y".repeat(length - length / 2));
        if has_space { name.replacen("yy", "y ", 1) } else { name }
    });
    let far = odd().prop_map(|name| format!("{name}/{}", "z".repeat(120)));
    let name = prop_oneof![3 => odd(), 2 => plain, 2 => long, 1 => far];
    proptest::collection::vec(name, 1..8)
}

/// Whether the shell and Python read pip's word for a path as that path; see `src/seed/shebang.rs`.
fn pip_gets_it_right(python: &str) -> bool {
    let in_quotes = "\"$`\\";
    let bare = "\"$`\\'&|;<>()*?[]{}!#~";
    let acting = if python.contains(' ') { in_quotes } else { bare };
    !python.contains(|c| acting.contains(c)) && !python.contains("'''")
}

/// The script before the body. The empty line that old pips write belongs to the body.
fn start(script: &str) -> &str {
    script.strip_suffix("import pip\n").unwrap().trim_end_matches('\n')
}

#[apply(test)]
fn a_script_begins_as_pip_has_it_begin_or_as_it_has_to() {
    let pips = oldest_and_newest_pip();
    let world = CacheWorld::new();
    let count = std::cell::Cell::new(0);
    let root = world.path("0000").to_str().unwrap().len();
    holds(16, &directories(root), |names| {
        count.set(count.get() + 1);
        let below = |number: usize, name: &str| world.path(format!("{:04}/{number}{name}", count.get()));
        let env_dirs: Vec<PathBuf> = names.iter().enumerate().map(|(number, name)| below(number, name)).collect();
        world.rvenv().args(&env_dirs).output().silent_success();
        for env_dir in &env_dirs {
            let python = env_dir.join("bin/python3").to_str().unwrap().to_owned();
            let path = env_dir.join("bin/pip");
            let script = fs::read_to_string(&path).unwrap();
            let is_plain = script.starts_with(&format!("#!{python}\n"));
            for pip in &pips {
                let expected = pip.ask("script", &[&python]).remove(0);
                if expected.starts_with(&format!("#!{python}\n")) || pip_gets_it_right(&python) {
                    prop_assert_eq!(start(&script), start(&expected));
                } else {
                    prop_assert!(!is_plain, "{}", script);
                }
                // The part for the shell is a string to Python.
                let statements = pip.ask("statements", &[&script]);
                prop_assert_eq!(statements, if is_plain { &["Import"][..] } else { &["Expr", "Import"] });
            }
            let said = world.at_home(world.world.run(&path)).env("ON_PIP", SAY_WHO).output().success().stdout();
            prop_assert_eq!(said, format!("{python}\n{}\n", path.display()));
        }
        Ok(())
    });
}
