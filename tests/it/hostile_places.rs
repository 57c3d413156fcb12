//! Current directories, temporary directories and variables under somebody else's control: nothing planted there is
//! run, and the environment is the same.

use std::fs;
use std::os::unix::fs::{chown, symlink};
use std::path::Path;

use predicates::prelude::PredicateBooleanExt as _;
use predicates::str::contains;

use crate::cache_world::CacheWorld;
use crate::errors::names;
use crate::fake_python::write_program;
use crate::needs;
use crate::pythons::{self, Python};
use crate::stopping;
use crate::testenv::{Run, TestEnv};
use crate::tree::Tree;
use crate::users::{is_root, set_mode};

/// Asserts that nothing is run or left in `temp`, named by TMPDIR, if there is no cache.
#[track_caller]
fn assert_unused(world: &CacheWorld, temp: &Path) {
    let good = world.made();
    let before = Tree::read(&world.path("places"));
    let note = format!("echo \"$0 ${{TMPDIR-none}}\" >> '{}'", world.path("where").display());
    // Two ways to have no cache.
    for (variable, value) in [("RVENV_NO_CACHE", Path::new("1")), ("RVENV_CACHE_DIR", &world.path("places/file"))] {
        let run = world.rvenv().env("TMPDIR", temp).env(variable, value).env("ON_ENSUREPIP", &note);
        assert_eq!(good.diff(&world.made_by(run)), "", "{}", temp.display());
        let noted = fs::read_to_string(world.path("where")).unwrap();
        fs::remove_file(world.path("where")).unwrap();
        // The path of the interpreter, and the directory into which ensurepip unpacks programs.
        assert!(noted.lines().count() == 1 && !noted.contains("/places"), "{}: {noted}", temp.display());
        assert!(!noted.contains("none"), "{noted}");
    }
    assert_eq!(before.diff(&Tree::read(&world.path("places"))), "", "{}", temp.display());
}

fn places() -> CacheWorld {
    let world = CacheWorld::new();
    for dir in ["places", "places/open", "places/own"] {
        fs::create_dir(world.path(dir)).unwrap();
    }
    set_mode(&world.path("places/open"), 0o777);
    fs::write(world.path("places/file"), "").unwrap();
    symlink("open", world.path("places/link")).unwrap();
    symlink("nowhere", world.path("places/dangling")).unwrap();
    symlink("looping", world.path("places/looping")).unwrap();
    world
}

#[apply(test)]
fn temporary_files_are_made_where_nobody_else_can_touch_them() {
    let world = places();
    for temp in ["open", "link", "dangling", "looping", "absent", "file", "file/below", "open/below"] {
        assert_unused(&world, &world.path("places").join(temp));
    }
}

#[apply(test)]
fn temporary_files_are_not_made_in_what_is_somebody_elses() {
    let world = places();
    if !is_root(&world.world) {
        needs::skip(&needs::root());
    }
    fs::create_dir(world.path("places/own/below")).unwrap();
    for mode in [0o755, 0o1777] {
        chown(world.path("places/own"), Some(12345), Some(12345)).unwrap();
        set_mode(&world.path("places/own"), mode);
        assert_unused(&world, &world.path("places/own"));
        assert_unused(&world, &world.path("places/own/below"));
    }
}

/// Modules that Python and pip could import by mistake.
const MODULES: [&str; 16] = [
    "_distutils_hack/__init__.py",
    "encodings.py",
    "ensurepip/__init__.py",
    "ensurepip/__main__.py",
    "io.py",
    "json.py",
    "os.py",
    "pip/__init__.py",
    "pip/__main__.py",
    "runpy.py",
    "setuptools/__init__.py",
    "site.py",
    "sitecustomize.py",
    "tempfile.py",
    "usercustomize.py",
    "venv/__init__.py",
];

