//! An interpreter's facts are cached, and used as long as nothing that they depend on has changed.

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::Path;

use crate::cache_world::{CacheWorld, recording};
use crate::fake_python::FakePython;
use crate::pythons;
use crate::stopping;
use crate::testenv::TestEnv;

const ASKED: &str = "probe ";

#[apply(test)]
fn an_interpreter_that_is_known_is_not_started() {
    let world = CacheWorld::new();
    let cold = world.made();
    assert_eq!(world.started(), "probe ensurepip ");
    for _ in 0..2 {
        assert_eq!(cold.diff(&world.made()), "");
        world.made_by(world.rvenv().arg("--without-pip"));
        assert_eq!(world.started(), "");
    }
    world.assert_no_litter();
}

/// Not even a shell is started.
#[apply(slow_test)]
fn a_warm_run_is_one_process() {
    let python = pythons::newest_with_pip();
    let world = TestEnv::new();
    let trace = world.path("trace");
    let strace = ["strace", "-f", "-qq", "-e", "trace=execve,execveat", "-o", trace.to_str().unwrap()];
    stopping::needs_strace(&world);
    world.rvenv(&python.path).arg("cold").output().silent_success();
    for arguments in [&["with pip"][..], &["--without-pip", "without"]] {
        let run = world.run(strace[0]).args(&strace[1..]).arg(env!("CARGO_BIN_EXE_rvenv")).args(arguments);
        run.env("RVENV_PYTHON", &python.path).output().silent_success();
        let traced = fs::read_to_string(&trace).unwrap();
        assert_eq!(traced.matches("exec").count(), 1, "{traced}");
    }
}

/// Rewrites a file until its ctime changes: the clocks of file systems are coarse.
fn rewrite(path: &Path, text: &str) {
    let changed = |path: &Path| fs::metadata(path).map(|metadata| (metadata.ctime(), metadata.ctime_nsec())).ok();
    let before = changed(path);
    while changed(path) == before {
        fs::write(path, text).unwrap();
    }
}

/// Rewrites a file with text of the same length and resets its mtime.
fn rewrite_in_secret(path: &Path, text: &str) {
    let mtime = fs::metadata(path).unwrap().modified().unwrap();
    rewrite(path, text);
    File::options().append(true).open(path).unwrap().set_modified(mtime).unwrap();
}

fn of_version(world: &CacheWorld, version: &'static str, path: &Path) -> String {
    // The answers name `tools/python3` wherever the script is written.
    let executable = Some(world.python.clone());
    fs::read_to_string(FakePython { version, executable, ..recording() }.write(path)).unwrap()
}

#[apply(test)]
fn an_interpreter_that_has_changed_is_asked_anew() {
    let world = CacheWorld::new();
    let version = || {
        world.made();
        let cfg = fs::read_to_string(world.path("e/pyvenv.cfg")).unwrap();
        let line = cfg.lines().find(|line| line.starts_with("version = ")).unwrap().to_owned();
        (line.replace("version = ", ""), world.started())
    };
    let expect = |version: &str, started: &str| (version.to_owned(), started.to_owned());
    assert_eq!(version(), expect("3.13.0", "probe ensurepip "));
    assert_eq!(version(), expect("3.13.0", ""));
    let other = world.path("other");

    rewrite(&world.python, &of_version(&world, "3.13.11", &other));
    assert_eq!(version(), expect("3.13.11", "probe ensurepip "), "written over");

    rewrite_in_secret(&world.python, &of_version(&world, "3.13.12", &other));
    assert_eq!(version(), expect("3.13.12", "probe ensurepip "), "written over, of the same size and time");

    let mtime = fs::metadata(&world.python).unwrap().modified().unwrap();
    of_version(&world, "3.13.13", &other);
    File::options().append(true).open(&other).unwrap().set_modified(mtime).unwrap();
    fs::rename(&other, &world.python).unwrap();
    assert_eq!(version(), expect("3.13.13", "probe ensurepip "), "another file, of the same size and time");

    of_version(&world, "3.13.14", &other);
    fs::remove_file(&world.python).unwrap();
    symlink(&other, &world.python).unwrap();
    assert_eq!(version(), expect("3.13.14", "probe ensurepip "), "a link");

    of_version(&world, "3.13.15", &world.path("yet-another"));
    fs::remove_file(&world.python).unwrap();
    symlink(world.path("yet-another"), &world.python).unwrap();
    assert_eq!(version(), expect("3.13.15", "probe ensurepip "), "a link that leads elsewhere");
    assert_eq!(version(), expect("3.13.15", ""));
}

#[apply(test)]
fn a_file_on_which_the_answers_depend_has_changed() {
    let world = CacheWorld::new();
    world.made();
    world.started();
    let now_otherwise = |what: &str| {
        world.made();
        assert!(world.started().starts_with(ASKED), "{what}: the interpreter should have been asked");
        world.made();
        assert_eq!(world.started(), "", "{what}: and then it is known again");
    };
    for file in ["tools/libpython.so", "tools/venv.py"] {
        let path = world.path(file);
        rewrite(&path, "longer");
        now_otherwise("written over");
        rewrite_in_secret(&path, "LONGER");
        now_otherwise("written over, of the same size and time");
        fs::rename(&path, world.path("aside")).unwrap();
        fs::copy(world.path("aside"), &path).unwrap();
        now_otherwise("another file");
        fs::remove_file(&path).unwrap();
        now_otherwise("gone");
        fs::write(&path, "").unwrap();
        now_otherwise("back");
    }
}

