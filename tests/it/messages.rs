//! Messages are true: they name what the user typed, give the real reason, and hint only at what helps.

use std::fs;
use std::os::unix::fs::symlink;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::errors::{names, world};
use crate::fake_python::{FakePython, write_program};
use crate::needs::{self, Need};
use crate::stopping;
use crate::testenv::{Run, TestEnv};
use crate::users::{as_nobody, hand_over, set_mode};

/// The words of a shell with mounts of its own that runs `script`, for which the program is `"$@"`.
fn with_own_mounts(run: Run, script: &str) -> Run {
    run.by(["unshare", "--mount", "sh", "-ec", script, "sh"])
}

fn needs_mounts(world: &TestEnv) {
    let works = with_own_mounts(world.run("true"), "mkdir m; mount -t tmpfs none m; \"$@\"").try_output();
    if !works.is_ok_and(|outcome| outcome.succeeded()) {
        needs::skip(&Need::new("mount", "the right to mount something"));
    }
}

#[apply(test)]
fn where_nothing_can_be_created_the_directory_is_named() {
    let (world, python) = world();
    if !fs::exists("/proc/self").unwrap() {
        needs::skip(&Need::new("proc", "a /proc"));
    }
    world.rvenv(&python).args(["--without-pip", "/proc/x"]).output().failure(
        "error: cannot create an environment in `/proc/x`: nothing can be created in `/proc`\n  \
         cause: No such file or directory (os error 2)\n",
    );
}

#[apply(test)]
fn a_link_in_the_way_is_called_one() {
    let (world, python) = world();
    fs::create_dir_all(world.path("e/inner")).unwrap();
    fs::create_dir(world.path("outer")).unwrap();
    for (target, problem) in [
        ("../outer", "is outside of it"),
        ("nowhere", "does not exist"),
        ("/dev/null", "is not a directory"),
        ("inner", "is another directory in it"),
    ] {
        symlink(target, world.path("e/include")).unwrap();
        let env = world.path("e").display().to_string();
        world.rvenv(&python).args(["--without-pip", "e"]).output().failure(&format!(
            "error: cannot create an environment in `{env}`: `{env}/include` is a link to `{target}`, which \
             {problem}\n  hint: move it elsewhere, or choose another directory\n"
        ));
        fs::remove_file(world.path("e/include")).unwrap();
    }
}

/// The system only says that permission was denied, and not by which directory.
#[apply(test)]
fn the_directory_that_forbids_to_look_is_named() {
    let (world, python) = world();
    fs::create_dir_all(world.path("own/dir/e")).unwrap();
    world.rvenv(&python).args(["--without-pip", "own/dir/env"]).output().silent_success();
    hand_over(&world, &["own", "own/dir", "own/dir/env", "own/dir/e"]);
    let shown = |path: &str| world.path(path).display().to_string();
    for (closed, env_dir) in [
        ("own", "own/dir/env"),
        ("own/dir", "own/dir/env"),
        ("own/dir", "own/dir/missing/deeper"),
        ("own/dir/e", "own/dir/e"),
        ("own/dir/env", "own/dir/env"),
    ] {
        set_mode(&world.path(closed), 0);
        let it = if closed == env_dir { "it".to_owned() } else { format!("`{}`", shown(closed)) };
        for option in ["--without-scm-ignore-files", "--clear", "--upgrade"] {
            as_nobody(&world, &python).args(["--without-pip", option, env_dir]).output().failure(&format!(
                "error: cannot create an environment in `{}`: {it} may not be entered\n  hint: allow it with `chmod \
                 u+rwx`, if it is yours, or choose another directory\n",
                shown(env_dir)
            ));
        }
        set_mode(&world.path(closed), 0o755);
    }
}

/// `python2.7` knows nothing of `-I`.
#[apply(test)]
fn a_python_that_is_too_old_is_refused_by_its_version() {
    let world = TestEnv::new();
    let script = "#!/bin/sh\ncase $1 in -V) echo Python 2.7.18 >&2; exit 0 ;; esac\n\
                  echo 'Unknown option: -I' >&2\nexit 2\n";
    let python = write_program(&world.path("python2"), script);
    world.rvenv(&python).args(["--without-pip", "e"]).output().failure(&format!(
        "error: `{}` is Python 2.7.18, which is too old\n  hint: set RVENV_PYTHON to Python 3.6 or newer: \
         `RVENV_PYTHON=/path/to/python`\n",
        python.display()
    ));
    for version in ["2", "2.7", "3.5", "3.5.10"] {
        let outcome = world.rvenv("RVENV_PYTHON".as_ref()).env("RVENV_PYTHON", version).arg("e").output();
        outcome.failure(&format!("error: Python {version} is too old: rvenv needs 3.6 or newer\n"));
    }
}

