//! An existing directory: obstacles in it are found before anything is touched.

use std::fs;
use std::io::Read;
use std::os::unix::fs::symlink;
use std::process::{Command, Stdio};

use predicates::str::contains;

use crate::errors::{names, world};
use crate::fake_python::FakePython;
use crate::pythons::{self, Python};
use crate::testenv::TestEnv;
use crate::tree::Tree;
use crate::use_env;
use crate::users::{as_nobody, hand_over, set_mode};

#[apply(test)]
fn what_stands_in_the_way_is_named_before_anything_is_touched() {
    let (world, python) = world();
    for (path, is_dir, problem) in [
        ("lib", false, "is not a directory"),
        ("bin", false, "is not a directory"),
        ("include", false, "is not a directory"),
        ("lib/python3.13/site-packages", false, "is not a directory"),
        ("pyvenv.cfg", true, "is a directory"),
        ("bin/python", true, "is a directory"),
        ("bin/activate.fish", true, "is a directory"),
    ] {
        let way = world.path("e").join(path);
        fs::create_dir_all(way.parent().unwrap()).unwrap();
        fs::write(world.path("e/mine"), "x").unwrap();
        if is_dir {
            fs::create_dir(&way).unwrap();
        } else {
            fs::write(&way, "mine").unwrap();
        }
        let before = Tree::read(&world.path("e"));
        for mode in ["--symlinks", "--copies"] {
            world.rvenv(&python).args(["--without-pip", mode, "e"]).output().failure(&format!(
                "error: cannot create an environment in `{}`: `{}` {problem}\n  hint: move it \
                 elsewhere, or choose another directory\n",
                world.path("e").display(),
                way.display()
            ));
        }
        assert_eq!(before.diff(&Tree::read(&world.path("e"))), "", "{path}");
        fs::remove_dir_all(world.path("e")).unwrap();
    }
}

#[apply(test)]
fn no_link_leads_out_of_the_environment() {
    let (world, python) = world();
    for dir in ["e/library", "elsewhere"] {
        fs::create_dir_all(world.path(dir)).unwrap();
    }
    symlink("library", world.path("e/lib")).unwrap();
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    assert_eq!(names(&world.path("e/library")), ["python3.13"]);
    for link in ["bin", "lib"] {
        let path = world.path("e").join(link);
        if path.is_symlink() {
            fs::remove_file(&path).unwrap();
        } else {
            fs::remove_dir_all(&path).unwrap();
        }
        symlink("../elsewhere", &path).unwrap();
        let outcome = world.rvenv(&python).args(["--without-pip", "e"]).output().status(1);
        outcome.with_stderr(&contains(format!("/e/{link}` is a link to `../elsewhere`, which is outside of it")));
        fs::remove_file(&path).unwrap();
    }
    assert!(names(&world.path("elsewhere")).is_empty());
}

#[apply(test)]
fn whatever_is_called_lib64_already_stays() {
    let (world, python) = world();
    fs::create_dir(world.path("e")).unwrap();
    fs::write(world.path("e/lib64"), "mine").unwrap();
    world.rvenv(&python).args(["--without-pip", "e"]).output().silent_success();
    assert_eq!(fs::read_to_string(world.path("e/lib64")).unwrap(), "mine");
    assert!(world.path("e/pyvenv.cfg").exists());
}

#[apply(test)]
fn a_directory_that_is_refused_is_not_touched() {
    let (world, python) = world();
    fs::create_dir_all(world.path("e/.git")).unwrap();
    let time = std::time::SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(1_000_000_000);
    fs::File::open(world.path("e")).unwrap().set_modified(time).unwrap();
    for options in [&["--clear"][..], &["--clear", "--without-pip"]] {
        world.rvenv(&python).args(options).arg("e").output().status(1);
        assert_eq!(fs::metadata(world.path("e")).unwrap().modified().unwrap(), time, "{options:?}");
    }
}