/// Fills a directory with modules, programs and settings that leave a mark when they are used.
fn plant(world: &TestEnv, dir: &Path) {
    let mark = world.path("pwned").display().to_string();
    for module in MODULES {
        let path = dir.join(module);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, format!("open('{mark}', 'a').write(__file__ + '\\n')\n")).unwrap();
    }
    for program in ["python", "python3", "bash_env"] {
        write_program(&dir.join(program), &format!("#!/bin/sh\necho $0 >> '{mark}'\n"));
    }
    fs::write(dir.join("pyvenv.cfg"), format!("home = {}\n", dir.display())).unwrap();
    fs::write(dir.join("evil.pth"), format!("import os; open('{mark}', 'a')\n")).unwrap();
    let settings = format!("[install]\nprefix = {mark}\n[global]\ntarget = {mark}\nno-index = no\n");
    for file in ["setup.cfg", "pydistutils.cfg", "pip.conf"] {
        fs::write(dir.join(file), &settings).unwrap();
    }
}

/// Sets all variables that could lead Python, pip or a shell to `dir`.
fn misled(world: &TestEnv, run: Run, dir: &Path) -> Run {
    let nowhere = world.path("pwned");
    let to_dir = ["PYTHONPATH", "PYTHONHOME", "PYTHONUSERBASE", "PYTHONPYCACHEPREFIX", "PIP_FIND_LINKS"];
    let to_nowhere = ["PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_SRC", "PIP_LOG", "PIP_CACHE_DIR", "PIP_CONSTRAINT"];
    let to_program = ["PYTHONEXECUTABLE", "__PYVENV_LAUNCHER__", "PIP_PYTHON"];
    let to_shell = ["BASH_ENV", "ENV"];
    let on = ["PYTHONINSPECT", "PYTHONVERBOSE", "PYTHONDONTWRITEBYTECODE", "PIP_USER", "PIP_REQUIRE_VIRTUALENV"];
    let others = [("PIP_INDEX_URL", "http://127.0.0.1:9/"), ("PIP_NO_INDEX", "0"), ("PYTHONOPTIMIZE", "2")];
    let run = to_dir.iter().fold(run, |run, name| run.env(name, dir));
    let run = to_nowhere.iter().fold(run, |run, name| run.env(name, &nowhere));
    let run = to_program.iter().fold(run, |run, name| run.env(name, dir.join("python3")));
    let run = to_shell.iter().fold(run, |run, name| run.env(name, dir.join("bash_env")));
    let run = on.iter().fold(run, |run, name| run.env(name, "1"));
    let run = others.iter().fold(run, |run, (name, value)| run.env(name, value));
    run.env("PYTHONSTARTUP", dir.join("site.py")).env("PIP_CONFIG_FILE", dir.join("pip.conf"))
}

fn assert_same_among_enemies(python: &Python) {
    let world = TestEnv::new();
    let cwd = world.path("cwd");
    fs::create_dir(&cwd).unwrap();
    let made = |run: Run| {
        let _ = fs::remove_dir_all(cwd.join("e"));
        run.cwd(&cwd).arg("e").output().success();
        Tree::read(&cwd.join("e"))
    };
    let good = made(world.rvenv(&python.path));
    plant(&world, &cwd);
    let home = world.path("home");
    fs::create_dir_all(home.join(".config/pip")).unwrap();
    for (file, to) in [("pydistutils.cfg", ".pydistutils.cfg"), ("pip.conf", ".config/pip/pip.conf")] {
        fs::copy(cwd.join(file), home.join(to)).unwrap();
    }
    // ensurepip runs below the cache, so a space in the cache's path changes the first lines of pip's scripts.
    let cache = world.path("my cache");
    let run = || misled(&world, world.rvenv(&python.path), &cwd).env("RVENV_CACHE_DIR", &cache);
    for temperature in ["cold", "warm"] {
        assert_eq!(good.diff(&made(run())), "", "{temperature} {}", python.path.display());
        let run = fs::read_to_string(world.path("pwned")).unwrap_or_default();
        assert!(!world.path("pwned").exists(), "{temperature} {}: {run}", python.path.display());
    }
    let kept = names(&cache.join("seeds-2"));
    assert!(matches!(&kept[..], [seed] if seed.contains(".seed")), "the seed should have been kept: {kept:?}");
    // An interpreter that is only in the current directory is not found either.
    let run = misled(&world, world.rvenv(Path::new("")), &cwd).env("PATH", python.path.parent().unwrap()).cwd(&cwd);
    run.args(["--without-pip", "f"]).output().success();
    assert!(!world.path("pwned").exists());
}

