//! The tree equals that of the interpreter's own venv, except as described in `docs/parity.md`.

use std::fs;
use std::path::Path;

use super::{can_link, pythons};
use crate::needs::{self, Need};
use crate::pythons::Python;
use crate::testenv::TestEnv;
use crate::tree::{Entry, Kind, Tree};

/// Scripts whose text is rvenv's own, compared by what they do.
const SCRIPTS: [&str; 4] = ["activate", "activate.bat", "activate.fish", "deactivate.bat"];

/// Creates an environment with venv and then with rvenv at the same path, and compares the trees.
fn compare(world: &TestEnv, python: &Python, name: &str, options: &[&str]) {
    let env_dir = world.path(name);
    world.venv(&python.path).args(options).arg(name).output().success();
    let mut expected = Tree::read(&env_dir);
    fs::rename(&env_dir, world.path("that of venv")).expect("nothing is in use");
    world.rvenv(&python.path).args(options).arg(name).output().silent_success();
    let mut found = Tree::read(&env_dir);
    declare(&mut expected, python, options, &env_dir);
    for tree in [&mut expected, &mut found] {
        forget(tree);
    }
    let difference = expected.diff(&found);
    assert!(difference.is_empty(), "3.{} with {options:?}:\n{difference}", python.minor);
    for made in [env_dir, world.path("that of venv")] {
        fs::remove_dir_all(made).expect("nothing is in use");
    }
}

/// Adds the files and keys that older Pythons lack to the tree of venv.
fn declare(tree: &mut Tree, python: &Python, options: &[&str], env_dir: &Path) {
    let mut add = |path: &str, contents: &[u8]| {
        let kind = Kind::File(contents.to_owned());
        tree.0.entry(path.to_owned()).or_insert(Entry { kind, mode: 0 });
    };
    if !options.contains(&"--without-scm-ignore-files") {
        add(".gitignore", b"");
    }
    add("Scripts/activate.fish", b"");
    let Some(Entry { kind: Kind::File(cfg), .. }) = tree.0.get_mut("pyvenv.cfg") else { panic!("no pyvenv.cfg") };
    if python.minor < 11 {
        cfg.extend(format!("executable = {}\r\n", python.real.display()).bytes());
        // venv copies by default on Windows, so the option is not recorded.
        let options = options.iter().filter(|option| **option != "--copies").map(|option| format!("{option} "));
        let options: String = options.collect();
        let python = python.path.display();
        cfg.extend(format!("command = {python} -m venv {options}{}\r\n", env_dir.display()).bytes());
    }
    cfg.extend(format!("rvenv = {}\r\n", env!("CARGO_PKG_VERSION")).bytes());
}

/// Removes differences that do not matter: comments, the text of scripts, and the build times of launchers, which
/// also change the digests in `RECORD`.
fn forget(tree: &mut Tree) {
    for (path, Entry { kind, .. }) in &mut tree.0 {
        let Kind::File(contents) = kind else { continue };
        let is_script = path.strip_prefix("Scripts/").is_some_and(|name| SCRIPTS.contains(&name));
        if is_script || path == ".gitignore" {
            contents.clear();
        } else if path.ends_with("/RECORD") {
            let text = String::from_utf8(std::mem::take(contents)).expect("RECORD is text");
            *contents = text.lines().filter(|line| !line.contains(".exe,")).collect::<Vec<_>>().join("\n").into();
        } else if path.ends_with(".exe") {
            forget_dates(contents);
        }
    }
}

/// Clears the times and dates in both headers of the zip in a launcher.
fn forget_dates(launcher: &mut [u8]) {
    for (mark, date) in [(b"PK\x03\x04", 10..14), (b"PK\x01\x02", 12..16)] {
        if let Some(header) = launcher.windows(4).rposition(|four| four == mark) {
            launcher[header..][date].fill(0);
        }
    }
}

#[apply(test)]
fn without_pip_the_tree_is_that_of_venv() {
    for python in pythons() {
        let world = TestEnv::new();
        compare(&world, python, "env", &["--without-pip"]);
        compare(&world, python, "my (é) env", &["--without-pip", "--system-site-packages", "--clear", "--copies"]);
    }
}

#[apply(test)]
fn with_symlinks_the_tree_is_that_of_venv() {
    let world = TestEnv::new();
    if !can_link(&world) {
        needs::skip(&Need::new("symlinks", "the right to create symlinks"));
    }
    for python in pythons() {
        compare(&world, python, "env", &["--symlinks", "--without-pip"]);
    }
}

/// The first environment makes the seed, the second is restored from it.
#[apply(test)]
fn with_pip_the_tree_is_that_of_venv() {
    for python in pythons() {
        let world = TestEnv::new();
        compare(&world, python, "env", &[]);
        compare(&world, python, "my env", &[]);
    }
}
