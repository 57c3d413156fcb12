//! CPython is the oracle: with the same options at the same path, rvenv creates the same tree as `python -m venv`. Only
//! the differences declared in `differences` are allowed. The cases are listed in `cases`.
//!
//! One module per minor version, so that the versions run side by side and can be picked:
//! `cargo test parity::python3_12`.

mod cases;
mod differences;
mod edit;

use std::fs;
use std::path::PathBuf;

use crate::pythons::{self, Python};
use crate::testenv::{Outcome, Run, TestEnv, notice};
use crate::tree::Tree;
use crate::use_env;
use cases::{Case, OVER, Situation, WITH_PIP, WITHOUT_PIP};

macro_rules! versions {
    ($($name:ident = $minor:literal),+ $(,)?) => {
        $(mod $name {
            #[test]
            fn environments_without_pip_are_those_of_venv() {
                super::without_pip($minor);
            }

            #[test]
            fn what_is_made_of_an_environment_that_is_there_is_what_venv_makes_of_it() {
                super::over_another($minor);
            }

            #[test]
            fn environments_with_pip_are_those_of_venv_and_pip_works() {
                super::with_pip($minor);
            }

            #[test]
            fn an_environment_made_again_keeps_its_files_unless_cleared() {
                super::pythons_with($minor).for_each(crate::use_env::made_again);
            }
        })+

        const TESTED_MINORS: &[u32] = &[$($minor),+];
    };
}

versions! {
    python3_6 = 6, python3_7 = 7, python3_8 = 8, python3_9 = 9, python3_10 = 10, python3_11 = 11, python3_12 = 12,
    python3_13 = 13, python3_14 = 14, python3_15 = 15, python3_16 = 16,
}

#[test]
fn every_interpreter_found_is_compared() {
    let forgotten = pythons::all().iter().find(|python| !TESTED_MINORS.contains(&python.minor));
    assert_eq!(forgotten, None, "add its minor version to `versions!`");
}

/// The interpreters of a version that have venv. A missing version passes in silence: `pythons` reports what is found.
fn pythons_with(minor: u32) -> impl Iterator<Item = &'static Python> {
    pythons::all().iter().filter(move |python| python.minor == minor && python.has_venv)
}

fn without_pip(minor: u32) {
    for python in pythons_with(minor) {
        for case in WITHOUT_PIP {
            same_as_venv(python, case);
        }
        // The name of the interpreter decides the shape of the links.
        for renamed in python.by_its_other_names() {
            same_as_venv(&renamed, &cases::PLAIN);
        }
    }
}

fn over_another(minor: u32) {
    for python in pythons_with(minor) {
        let world = TestEnv::new();
        for case in OVER {
            let tool = case.over.expect("all of these are over another");
            let env_dir = world.path(format!("{tool:?}"));
            let command = tool.makes(&world, python, &env_dir).filter(|_| !env_dir.exists());
            // The newest virtualenv and uv do not support the oldest interpreters.
            let known = env_dir.exists() || command.is_some_and(|command| command.output().succeeded());
            if known {
                same_as_venv(python, case);
            } else {
                notice(&format!("skipped: {tool:?} makes no environment of {}", python.path.display()));
            }
        }
    }
}

fn with_pip(minor: u32) {
    for python in pythons_with(minor).filter(|python| python.bundled_pip.is_some()) {
        for case in WITH_PIP {
            // Creating an environment with pip takes seconds, so pip is tried in the compared environments.
            let compared = same_as_venv(python, case);
            for env_dir in &compared.env_dirs {
                use_env::pip_works(&compared.world, python, env_dir);
            }
        }
    }
}

/// The world of a comparison, with the environments that rvenv created.
struct Compared {
    world: TestEnv,
    env_dirs: Vec<PathBuf>,
}

/// Creates the case's environments with venv, then at the same paths with rvenv, and compares trees and answers.
#[track_caller]
fn same_as_venv(python: &Python, case: &Case) -> Compared {
    let world = TestEnv::new();
    let root = world.path("box");
    let situation = Situation { python, case, root: &root };
    if case.has("--copies") && use_env::copies_are_dead(&world, python) {
        refuses_dead_copies(&world, &situation);
        return Compared { env_dirs: Vec::new(), world };
    }
    let mut venv = make(&world, &situation, world.venv(&python.path).args(case.options_of_venv(python)));
    // Moved, not removed: deleting thousands of files makes the creation of the next ones slow on some file systems.
    fs::rename(&root, world.path("box of venv")).expect("nothing else is there");
    let mut rvenv = make(&world, &situation, world.rvenv(&python.path).args(case.options));
    let declared = differences::declare(&situation, &mut venv.tree, &mut rvenv.tree);
    let difference = venv.tree.diff(&rvenv.tree);
    assert!(
        difference.is_empty(),
        "{situation}: this differs from venv's tree (apart from {:?}):\n{difference}\n{}\n{}",
        declared.differences,
        venv.outcome,
        rvenv.outcome,
    );
    assert!(declared.out_of_date.is_empty(), "{situation}: no difference any more in {:?}", declared.out_of_date);
    assert_eq!(venv.answers, rvenv.answers, "{situation}: the environments answer differently\n{}", rvenv.outcome);
    Compared { env_dirs: situation.env_dirs().collect(), world }
}

/// Asserts that rvenv refuses copies that would not start, and leaves nothing behind.
#[track_caller]
fn refuses_dead_copies(world: &TestEnv, situation: &Situation) {
    let Situation { python, case, root } = situation;
    fs::create_dir(root).expect("the world was made for this");
    let command = world.rvenv(&python.path).args(case.options).args(case.env_dirs_as_typed(root));
    let outcome = command.cwd(root).output().status(1);
    assert!(outcome.stderr().contains("does not start"), "{situation}: {outcome}");
    assert!(Tree::read(root).0.is_empty(), "{situation}: something is left\n{outcome}");
}

/// The result of a command that was run in an empty directory.
struct Made {
    outcome: Outcome,
    tree: Tree,
    answers: Vec<String>,
}

fn make(world: &TestEnv, situation: &Situation, command: Run) -> Made {
    let Situation { case, root, .. } = situation;
    fs::create_dir(root).expect("the world was made for this");
    for (tool, env_dir) in case.over.into_iter().flat_map(|tool| situation.env_dirs().map(move |dir| (tool, dir))) {
        tool.makes(world, situation.python, &env_dir).expect("it was here a moment ago").output().success();
    }
    let command = command.args(case.env_dirs_as_typed(root)).cwd(root).umask(case.umask);
    let outcome = command.output().silent_success();
    // The tree is read before the environments are used, which may write bytecode.
    let tree = Tree::read(root);
    let answers = situation.env_dirs().map(|env_dir| use_env::answers(world, &env_dir)).collect();
    Made { outcome, tree, answers }
}