#[apply(slow_test)]
fn no_interpreter_is_led_astray() {
    pythons::oldest_and_newest_with_pip().into_iter().for_each(assert_same_among_enemies);
}

/// A file system refuses to date files, or accepts a date and does not keep it (libfuse 2, some of object storage).
#[apply(slow_test)]
fn no_bytecode_is_stale_where_sources_cannot_be_dated() {
    const STALE: &str = r#"
import glob, os, sys
stale = seen = 0
for path in glob.glob("e/lib/python*/site-packages/**/__pycache__/*.pyc", recursive=True):
    folder, name = os.path.split(path)
    source = os.path.join(os.path.dirname(folder), name.split(".")[0] + ".py")
    with open(path, "rb") as bytecode:
        header = bytecode.read(16)
    at = 8 if sys.version_info >= (3, 7) else 4
    seen += 1
    stale += header[at:at + 4] != (int(os.stat(source).st_mtime) & 0xFFFFFFFF).to_bytes(4, "little")
print(stale, seen > 100)
"#;
    let world = TestEnv::new();
    stopping::needs_strace(&world);
    for python in pythons::oldest_and_newest_with_pip() {
        for fault in ["retval=0", "error=EPERM", "error=ENOSYS", "error=EOPNOTSUPP"] {
            let _ = fs::remove_dir_all(world.path("e"));
            let (calls, inject) = ("trace=utimensat,utimes,futimesat", format!("inject=utimensat:{fault}"));
            let strace = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", calls, "-e", &inject].map(str::to_owned);
            world.rvenv(&python.path).arg("e").by(strace).output().silent_success();
            let stale = world.run(&python.path).args(["-I", "-c", STALE]).output().success().stdout();
            assert_eq!(stale.trim(), "0 True", "{} {fault}", python.path.display());
        }
    }
}

/// rvenv works in directories that it has opened, where no path is too long; interpreters do not.
#[apply(test)]
fn a_path_that_gets_too_long_is_refused() {
    let python = pythons::newest_with_pip();
    let world = TestEnv::new();
    let below = |length: usize| {
        let mut dir = world.path("deep");
        while length - dir.as_os_str().len() > 201 {
            dir.push("d".repeat(100));
        }
        let name = "e".repeat(length - dir.as_os_str().len() - 1);
        fs::create_dir_all(&dir).unwrap();
        dir.join(name)
    };
    let limit = if cfg!(target_os = "macos") { 1023 } else { 4095 };
    let site_packages = format!("lib/python3.{}/site-packages", python.minor);
    let longest = limit - 1 - site_packages.len();

    let env_dir = below(longest);
    world.rvenv(&python.path).arg("--without-pip").arg(&env_dir).output().silent_success();
    world.run(env_dir.join("bin/python")).args(["-c", "pass"]).output().success();
    world.rvenv(&python.path).arg("--without-pip").arg(below(longest + 1)).output().failure(&format!(
        "error: cannot create an environment in `{}`: with `{site_packages}` in it, the path would have {} bytes, and \
         {limit} are allowed\n  hint: choose a shorter path\n",
        below(longest + 1).display(),
        limit + 1,
    ));
    fs::remove_dir_all(&env_dir).unwrap();
    // The files of pip have longer names.
    let outcome = world.rvenv(&python.path).arg(&env_dir).output().status(1);
    outcome.with_stderr(&contains("/site-packages/").and(contains(format!("and {limit} are allowed\n"))));
    assert!(!env_dir.exists() && !below(longest + 1).exists());
    assert!(names(env_dir.parent().unwrap()).is_empty());
}
