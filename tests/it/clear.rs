//! `--clear`: deletions and refusals.

use std::fs;
use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, symlink};

use crate::errors::{names, world};
use crate::needs::{self, Need};
use crate::stopping;

const HINT: &str = "  hint: choose another directory, or empty this one yourself\n";

#[apply(test)]
fn clear_and_upgrade_exclude_each_other() {
    let (world, python) = world();
    let outcome = world.rvenv(&python).args(["--clear", "--upgrade", "e"]).output();
    outcome.failure("error: --clear and --upgrade cannot be used together\n");
}

#[apply(test)]
fn clear_refuses_what_is_more_than_an_environment() {
    let (world, python) = world();
    for dir in ["home/me/in", "repo/.git", "repo/pyvenv.cfg", "linked", "outer/inner"] {
        fs::create_dir_all(world.path(dir)).unwrap();
    }
    let refused = |cwd: &str, home: &str, dir: &str, reason: &str| {
        let run = world.rvenv(&python).cwd(&world.path(cwd)).env("HOME", world.path(home));
        let dir = world.path(dir);
        let outcome = run.args(["--without-pip", "--clear"]).arg(&dir).output();
        outcome.failure(&format!("error: refusing to clear `{}`: {reason}\n{HINT}", dir.display()));
    };
    refused("", "home/me", "home/me", "it holds your home directory");
    refused("", "home/me", "home", "it holds your home directory");
    refused("", "home", "repo", "it holds a repository (`.git`)");
    // In a submodule or a worktree, `.git` points to a repository, which may be gone or elsewhere.
    symlink("/nowhere", world.path("linked/.git")).unwrap();
    refused("", "home", "linked", "it holds a repository (`.git`)");
    refused("outer/inner", "home", "outer", "it is not an environment and holds the current directory");
    for dir in ["home/me/in", "repo/.git", "outer/inner"] {
        assert!(world.path(dir).exists());
    }
}

#[apply(test)]
fn clear_deletes_the_contents_of_an_environment_even_from_inside() {
    let (world, python) = world();
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    fs::create_dir(world.path("kept")).unwrap();
    fs::write(world.path("kept/file"), "").unwrap();
    symlink(world.path("kept"), world.path("e/link")).unwrap();
    // As an editable install from a repository has it.
    fs::create_dir_all(world.path("e/src/x/.git")).unwrap();
    world
        .rvenv(&python)
        .cwd(&world.path("e/bin"))
        .args(["--without-pip", "--clear", "../../e"])
        .output()
        .silent_success();
    assert_eq!(names(&world.path("e")), [".gitignore", "bin", "include", "lib", "lib64", "pyvenv.cfg"]);
    assert_eq!(names(&world.path("kept")), ["file"]);
}

#[apply(test)]
fn clear_deletes_what_venv_leaves_too() {
    let (world, python) = world();
    fs::create_dir(world.path("e")).unwrap();
    let fifo = world.path("e/fifo");
    world.run("mkfifo").arg(&fifo).output().success();
    assert!(fs::symlink_metadata(&fifo).unwrap().file_type().is_fifo());
    world.rvenv(&python).args(["--without-pip", "--clear", "e"]).output().silent_success();
    assert!(!fifo.exists());
}

#[apply(test)]
fn clear_leaves_the_directory_itself_as_it_is() {
    let (world, python) = world();
    let dir = world.path("e");
    fs::create_dir_all(dir.join("old")).unwrap();
    fs::set_permissions(&dir, fs::Permissions::from_mode(0o2750)).unwrap();
    let before = fs::metadata(&dir).unwrap();
    world.rvenv(&python).args(["--without-pip", "--clear", "e"]).output().silent_success();
    let after = fs::metadata(&dir).unwrap();
    assert_eq!((before.ino(), before.mode()), (after.ino(), after.mode()));
    assert!(!dir.join("old").exists() && dir.join("pyvenv.cfg").exists());
}

#[apply(test)]
fn clear_does_not_empty_what_is_mounted_in_an_environment() {
    let (world, python) = world();
    let own_mounts = ["unshare", "--mount", "sh", "-ec"];
    let works = world.run(own_mounts[0]).args(&own_mounts[1..]).arg("mkdir m; mount -t tmpfs none m").try_output();
    if !works.is_ok_and(|outcome| outcome.succeeded()) {
        needs::skip(&Need::new("mount", "the right to mount something"));
    }
    for (place, within) in [("e/lib/deep/m", "e/lib/deep"), ("e/m", "e")] {
        world.rvenv(&python).args(["--without-pip", "--clear", "e"]).output().success();
        let mount = "mkdir -p \"$1\"; mount -t tmpfs none \"$1\"; mkdir \"$1\"/d; echo kept > \"$1\"/d/file; shift";
        // A mount moves along with the directory that holds it.
        let check = format!("{mount}; \"$@\" && exit 9; find {within}/ e/.rvenv-unfinished -name file | xargs cat");
        let run = world.rvenv(&python).by(own_mounts.map(str::to_owned).into_iter().chain([
            check,
            "sh".into(),
            place.into(),
        ]));
        let outcome = run.args(["--without-pip", "--clear", "e"]).output().success();
        assert!(outcome.stdout().lines().any(|line| line == "kept"), "{outcome}");
    }
}

/// fuse-convmvfs renames no link whose target is missing.
#[apply(test)]
fn a_link_that_is_not_found_when_it_is_renamed_is_created_anew() {
    let (world, python) = world();
    stopping::needs_strace(&world);
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    let link = fs::read_link(world.path("e/lib64")).unwrap();
    let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-P", "lib64", "-e", "trace=rename,renameat,renameat2"];
    let inject = ["-e", "inject=rename,renameat,renameat2:error=ENOENT"];
    let run = world.rvenv(&python).args(["--without-pip", "--clear", "e"]);
    run.by(inject.map(str::to_owned)).by(strace.map(str::to_owned)).output().silent_success();
    assert_eq!(fs::read_link(world.path("e/lib64")).unwrap(), link);
}
