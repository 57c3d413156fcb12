//! File systems that refuse something: venv limps through, and so does rvenv.

use std::fs;
use std::path::Path;

use predicates::str::{contains, is_empty};

use crate::errors::names;
use crate::fake_python::{FakePython, write_program};
use crate::pythons::{self, Python};
use crate::run::Outcome;
use crate::stopping;
use crate::testenv::TestEnv;
use crate::tree::Tree;

/// Runs rvenv where each of these calls fails, each time.
fn refused(world: &TestEnv, python: &Path, calls: &str, error: &str, arguments: &[&str]) -> Outcome {
    let (trace, inject) = (format!("trace={calls}"), format!("inject={calls}:{error}"));
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject].map(str::to_owned);
    world.rvenv(python).args(arguments).by(strace).output()
}

const LINKS: &str = "symlink,symlinkat";

/// Asserts that the environment starts as itself, and has no links.
#[track_caller]
fn assert_works_without_links(world: &TestEnv, python: &Python, env: &str) {
    let prefix = world.run(world.path(env).join("bin/python")).args(["-I", "-c", "import sys; print(sys.prefix)"]);
    assert_eq!(prefix.output().success().stdout().trim(), world.path(env).display().to_string());
    for name in names(&world.path(env).join("bin")).iter().filter(|name| name.starts_with("python")) {
        assert!(!world.path(env).join("bin").join(name).is_symlink(), "{name}");
    }
    assert!(!names(&world.path(env)).contains(&"lib64".to_owned()) || python.minor >= 15);
}

#[apply(slow_test)]
fn where_links_are_refused_the_interpreter_is_copied() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    // A relocatable build does not start as a copy.
    let starts = |python: &Python| {
        let world = TestEnv::new();
        world.rvenv(&python.path).args(["--without-pip", "--copies", "e"]).output().succeeded()
    };
    for python in pythons::oldest_and_newest_with_pip().into_iter().filter(|python| starts(python)) {
        let _ = fs::remove_dir_all(world.path("e"));
        for (error, arguments) in [
            ("error=EPERM", &["e"][..]),
            ("error=ENOSYS", &["e"]),
            ("error=EOPNOTSUPP", &["--clear", "e"]),
            ("error=EPROTO", &["--symlinks", "--clear", "e"]),
            ("error=EACCES", &["--upgrade", "e"]),
            ("error=EINVAL", &["--without-pip", "--clear", "e"]),
            ("error=EIO", &["e"]),
            ("error=EISDIR", &["e"]),
        ] {
            let outcome = refused(&world, &python.path, LINKS, error, arguments).success();
            // Copies that are there stay copies: nothing is refused then.
            if !arguments.contains(&"--upgrade") && (arguments.len() > 1 || error == "error=EPERM") {
                let warning = format!(
                    "warning: the interpreter in `{}` is a copy: a link is refused there (",
                    world.path("e").display()
                );
                outcome.with_stderr(&contains(warning));
                // `pyvenv.cfg` records what was asked for.
                assert!(!fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap().contains("--copies"));
            } else {
                outcome.with_stderr(&is_empty());
            }
            assert_works_without_links(&world, python, "e");
        }
        world.run(world.path("e/bin/pip")).arg("--version").output().success();
        refused(&world, &python.path, LINKS, "error=EPERM", &["--copies", "--without-pip", "c"]).silent_success();
        assert_works_without_links(&world, python, "c");
    }
}

/// sshfs lets a link be created that leads out of it, and lets nobody follow it.
#[apply(test)]
fn a_link_that_cannot_be_followed_is_none() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython::default().write(&world.path("tools/python3"));
    // The link is looked at by its own name, and by no other call.
    let strace =
        ["strace", "-f", "-qq", "-o", "/dev/null", "-P", "bin/python3", "-e", "trace=newfstatat,statx,fstatat64"];
    let inject = ["-e", "inject=newfstatat,statx,fstatat64:error=EPERM"];
    let run =
        world.rvenv(&python).args(["--without-pip", "e"]).by(inject.map(str::to_owned)).by(strace.map(str::to_owned));
    let outcome = run.output().success();
    outcome.with_stderr(&contains("is a copy: a link is refused there (Operation not permitted (os error 1))"));
    assert!(!world.path("e/bin/python3").is_symlink());
}

/// An error of a moment is no property of the file system.
#[apply(test)]
fn a_link_that_fails_once_is_tried_again() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython::default().write(&world.path("tools/python3"));
    refused(&world, &python, LINKS, "error=EIO:when=2", &["--without-pip", "e"]).silent_success();
    assert!(world.path("e/bin/python3").is_symlink());
}

#[apply(test)]
fn where_neither_a_link_nor_a_copy_works_both_reasons_are_given() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython { otherwise: "echo lost >&2; exit 1", ..FakePython::default() };
    let python = python.write(&world.path("tools/python3"));
    // The copy is run by another name than the interpreter.
    let script = fs::read_to_string(&python).unwrap();
    let own = format!("case $0 in {}) ;; *) echo lost >&2; exit 1 ;; esac\n", python.display());
    write_program(&python, &script.replacen('\n', &format!("\n{own}"), 1));
    refused(&world, &python, LINKS, "error=EPERM", &["--without-pip", "e"]).failure(&format!(
        "error: a link to the interpreter is refused (Operation not permitted (os error 1)), and a copy of `{}` does \
         not start in `{}`: exit status: 1\n    lost\n  hint: choose a directory on another file system\n",
        python.display(),
        world.path("e").display()
    ));
    assert!(!world.path("e").exists());
}

const RENAMES: &str = "rename,renameat,renameat2";

