//! A second run over an existing environment: some files are renewed, and others stay.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::PathBuf;

use predicates::str::contains;

use crate::fake_python::FakePython;
use crate::testenv::TestEnv;
use crate::tree::Tree;
use crate::users::{as_nobody, hand_over, set_mode};

/// A world with two fake interpreters, of Python 3.12 and 3.13.
fn world() -> (TestEnv, PathBuf, PathBuf) {
    let world = TestEnv::new();
    let old = FakePython { version: "3.12.1", ..FakePython::default() }.write(&world.path("old/python3"));
    let new = FakePython::default().write(&world.path("new/python3"));
    (world, old, new)
}

fn cfg(world: &TestEnv) -> String {
    fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap()
}

#[apply(test)]
fn an_upgrade_or_a_rerun_leads_all_links_to_the_new_interpreter() {
    for options in [&["--upgrade"][..], &[]] {
        let (world, old, new) = world();
        world.rvenv(&old).args(["--without-pip", "e"]).output().silent_success();
        fs::write(world.path("e/bin/tool"), "mine").unwrap();
        world.rvenv(&new).args(options).args(["--without-pip", "e"]).output().silent_success();
        for name in ["python", "python3", "python3.13"] {
            assert_eq!(fs::canonicalize(world.path("e/bin").join(name)).unwrap(), new, "{options:?} {name}");
        }
        // `python3.12` would start Python 3.13.
        assert!(!world.path("e/bin/python3.12").is_symlink());
        assert!(cfg(&world).starts_with(&format!("home = {}\n", world.path("new").display())));
        assert_eq!(fs::read_to_string(world.path("e/bin/tool")).unwrap(), "mine");
    }
}

/// venv warns that it cannot create links, and leaves the old interpreter in place.
#[apply(test)]
fn copies_stay_copies_unless_links_are_asked_for() {
    let (world, old, new) = world();
    let make =
        |python: &PathBuf, options: &[&str]| world.rvenv(python).args(options).args(["--without-pip", "e"]).output();
    let is_copy = |name: &str, of: &PathBuf| {
        let path = world.path("e/bin").join(name);
        !path.is_symlink() && fs::read(path).unwrap() == fs::read(of).unwrap()
    };
    make(&old, &["--copies"]).silent_success();
    for (python, options) in [(&old, &[][..]), (&new, &["--upgrade"]), (&old, &["--upgrade"]), (&new, &[])] {
        make(python, options).silent_success();
        let [own, other] = if *python == new { ["python3.13", "python3.12"] } else { ["python3.12", "python3.13"] };
        assert!(["python", "python3", own].iter().all(|name| is_copy(name, python)), "{options:?}");
        assert!(!world.path("e/bin").join(other).exists(), "it would be another version than it says");
        assert!(cfg(&world).contains(" -m venv --copies "), "{}", cfg(&world));
    }
    // By whatever name the interpreters are run.
    let old = FakePython { version: "3.12.1", ..FakePython::default() }.write(&world.path("named/python3.12"));
    let new = FakePython::default().write(&world.path("named/python3.13"));
    make(&old, &["--clear", "--copies"]).silent_success();
    make(&new, &[]).silent_success();
    assert!(["python", "python3", "python3.13"].iter().all(|name| is_copy(name, &new)));
    assert!(!world.path("e/bin/python3.12").exists());
    for option in ["--symlinks", "--clear"] {
        make(&new, &["--copies"]).silent_success();
        make(&new, &[option]).silent_success();
        assert!(world.path("e/bin/python3").is_symlink(), "{option}");
    }
}

#[apply(test)]
fn another_minor_version_warns_of_packages_that_are_no_longer_seen() {
    let (world, old, new) = world();
    world.rvenv(&old).args(["--without-pip", "e"]).output().silent_success();
    // An empty site-packages is no reason to warn, nor are packages that each environment has.
    for name in ["pip", "setuptools-80.dist-info", "distutils-precedence.pth"] {
        fs::create_dir(world.path("e/lib/python3.12/site-packages").join(name)).unwrap();
    }
    world.rvenv(&new).args(["--without-pip", "e"]).output().silent_success();
    fs::write(world.path("e/lib/python3.12/site-packages/module.py"), "").unwrap();
    for options in [&["--upgrade"][..], &[]] {
        let outcome = world.rvenv(&new).args(options).args(["--without-pip", "e"]).output().success();
        let dir = world.path("e/lib/python3.12");
        let dir = dir.display();
        assert_eq!(
            outcome.stderr(),
            format!(
                "warning: the packages in `{dir}`, and the scripts that need them, do not work any more: the \
                 environment has Python 3.13.0 now\n  hint: install them again; `{dir}` is not needed after that and \
                 may be deleted\n"
            )
        );
    }
    world.rvenv(&new).args(["--without-pip", "--clear", "e"]).output().silent_success();
}