/// pyenv's shim says what is wrong, and where the version was asked for.
#[apply(test)]
fn the_words_of_a_shim_are_shown() {
    let world = TestEnv::new();
    let shim = "#!/bin/sh\necho \"pyenv: version \\`$PYENV_VERSION' is not installed\" >&2\nexit 1\n";
    write_program(&world.path("shims/python3.12"), shim);
    let run = world.rvenv("RVENV_PYTHON".as_ref()).env("RVENV_PYTHON", "3.12.9").env("PATH", world.path("shims"));
    run.args(["--without-pip", "e"]).output().failure(&format!(
        "error: no Python 3.12.9 on PATH\n    `{}` does not work as a Python interpreter: exit status: 1\n        \
         pyenv: version `3.12.9' is not installed\n  hint: install it, or set RVENV_PYTHON to an interpreter: \
         `RVENV_PYTHON=/path/to/python`\n",
        world.path("shims/python3.12").display()
    ));
}

#[apply(test)]
fn a_program_is_not_blamed_for_a_current_directory_that_is_gone() {
    let (world, python) = world();
    let shim = format!("#!/bin/sh\nmkdir x || exit 1; rmdir x\nexec '{}' \"$@\"\n", python.display());
    let shim = write_program(&world.path("shim"), &shim);
    let script = "mkdir gone; cd gone; rmdir ../gone; exec \"$@\"";
    let run = world.rvenv(&shim).args(["--without-pip"]).arg(world.path("e")).by(["sh", "-ec", script, "sh"]);
    let outcome = run.output().status(1);
    outcome.with_stderr(&contains("  hint: the current directory is gone or may not be read: change to another one\n"));
}

/// Links would work there.
#[apply(test)]
fn a_file_system_that_runs_no_programs_is_called_one() {
    let (world, python) = world();
    needs_mounts(&world);
    let env = world.path("m/e");
    let mount = "mount -t tmpfs -o noexec none m; \"$@\"";
    let run = with_own_mounts(world.rvenv(&python).args(["--without-pip", "--copies", "m/e"]), mount);
    run.output().failure(&format!(
        "error: a copy of `{}` does not start in `{}`: the file system is mounted with `noexec`\n  hint: link to it \
         instead, with --symlinks\n",
        python.display(),
        env.display()
    ));
    let copy = world.path("m/python");
    let copied = format!("mount -t tmpfs -o noexec none m; cp '{}' m/python; \"$@\"", python.display());
    with_own_mounts(world.rvenv(&copy).args(["--without-pip", "e"]), &copied).output().failure(&format!(
        "error: cannot run `{}`: its file system is mounted with `noexec`\n  hint: set RVENV_PYTHON to a Python that \
         works: `RVENV_PYTHON=/path/to/python`\n",
        copy.display()
    ));
}

/// As in a chroot that somebody has only copied a Python into.
#[apply(test)]
fn no_dev_null_is_needed() {
    let (world, python) = world();
    stopping::needs_strace(&world);
    let trace = world.path("trace");
    let hide = ["strace", "-f", "-qq", "-P", "/dev/null", "-e", "inject=open,openat:error=ENOENT", "-o"];
    let run = world.rvenv(&python).args(["--without-pip", "e"]).by([trace]).by(hide);
    run.output().silent_success();
}

/// A limit is an error with a path, not the end of the process.
#[apply(test)]
fn a_file_that_may_not_be_so_large_is_named() {
    let (world, python) = world();
    let run = world.rvenv(&python).args(["--without-pip", "e"]).by(["sh", "-c", "ulimit -f 1; exec \"$@\"", "sh"]);
    let outcome = run.output().status(1);
    outcome.with_stderr(&contains("cannot write `").and(contains("File too large")));
    assert!(!names(&world.path("")).iter().any(|name| name.contains("rvenv-unfinished") || name == "e"));
}

#[apply(test)]
fn a_program_that_is_killed_is_no_shortage() {
    let world = TestEnv::new();
    let python = FakePython { before: "kill -KILL $$", ..FakePython::default() }.write(&world.path("python3"));
    let outcome = world.rvenv(&python).args(["--without-pip", "e"]).output().status(1);
    outcome.with_stderr(&contains("signal: 9 (SIGKILL)").and(contains("hint: set RVENV_PYTHON")));
}