#[apply(slow_test)]
fn where_renames_are_refused_files_are_copied_into_place() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    for python in pythons::oldest_and_newest_with_pip() {
        for error in ["EXDEV", "EACCES", "EPERM", "EBUSY", "EMFILE", "ENOSYS", "EINVAL"] {
            let pip: &[&str] = if error == "EXDEV" { &[] } else { &["--without-pip"] };
            let _ = fs::remove_dir_all(world.path("e"));
            world.rvenv(&python.path).args(pip).arg("e").output().silent_success();
            let (whole, beside) = (Tree::read(&world.path("e")), names(&world.path(".")));
            fs::remove_dir_all(world.path("e")).unwrap();
            for options in [&[][..], &[], &["--upgrade"], &["--clear"]] {
                if options == ["--clear"] {
                    fs::create_dir_all(world.path("e/lib/mine/deep")).unwrap();
                    fs::write(world.path("e/lib/mine/deep/file"), "").unwrap();
                    fs::write(world.path("e/bin/mine"), "").unwrap();
                }
                let arguments = [options, pip, &["e"]].concat();
                let error = format!("error={error}");
                refused(&world, &python.path, RENAMES, &error, &arguments).silent_success();
                // `pyvenv.cfg` has the command line.
                let cfg = fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap();
                fs::write(
                    world.path("e/pyvenv.cfg"),
                    options.iter().fold(cfg, |cfg, option| cfg.replace(&format!(" {option}"), "")),
                )
                .unwrap();
                assert_eq!(whole.diff(&Tree::read(&world.path("e"))), "", "{error} {options:?}");
                assert_eq!(names(&world.path(".")), beside, "{error} {options:?}");
            }
        }
    }
}

/// Files are created with their modes, as far as the umask lets them.
#[apply(slow_test)]
fn where_modes_are_refused_scripts_can_be_run() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    for python in pythons::oldest_and_newest_with_pip() {
        world.rvenv(&python.path).args(["--clear", "e"]).umask("022").output().silent_success();
        fs::remove_dir_all(world.path("e")).unwrap();
        refused(&world, &python.path, "chmod,fchmod,fchmodat", "error=EACCES", &["e"]).silent_success();
        world.run(world.path("e/bin/pip")).arg("--version").output().success();
    }
}

#[apply(test)]
fn a_failure_where_renames_are_refused_is_taken_back() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython::default().write(&world.path("tools/python3"));
    let before = names(&world.path("."));
    let inject = format!("inject={RENAMES}:error=EXDEV");
    // A link in ENV_DIR, after those in the staging directory, and the `pyvenv.cfg` that is overwritten.
    let (link, cfg) = ("symlinkat:error=ENOSPC:when=5", "ftruncate:error=ENOSPC:when=1");
    for (existing, options, fault) in
        [(false, &[][..], link), (true, &[], cfg), (true, &["--clear"], link), (true, &["--upgrade"], cfg)]
    {
        let _ = fs::remove_dir_all(world.path("e"));
        if existing {
            world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
            fs::write(world.path("e/lib/mine"), "").unwrap();
        }
        let old = existing.then(|| Tree::read(&world.path("e")));
        let strace = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            &format!("trace={RENAMES},symlinkat,ftruncate"),
            "-e",
            &inject,
        ];
        let fault = format!("inject={fault}");
        let strace = strace.into_iter().chain(["-e", &fault]).map(str::to_owned);
        let arguments = [options, &["--without-pip", "e"]].concat();
        let outcome = world.rvenv(&python).args(&arguments).by(strace).output().status(1);
        assert!(outcome.stderr().contains("No space left on device"), "{options:?}: {}", outcome.stderr());
        match old {
            Some(old) => assert_eq!(old.diff(&Tree::read(&world.path("e"))), "", "{options:?}"),
            None => assert_eq!(names(&world.path(".")), before),
        }
    }
}

#[apply(test)]
fn what_cannot_be_deleted_is_said_once_and_in_nobodys_way() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython::default().write(&world.path("tools/python3"));
    let deletions = "unlink,unlinkat,rmdir";
    let bare = |options: &[&'static str]| [options, &["--without-pip", "e"]].concat();
    let warning = |path: &str| {
        let path = world.path(path).display().to_string();
        format!("warning: `{path}` is no longer needed and cannot be deleted: Operation not permitted (os error 1)\n")
    };
    let new = refused(&world, &python, deletions, "error=EPERM", &bare(&[])).success();
    assert_eq!(new.stderr(), warning(".e.rvenv-unfinished"));
    for (number, options) in [&[][..], &["--clear"], &["--upgrade"], &["--copies", "--clear"], &[]].iter().enumerate() {
        let outcome = refused(&world, &python, deletions, "error=EPERM", &bare(options)).success();
        let said = if number == 0 { warning("e/.rvenv-unfinished") } else { String::new() };
        assert_eq!(outcome.stderr(), said, "{options:?}");
    }
    // Where deleting works again, nothing is left.
    world.rvenv(&python).args(bare(&[])).output().silent_success();
    assert!(!names(&world.path("e")).iter().chain(&names(&world.path("."))).any(|name| name.contains("unfinished")));
}

#[apply(test)]
fn a_staging_name_is_shortened_where_it_is_too_long() {
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    let python = FakePython::default().write(&world.path("tools/python3"));
    refused(&world, &python, "mkdirat", "error=ENAMETOOLONG:when=1", &["--without-pip", "e"]).silent_success();
    let long = "e".repeat(250);
    world.rvenv(&python).args(["--without-pip", &long]).output().silent_success();
    world.rvenv(&python).args(["--without-pip", "--clear", &long]).output().silent_success();
    assert!(!names(&world.path(".")).iter().any(|name| name.contains("unfinished")));
}