#[apply(test)]
fn in_another_environment_it_is_asked_anew() {
    let world = CacheWorld::new();
    let started = |name: &str, value: &str| {
        world.made_by(world.rvenv().arg("--without-pip").env(name, value));
        world.started()
    };
    started("LC_ALL", "");
    for (name, value) in [
        ("LC_ALL", "C"),
        ("LC_CTYPE", "POSIX"),
        ("LANG", "en_GB.UTF-8"),
        ("LD_LIBRARY_PATH", "/nonexistent"),
        ("LD_LIBRARY_PATH", "/nonexistent/other"),
        ("DYLD_LIBRARY_PATH", "/nonexistent"),
    ] {
        assert_eq!(started(name, value), ASKED, "{name}={value}");
        assert_eq!(started(name, value), "", "{name}={value}");
    }
    // The facts for these values of LC_ALL are cached by now, and an isolated interpreter ignores PYTHONPATH.
    for (name, value) in [("LC_ALL", "C"), ("LC_ALL", ""), ("PYTHONPATH", "/nonexistent")] {
        assert_eq!(started(name, value), "", "{name}={value}");
    }
}

/// On clusters, each loaded module adds its directory to such a variable.
#[apply(test)]
fn long_variables_are_no_reason_to_ask_again() {
    let world = CacheWorld::new();
    let libraries = "/opt/modules/some-library/1.0/lib:".repeat(1000);
    let started = || {
        world.made_by(world.rvenv().arg("--without-pip").env("LD_LIBRARY_PATH", &libraries));
        world.started()
    };
    assert_eq!(started(), ASKED);
    assert_eq!(started(), "");
}

#[apply(test)]
fn what_leads_to_an_interpreter_may_lead_elsewhere_tomorrow_and_is_not_kept() {
    let world = CacheWorld::new();
    let shim = FakePython { executable: Some(world.python.clone()), ..recording() }.write(&world.path("shims/python"));
    let wrapper = FakePython { is_itself: false, ..recording() }.write(&world.path("wrapper/python"));
    for program in [shim, wrapper] {
        for _ in 0..2 {
            world.made_by(world.rvenv().env("RVENV_PYTHON", &program).arg("--without-pip"));
            assert_eq!(world.started(), ASKED, "{}", program.display());
        }
    }
    assert!(world.cached("facts-1/").is_empty());
}

/// The answers hold the name by which the interpreter was called.
#[apply(test)]
fn each_name_of_an_interpreter_has_its_own_answer() {
    let world = CacheWorld::new();
    let link = world.path("link/python3.13");
    fs::create_dir(world.path("link")).unwrap();
    symlink(&world.python, &link).unwrap();
    let executable = |python: &Path| {
        world.made_by(world.rvenv().env("RVENV_PYTHON", python).arg("--without-pip"));
        fs::read_link(world.path("e/bin/python3")).unwrap()
    };
    executable(&world.python);
    assert_eq!(world.started(), ASKED);
    executable(&link);
    assert_eq!(world.started(), ASKED);
    assert_eq!(world.cached("facts-1/").len(), 2);
    executable(&world.python);
    executable(&link);
    assert_eq!(world.started(), "");
}

#[apply(test)]
fn the_answers_of_interpreters_that_are_gone_are_deleted() {
    let world = CacheWorld::new();
    let make = |python: &Path| world.made_by(world.rvenv().env("RVENV_PYTHON", python).arg("--without-pip"));
    make(&world.python);
    let old = world.facts();
    fs::rename(&world.python, world.path("tools/python3.13")).unwrap();
    make(&recording().write(&world.path("new/python3")));
    assert_ne!(world.facts(), old);
}

#[apply(test)]
fn what_a_writer_that_died_has_left_is_deleted_and_what_one_is_writing_stays() {
    let world = CacheWorld::new();
    world.made();
    let leave = |name: &str| {
        let path = world.path("cache").join(name);
        (File::create(&path).unwrap(), path)
    };
    let died = ["facts-1/0000000a.new", "seeds-2/0000000a.seed.new", "seeds-2/0000000a.lock"].map(|name| leave(name).1);
    let alive = ["facts-1/0000000b.new", "seeds-2/0000000b.seed.new", "seeds-2/0000000b.lock"].map(leave);
    for (file, _) in &alive {
        file.lock().unwrap();
    }
    world.made_by(world.rvenv().env("RVENV_PYTHON", recording().write(&world.path("other/python3"))));
    let stay = alive.iter().all(|(_, path)| path.exists());
    assert!(stay && died.iter().all(|path| !path.exists()), "{:?}", world.cached(""));
}
