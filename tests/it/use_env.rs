//! Uses the environments that rvenv created: a tree may look right and still not work.
//!
//! `parity` passes the environments that it has compared, because creating one with pip takes seconds.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use walkdir::WalkDir;

use crate::pythons::Python;
use crate::testenv::{Outcome, Run, TestEnv};
use crate::tree::Tree;

/// Questions to an environment about itself, asked in isolated mode: the answers are the same from everywhere.
const QUESTION: &str = "
import site, sys, sysconfig
for answer in [sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, sys.executable, sys.path,
        getattr(sys, '_base_executable', ''), site.PREFIXES, site.ENABLE_USER_SITE,
        sorted(sysconfig.get_paths().items()), sysconfig.get_config_h_filename()]:
    print(answer)
";

/// The answer of [`answers`] for an environment whose interpreter does not start.
pub(crate) const DEAD: &str = "it does not start";

/// Asks an environment about itself. A failure is an answer, too: on some builds the interpreter of a `--copies`
/// environment does not start, whichever tool created it.
pub(crate) fn answers(world: &TestEnv, env_dir: &Path) -> String {
    let outcome = world.run(env_dir.join("bin/python")).args(["-I", "-c", QUESTION]).try_output();
    outcome.ok().filter(Outcome::succeeded).map_or_else(|| DEAD.to_owned(), |outcome| outcome.stdout())
}

/// Whether venv's `--copies` environments do not start, as when libraries are found relative to the interpreter.
pub(crate) fn copies_are_dead(python: &Python) -> bool {
    static ASKED: Mutex<BTreeMap<PathBuf, bool>> = Mutex::new(BTreeMap::new());
    let known = ASKED.lock().unwrap().get(&python.path).copied();
    known.unwrap_or_else(|| {
        let world = TestEnv::new();
        world.venv(&python.path).args(["--without-pip", "--copies", "e"]).output().success();
        let are_dead = answers(&world, &world.path("e")) == DEAD;
        ASKED.lock().unwrap().insert(python.path.clone(), are_dead);
        are_dead
    })
}

/// Asserts that an environment has the pip of its interpreter, and that pip starts.
pub(crate) fn has_pip(world: &TestEnv, python: &Python, env_dir: &Path) {
    is_an_environment(world, python, env_dir);
    bytecode_is_as_new_as_its_source(python, env_dir);
    has_the_bundled_pip(world, python, env_dir);
}

/// Asserts that everything one does with pip works, and finally lets pip remove itself.
pub(crate) fn pip_works(world: &TestEnv, python: &Python, env_dir: &Path) {
    installs_runs_and_uninstalls_a_wheel(world, python, env_dir);
    pip_removes_all_of_itself(world, env_dir);
}

/// Asserts `sys.prefix` and related values.
fn is_an_environment(world: &TestEnv, python: &Python, env_dir: &Path) {
    let question = "import sys; print(sys.prefix, sys.base_prefix, sys.executable, sep='\\n')";
    let outcome = world.run(env_dir.join("bin/python")).args(["-c", question]).output().success();
    let executable = env_dir.join("bin/python");
    let expected = [env_dir, &python.base_prefix, &executable].map(|path| format!("{}\n", path.display())).concat();
    assert_eq!(outcome.stdout(), expected, "{outcome}");
}

/// The bytecode files in an environment.
fn bytecode(env_dir: &Path) -> Vec<PathBuf> {
    let entries = WalkDir::new(env_dir).sort_by_file_name().into_iter();
    let paths = entries.map(|entry| entry.expect("cannot read a directory of the test's own").into_path());
    paths.filter(|path| path.extension().is_some_and(|extension| extension == "pyc")).collect()
}

/// The header of bytecode holds the time and size of its source, and importlib ignores bytecode with other values.
fn bytecode_is_as_new_as_its_source(python: &Python, env_dir: &Path) {
    let all = bytecode(env_dir);
    assert!(all.len() > 100, "{} should have pip's bytecode", env_dir.display());
    for path in all {
        let name = path.file_name().expect("it is a file").to_string_lossy();
        let stem = name.split('.').next().expect("the first part");
        let source = path.parent().and_then(Path::parent).expect("__pycache__").join(format!("{stem}.py"));
        let metadata = fs::metadata(&source).expect("each has a source");
        let contents = fs::read(&path).expect("it was just listed");
        let number = |at: usize| u32::from_le_bytes(*contents[at..].first_chunk().expect("a header"));
        // Since 3.7, flags come first (PEP 552).
        let start = if python.minor < 7 { 4 } else { 8 };
        let mtime = u32::try_from(metadata.mtime()).expect("a time of this century");
        let told = (number(start), u64::from(number(start + 4)));
        assert_eq!(told, (mtime, metadata.len()), "{} with {}", path.display(), python.path.display());
    }
}

fn has_the_bundled_pip(world: &TestEnv, python: &Python, env_dir: &Path) {
    let bundled = python.bundled_pip.as_ref().expect("it has made an environment with pip");
    let outcome = world.run(env_dir.join("bin/pip")).arg("--version").output().success();
    let expected = format!("pip {bundled} from {}", env_dir.join("lib").display());
    assert!(outcome.stdout().starts_with(&expected), "this should start with {expected:?}\n{outcome}");
}