#[apply(test)]
fn an_upgrade_keeps_prompt_and_visible_packages_unless_they_are_given() {
    let (world, old, new) = world();
    let prompt = "it's \"x\"\n\u{a0}é";
    world.rvenv(&old).args(["--without-pip", "--system-site-packages", "--prompt", prompt, "e"]).output().success();
    world.rvenv(&new).args(["--without-pip", "--upgrade", "e"]).output().silent_success();
    let kept = cfg(&world);
    assert!(kept.contains("\nprompt = 'it\\'s \"x\"\\n\\xa0é'\n"), "{kept}");
    assert!(kept.contains("\ninclude-system-site-packages = true\n"), "{kept}");
    assert!(kept.contains(" --system-site-packages --upgrade --prompt=\"it's \"x\"\\n\\xa0é\" "), "{kept}");
    world.rvenv(&new).args(["--without-pip", "--upgrade", "--prompt", "new", "e"]).output().silent_success();
    assert!(cfg(&world).contains("\nprompt = 'new'\n"));
    // Without --upgrade, options that are not given have their defaults.
    world.rvenv(&new).args(["--without-pip", "e"]).output().silent_success();
    assert!(!cfg(&world).contains("prompt") && cfg(&world).contains("site-packages = false\n"));
}

/// rvenv hides the base interpreter's packages while ensurepip runs, and a failure must undo that.
#[apply(test)]
fn an_upgrade_that_fails_leaves_the_environment_as_it_was() {
    let (world, old, _) = world();
    let options = ["--without-pip", "--system-site-packages", "--prompt", "mine", "e"];
    world.rvenv(&old).args(options).output().silent_success();
    let before = Tree::read(&world.path("e"));
    let broken = FakePython { otherwise: "exit 1", ..FakePython::default() }.write(&world.path("broken/python3"));
    world.rvenv(&broken).args(["--upgrade", "e"]).output().status(1);
    assert_eq!(before.diff(&Tree::read(&world.path("e"))), "");
}

#[apply(test)]
fn an_upgrade_leaves_the_scripts_alone() {
    let (world, old, new) = world();
    world.rvenv(&old).args(["--without-pip", "e"]).output().silent_success();
    fs::write(world.path("e/bin/activate"), "mine").unwrap();
    world.rvenv(&new).args(["--without-pip", "--upgrade", "e"]).output().silent_success();
    assert_eq!(fs::read_to_string(world.path("e/bin/activate")).unwrap(), "mine");
    world.rvenv(&new).args(["--without-pip", "e"]).output().silent_success();
    assert_ne!(fs::read_to_string(world.path("e/bin/activate")).unwrap(), "mine");
}

#[apply(test)]
fn an_upgrade_repairs_an_environment_whose_base_is_gone() {
    let (world, old, new) = world();
    world.rvenv(&old).args(["--without-pip", "e"]).output().silent_success();
    fs::remove_dir_all(world.path("old")).unwrap();
    world.rvenv(&new).args(["--without-pip", "--upgrade", "e"]).output().silent_success();
    assert_eq!(fs::canonicalize(world.path("e/bin/python3")).unwrap(), new);
}

#[apply(test)]
fn a_lib64_that_leads_somewhere_stays() {
    let (world, _, new) = world();
    fs::create_dir_all(world.path("e/lib64")).unwrap();
    world.rvenv(&new).args(["--without-pip", "e"]).output().silent_success();
    assert!(!world.path("e/lib64").is_symlink());
    fs::remove_dir(world.path("e/lib64")).unwrap();
    symlink("nowhere", world.path("e/lib64")).unwrap();
    world.rvenv(&new).args(["--without-pip", "e"]).output().silent_success();
    assert_eq!(fs::read_link(world.path("e/lib64")).unwrap(), PathBuf::from("lib"));
}

/// Any other run replaces the file, whatever it says.
#[apply(test)]
fn a_cfg_that_cannot_be_read_is_an_error_for_an_upgrade_alone() {
    let (world, _, python) = world();
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    fs::create_dir(world.path("tools")).unwrap();
    set_mode(&world.path("e/pyvenv.cfg"), 0);
    let dirs = ["", "e", "e/bin", "e/lib", "e/include", "e/lib/python3.13", "e/lib/python3.13/site-packages"];
    hand_over(&world, &dirs);
    hand_over(&world, &["e/pyvenv.cfg"]);
    let run = |option: &[&str]| as_nobody(&world, &python).args(option).args(["--without-pip", "e"]).output();
    let refused = format!("error: cannot read `{}`\n", world.path("e/pyvenv.cfg").display());
    run(&["--upgrade"]).status(1).with_stderr(&contains(refused.trim_end()));
    run(&[]).silent_success();
    assert!(!fs::read(world.path("e/pyvenv.cfg")).unwrap().is_empty());
}
