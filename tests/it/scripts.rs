//! The scripts of a restored pip start wherever the environment is, and no part of its path is run as code.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use crate::pythons::{self, Python};
use crate::testenv::TestEnv;
use crate::tree::Tree;

/// Checks the digests and sizes in pip's `RECORD`.
const RECORD_IS_RIGHT: &str = "
import base64, csv, glob, hashlib, os, sys
count = 0
for record in glob.glob(os.path.join(sys.prefix, 'lib', '*', 'site-packages', 'pip-*.dist-info', 'RECORD')):
    root = os.path.dirname(os.path.dirname(record))
    for path, digest, size in csv.reader(open(record, encoding='utf-8', newline='')):
        contents = open(os.path.join(root, path), 'rb').read()
        sha256 = base64.urlsafe_b64encode(hashlib.sha256(contents).digest()).decode().rstrip('=')
        assert not digest or (digest, size) == ('sha256=' + sha256, str(len(contents))), (path, digest, sha256)
        count += path.endswith('/bin/pip') and bool(digest)
print(count)
";

/// Names of environments whose interpreter cannot be named by a plain `#!` line.
fn names() -> [String; 5] {
    let long = format!("{}/{}", "x".repeat(90), "y".repeat(90));
    [
        "with space".to_owned(),
        "a \"b\" $(touch pwned) `touch pwned` it's ''' \\ \\n".to_owned(),
        format!("{long}/\"$(touch${{IFS}}pwned)';touch${{IFS}}pwned;'''\\x"),
        format!("{long}/(a)&b#c*"),
        long,
    ]
}

/// The pips of the oldest and the newest interpreter write scripts in different ways.
#[apply(slow_test)]
fn pip_starts_and_can_be_removed_wherever_it_is() {
    for python in pythons::oldest_and_newest_with_pip() {
        let world = TestEnv::new();
        let env_dirs = names().map(|name| world.path(name));
        world.rvenv(&python.path).args(&env_dirs).output().silent_success();
        for env_dir in &env_dirs {
            pip_starts(&world, python, env_dir);
            let interpreter = env_dir.join("bin/python");
            let outcome = world.run(&interpreter).args(["-I", "-c", RECORD_IS_RIGHT]).output().success();
            assert_eq!(outcome.stdout(), "1\n", "{outcome}");
        }
        // One stands for all, since all have the same files, and a `RECORD` that is right.
        let [env_dir, ..] = &env_dirs;
        world.run(env_dir.join("bin/python")).args(["-m", "ensurepip._uninstall"]).output().success();
        let left: Vec<String> = Tree::read(env_dir).0.into_keys().filter(|path| path.contains("/pip")).collect();
        assert!(left.is_empty(), "{left:?} in {}", env_dir.display());
        let everything = Tree::read(&world.path(""));
        assert!(everything.0.keys().all(|path| !path.ends_with("/pwned") && path != "pwned"), "something was run");
    }
}

/// Asserts that scripts start, directly and by Python: a shell and Python each read the first lines in their own way.
#[track_caller]
fn pip_starts(world: &TestEnv, python: &Python, env_dir: &Path) {
    let version = format!("pip {} from {}", python.bundled_pip.as_ref().unwrap(), env_dir.join("lib").display());
    let [script, other] = ["pip", "pip3"].map(|name| env_dir.join("bin").join(name));
    for run in [world.run(&script), world.run(env_dir.join("bin/python")).arg(&script)] {
        let outcome = run.arg("--version").output().success();
        assert!(outcome.stdout().starts_with(&version), "{outcome}");
    }
    assert!(fs::read(script).unwrap() == fs::read(other).unwrap(), "all scripts of pip are the same");
}

/// A plan must name every file that it overwrites.
#[apply(slow_test)]
fn the_scripts_that_come_with_pip_are_those_that_the_plan_names() {
    for python in pythons::with_pip() {
        let world = TestEnv::new();
        let run = world.rvenv(&python.path).env("RVENV_LOG", "debug").arg("e");
        let shown = run.output().success().stderr();
        world.rvenv(&python.path).args(["--without-pip", "bare"]).output().silent_success();
        let (_, named) = shown.lines().find_map(|line| line.strip_prefix("seed    ")?.split_once(": ")).unwrap();
        let scripts = |env_dir: &str| -> BTreeSet<String> {
            let entries =
                fs::read_dir(world.path(env_dir).join("bin")).unwrap().map(|entry| entry.unwrap().file_name());
            entries.map(|name| format!("bin/{}", name.to_str().unwrap())).collect()
        };
        let with_pip = scripts("e");
        let bare = scripts("bare");
        let brought: BTreeSet<&str> = with_pip.difference(&bare).map(String::as_str).collect();
        assert_eq!(brought, named.split(", ").collect(), "{}", python.path.display());
    }
}