/// venv replaces the interpreter by a link to itself, or deletes it first.
#[apply(test)]
fn the_directory_of_the_interpreter_itself_is_refused() {
    let (world, _) = world();
    let python = FakePython::default().write(&world.path("prefix/bin/python3"));
    let before = Tree::read(&world.path("prefix"));
    for options in [&[][..], &["--copies"], &["--upgrade"], &["--clear"]] {
        world.rvenv(&python).args(options).args(["--without-pip", "prefix"]).output().failure(&format!(
            "error: cannot create an environment in `{}`: its interpreter `{}` is there\n  hint: choose another \
             directory, or set RVENV_PYTHON to another interpreter\n",
            world.path("prefix").display(),
            python.display()
        ));
    }
    assert_eq!(before.diff(&Tree::read(&world.path("prefix"))), "");
    // An interpreter elsewhere below ENV_DIR is no obstacle, unless ENV_DIR is cleared.
    fs::create_dir(world.path("project")).unwrap();
    fs::rename(world.path("prefix"), world.path("project/prefix")).unwrap();
    let python = FakePython::default().write(&world.path("project/prefix/bin/python3"));
    world.rvenv(&python).args(["--without-pip", "project"]).output().silent_success();
    world.rvenv(&python).args(["--without-pip", "--clear", "project"]).output().status(1);
    assert!(python.exists());
}

#[apply(test)]
fn what_may_not_be_written_to_is_named_before_anything_is_touched() {
    let (world, python) = world();
    for (dir, closed) in [("closed", "closed"), ("e", "e/bin"), ("f", "f")] {
        fs::create_dir_all(world.path(closed)).unwrap();
        fs::write(world.path(closed).join("mine"), "x").unwrap();
        hand_over(&world, &[dir]);
        hand_over(&world, &[closed]);
        set_mode(&world.path(closed), 0o555);
    }
    let path = |relative: &str| world.path(relative).display().to_string();
    as_nobody(&world, &python).args(["--without-pip", "closed/new/e"]).output().failure(&format!(
        "error: cannot create directory `{}`\n  cause: Permission denied (os error 13)\n",
        path("closed/new/e")
    ));
    for (env_dir, dir) in [("e", format!("`{}`", path("e/bin"))), ("f", "it".to_owned())] {
        as_nobody(&world, &python).args(["--without-pip", env_dir]).output().failure(&format!(
            "error: cannot create an environment in `{}`: {dir} may not be written to\n",
            path(env_dir)
        ));
    }
    as_nobody(&world, &python).args(["--without-pip", "--clear", "f"]).output().status(1);
    assert_eq!((names(&world.path("e")), names(&world.path("f"))), (vec!["bin".to_owned()], vec!["mine".to_owned()]));
    for dir in ["closed", "e/bin", "f"] {
        set_mode(&world.path(dir), 0o755);
    }
}

#[apply(test)]
fn clear_deletes_directories_that_their_owner_may_not_write_to() {
    let (world, python) = world();
    fs::create_dir_all(world.path("e/a/b")).unwrap();
    fs::write(world.path("e/a/b/file"), "").unwrap();
    hand_over(&world, &["e/a/b/file", "e/a/b", "e/a", "e"]);
    for dir in ["e/a/b", "e/a"] {
        set_mode(&world.path(dir), 0o000);
    }
    as_nobody(&world, &python).args(["--without-pip", "--clear", "e"]).output().silent_success();
    assert!(!world.path("e/a").exists() && world.path("e/pyvenv.cfg").exists());
}

/// A running program cannot be written to (`ETXTBSY`), but another file can take its name.
#[apply(test)]
fn a_copy_of_the_interpreter_that_is_running_is_replaced() {
    let is_copied = |python: &Python| python.has_venv && !use_env::copies_are_dead(python);
    let python = pythons::those("an interpreter that can be copied", is_copied)[0];
    let world = TestEnv::new();
    let make = || world.rvenv(&python.path).args(["--without-pip", "--copies", "e"]).output().silent_success();
    make();
    let waits = "import sys; print('up', flush=True); sys.stdin.read()";
    let mut running = Command::new(world.path("e/bin/python"))
        .args(["-c", waits])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 2];
    running.stdout.as_mut().unwrap().read_exact(&mut first).unwrap();
    make();
    drop(running.stdin.take());
    assert!(running.wait().unwrap().success());
    world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
}