/// Using pip compiles none of its modules, because all have valid bytecode.
fn installs_runs_and_uninstalls_a_wheel(world: &TestEnv, python: &Python, env_dir: &Path) {
    let before = Tree::read(env_dir);
    let stamps = || {
        let stamp = |path: PathBuf| {
            let metadata = fs::metadata(&path).expect("it was just listed");
            (path, metadata.ino(), metadata.mtime(), metadata.mtime_nsec())
        };
        let of_pip = |path: &PathBuf| !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("tiny."));
        bytecode(env_dir).into_iter().filter(of_pip).map(stamp).collect::<Vec<_>>()
    };
    let compiled = stamps();
    let wheel = build_wheel(world, python);
    let outcome = pip(world, env_dir).args(["install", "--no-index"]).arg(wheel).output().success();
    assert!(compiled == stamps(), "bytecode was written\n{outcome}");
    let outcome = world.run(env_dir.join("bin/tiny-hello")).output().success();
    assert_eq!(outcome.stdout(), format!("hello from {}\n", env_dir.display()), "{outcome}");

    pip(world, env_dir).args(["uninstall", "--yes", "tiny"]).output().success();
    let difference = before.diff(&Tree::read(env_dir));
    assert_eq!(difference, "", "{} is not as it was before", env_dir.display());
}

/// pip can remove itself completely only if `RECORD` names every file.
fn pip_removes_all_of_itself(world: &TestEnv, env_dir: &Path) {
    let outcome = pip(world, env_dir).args(["uninstall", "--yes", "pip"]).output().success();
    let left = Tree::read(env_dir).0.into_keys();
    let left: Vec<String> =
        left.filter(|path| path.contains("site-packages/pip") || path.contains("bin/pip")).collect();
    assert!(left.is_empty(), "pip has left {left:?}\n{outcome}");
}

/// `python -m pip` in the environment, without the machine's own settings of pip.
fn pip(world: &TestEnv, env_dir: &Path) -> Run {
    let python = world.run(env_dir.join("bin/python")).args(["-m", "pip"]);
    python.env("PIP_CONFIG_FILE", "/dev/null").env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
}

/// A wheel with one module and one console script.
fn build_wheel(world: &TestEnv, python: &Python) -> PathBuf {
    const FILES: &[(&str, &str)] = &[
        ("tiny.py", "import sys\ndef main():\n    print('hello from ' + sys.prefix)\n"),
        ("tiny-1.0.dist-info/METADATA", "Metadata-Version: 2.1\nName: tiny\nVersion: 1.0\n"),
        ("tiny-1.0.dist-info/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"),
        ("tiny-1.0.dist-info/entry_points.txt", "[console_scripts]\ntiny-hello = tiny:main\n"),
        (
            "tiny-1.0.dist-info/RECORD",
            "tiny.py,,\ntiny-1.0.dist-info/METADATA,,\ntiny-1.0.dist-info/WHEEL,,\n\
             tiny-1.0.dist-info/entry_points.txt,,\ntiny-1.0.dist-info/RECORD,,\n",
        ),
    ];
    let dir = world.path("wheel");
    fs::create_dir_all(dir.join("tiny-1.0.dist-info")).expect("the world was made for this");
    for (path, contents) in FILES {
        fs::write(dir.join(path), contents).expect("its directory was just made");
    }
    let wheel = dir.join("tiny-1.0-py3-none-any.whl");
    // A wheel is a zip file, which Python can write.
    let zip = world.run(&python.path).args(["-I", "-m", "zipfile", "-c"]).arg(&wheel).cwd(&dir);
    zip.args(["tiny.py", "tiny-1.0.dist-info"]).output().success();
    wheel
}

/// A second run, with and without `--upgrade`, keeps the user's files; `--clear` deletes them.
pub(crate) fn made_again(python: &Python) {
    let world = TestEnv::new();
    let env_dir = world.path("env");
    let make = |options: &[&str]| {
        world.rvenv(&python.path).args(["--without-pip"]).args(options).arg(&env_dir).output().silent_success();
        is_an_environment(&world, python, &env_dir);
    };
    make(&[]);
    let fresh = Tree::read(&env_dir);
    let kept = [env_dir.join("share/notes.txt"), env_dir.join("bin/a-tool"), env_dir.join("data/deep/file")];
    for file in &kept {
        fs::create_dir_all(file.parent().expect("it is below the environment")).expect("nothing is in the way");
        fs::write(file, "the user's").expect("its directory was just made");
    }
    for options in [&["--upgrade"][..], &[]] {
        make(options);
        for file in &kept {
            let contents = fs::read_to_string(file).unwrap_or_default();
            assert_eq!(contents, "the user's", "{} after {options:?}", file.display());
        }
    }
    make(&["--clear"]);
    let mut cleared = Tree::read(&env_dir);
    // The key `command` records `--clear` now.
    let cfg = "pyvenv.cfg".to_owned();
    cleared.0.insert(cfg.clone(), fresh.0[&cfg].clone());
    assert_eq!(fresh.diff(&cleared), "", "--clear should leave a fresh environment");
}
