//! CPython is the oracle: with the same options at the same path, rvenv creates the same tree as `python -m venv`. Only
//! the differences declared in `differences` are allowed. The cases are listed in `cases`.
//!
//! One module per minor version, so that the versions run side by side and can be picked:
//! `cargo test parity::python3_12`.

mod cases;
mod differences;
mod edit;

use std::fs;
use std::path::{Path, PathBuf};

use crate::needs::{self, Need};
use crate::peers::Tool;
use crate::pythons::{self, Python};
use crate::testenv::{Outcome, Run, TestEnv};
use crate::tree::Tree;
use crate::use_env;
use cases::{Case, OVER, Situation, WITH_PIP, WITH_PIP_UNUSUAL, WITHOUT_PIP};

macro_rules! versions {
    ($($name:ident = $minor:literal: $kind:ident),+ $(,)?) => {
        $(mod $name {
            #[apply($kind)]
            fn environments_without_pip_are_those_of_venv() {
                super::without_pip($minor);
            }

            #[apply(slow_test)]
            fn what_is_made_of_an_environment_that_is_there_is_what_venv_makes_of_it() {
                super::over_another($minor);
            }

            #[apply(slow_test)]
            fn environments_with_pip_are_those_of_venv_and_pip_works() {
                super::with_pip($minor);
            }

            #[apply(test)]
            fn an_environment_made_again_keeps_its_files_unless_cleared() {
                super::pythons_with($minor).into_iter().for_each(crate::use_env::made_again);
            }
        })+

        const TESTED_MINORS: &[u32] = &[$($minor),+];
    };
}

versions! {
    python3_6 = 6: slow_test,
    python3_7 = 7: slow_test,
    python3_8 = 8: slow_test,
    python3_9 = 9: slow_test,
    python3_10 = 10: slow_test,
    python3_11 = 11: slow_test,
    python3_12 = 12: slow_test,
    python3_13 = 13: test,
    python3_14 = 14: slow_test,
    python3_15 = 15: slow_test,
    python3_16 = 16: slow_test,
}

#[apply(test)]
fn every_interpreter_found_is_compared() {
    let forgotten = pythons::all().iter().find(|python| !TESTED_MINORS.contains(&python.minor));
    assert_eq!(forgotten, None, "add its minor version to `versions!`");
}

/// The interpreters of a version that have venv. Without any, the test is skipped.
fn pythons_with(minor: u32) -> Vec<&'static Python> {
    let of_version = |python: &&Python| python.minor == minor && python.has_venv;
    let those: Vec<_> = pythons::all().iter().filter(of_version).collect();
    if those.is_empty() {
        needs::skip(&Need::new("versions", "Python in every other version from 3.6 on").with_remedy("pyenv"));
    }
    those
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
        for tool in [Tool::Venv, Tool::Virtualenv, Tool::Uv] {
            let world = TestEnv::new();
            let (root, before) = (world.path("box"), world.path("before"));
            let Some(command) = tool.makes(&world, python, &root.join("env")) else { continue };
            // The newest virtualenv and uv do not support the oldest interpreters.
            if command.output().succeeded() {
                fs::rename(&root, &before).expect("nothing else is there");
                for case in OVER.iter().filter(|case| case.over == Some(tool)) {
                    compare(&world, &Situation { python, case, root: &root, before: Some(&before) });
                }
            } else {
                needs::note(format!("Not tested: {} with {tool:?}, which does not serve it", python.path.display()));
            }
        }
    }
}

fn with_pip(minor: u32) {
    let pythons = pythons_with(minor);
    let with_pip: Vec<_> = pythons.iter().filter(|python| python.bundled_pip.is_some()).collect();
    if with_pip.is_empty() {
        needs::skip(&Need::new("pythons", format!("ensurepip of Python 3.{minor}")).in_package("python3-venv"));
    }
    for python in with_pip {
        // Creating an environment with pip takes seconds, so pip is tried in the compared environments. The way of
        // writing scripts has changed between the pips of the oldest and the newest interpreter: these are tried in
        // full. The environments of the others are just like venv's.
        let is_end = pythons::oldest_and_newest_with_pip().contains(python) || python.is_pypy();
        for case in [&WITH_PIP].into_iter().chain(is_end.then_some(&WITH_PIP_UNUSUAL)) {
            let compared = same_as_venv(python, case);
            for env_dir in &compared.env_dirs {
                use_env::has_pip(&compared.world, python, env_dir);
                if is_end {
                    use_env::pip_works(&compared.world, python, env_dir);
                }
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
    let situation = Situation { python, case, root: &root, before: None };
    if case.has("--copies") && use_env::copies_are_dead(python) {
        refuses_dead_copies(&world, &situation);
        return Compared { env_dirs: Vec::new(), world };
    }
    compare(&world, &situation);
    Compared { env_dirs: situation.env_dirs().collect(), world }
}

#[track_caller]
fn compare(world: &TestEnv, situation: &Situation) {
    let Situation { python, case, root, .. } = situation;
    let mut venv = make(world, situation, world.venv(&python.path).args(case.options_of_venv(python)));
    // Moved, not removed: deleting thousands of files makes the creation of the next ones slow on some file systems.
    fs::rename(root, world.path(format!("{:?} of venv", case.options))).expect("nothing else is there");
    let mut rvenv = make(world, situation, world.rvenv(&python.path).args(case.options));
    if is_compared_by_meaning(python) {
        venv.tree.forget_bytecode();
        rvenv.tree.forget_bytecode();
    }
    let declared = differences::declare(situation, &mut venv.tree, &mut rvenv.tree);
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
    if is_compared_by_meaning(python) && !case.has("--without-pip") {
        let trees = [&world.path(format!("{:?} of venv", case.options)), *root, *root];
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/parity/same_code.py");
        world.run(&python.path).arg("-B").arg(script).args(trees).output().silent_success();
    }
    if situation.before.is_some() {
        fs::rename(root, world.path(format!("{:?} of rvenv", case.options))).expect("nothing else is there");
    }
}

/// Whether bytecode is compared by its code objects. Before Python 3.11 pip's own differs from run to run; and which
/// modules a pip loads, which shows, is known only of those that were compared.
fn is_compared_by_meaning(python: &Python) -> bool {
    const NEWEST_COMPARED: [u32; 2] = [26, 3];
    let numbers = |version: &str| version.split('.').map_while(|part| part.parse().ok()).collect::<Vec<u32>>();
    let is_newer =
        python.bundled_pip.as_deref().is_some_and(|pip| numbers(pip)[..].iter().take(2).gt(&NEWEST_COMPARED));
    if is_newer {
        needs::note(format!("pip of {} is newer than those whose bytecode was compared", python.path.display()));
    }
    !python.is_pypy() && (is_newer || python.minor < 11)
}

/// Asserts that rvenv refuses copies that would not start, and leaves nothing behind.
#[track_caller]
fn refuses_dead_copies(world: &TestEnv, situation: &Situation) {
    let Situation { python, case, root, .. } = situation;
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
    let Situation { case, root, before, .. } = situation;
    match before {
        Some(before) => drop(world.run("cp").arg("-a").args([before, root]).output().success()),
        None => fs::create_dir(root).expect("the world was made for this"),
    }
    let command = command.args(case.env_dirs_as_typed(root)).cwd(root).umask(case.umask);
    let outcome = command.output().silent_success();
    // The tree is read before the environments are used, which may write bytecode.
    let tree = Tree::read(root);
    let answers = situation.env_dirs().map(|env_dir| use_env::answers(world, &env_dir)).collect();
    Made { outcome, tree, answers }
}
