//! The script that asks an interpreter for its facts: what it looks at, and when it doubts its answer.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::needs::{self, Need};
use crate::pythons::{self, Python};
use crate::run::Run;
use crate::testenv::TestEnv;

/// The parts of the script.
const PROBE: [&str; 7] = [
    include_str!("../../src/interpreter/probe/files.py"),
    include_str!("../../src/interpreter/probe/loader.py"),
    include_str!("../../src/interpreter/probe/libraries.py"),
    include_str!("../../src/interpreter/probe/places.py"),
    include_str!("../../src/interpreter/probe/vocabulary.py"),
    include_str!("../../src/interpreter/probe/wheels.py"),
    include_str!("../../src/interpreter/probe/answers.py"),
];

/// The answers of an interpreter.
pub(crate) struct Answers {
    said: Vec<String>,
}

impl Answers {
    /// Asks an interpreter. `prelude` is run before the last part of the script.
    pub(crate) fn of(python: &Path, prelude: &str, world: &TestEnv, with: impl FnOnce(Run) -> Run) -> Self {
        let [before @ .., answers] = PROBE;
        let script = [&before.concat(), prelude, answers].concat();
        let run = with(world.run(python).args(["-I", "-S", "-B", "-c", &script, "nonce"]));
        Self { said: run.output().success().stdout().split('\0').map(str::to_owned).collect() }
    }

    fn value(&self, key: &str) -> &str {
        let at = self.said.iter().position(|field| field == key).unwrap();
        &self.said[at + 1]
    }

    pub(crate) fn is_sure(&self) -> bool {
        self.value("sure") == "yes"
    }

    pub(crate) fn has_seen(&self, path: impl AsRef<Path>) -> bool {
        let end = format!(" {}", path.as_ref().display());
        self.said.iter().any(|field| field.ends_with(&end))
    }
}

/// Whether ld.so(8) of glibc starts these interpreters.
fn has_glibc() -> bool {
    Path::new("/etc/ld.so.cache").exists() && Path::new("/proc/self/maps").exists()
}

pub(crate) fn skip_without_glibc() {
    if !has_glibc() {
        needs::skip(&Need::new("glibc", "glibc's loader"));
    }
}

/// The output of `python` for a script.
pub(crate) fn said(python: &Path, script: &str, world: &TestEnv) -> String {
    world.run(python).args(["-I", "-S", "-B", "-c", script]).output().success().stdout().trim().to_owned()
}

/// A lone link to an interpreter may or may not make environments that start: only a try tells. No library counts that
/// is in the root (`/lib/python3.N`), as no interpreter looks there.
#[apply(test)]
fn what_could_not_be_tried_is_no_answer() {
    let prelude = "import tempfile\ndef fail(*args, **kwargs): raise OSError\ntempfile.mkdtemp = fail\n";
    for python in pythons::all() {
        let world = TestEnv::new();
        fs::create_dir(world.path("alone")).unwrap();
        let link = world.path("alone/python3");
        symlink(&python.path, &link).unwrap();
        assert!(Answers::of(&link, "", &world, |run| run).is_sure());
        let untried = Answers::of(&link, prelude, &world, |run| run);
        assert!(!untried.is_sure(), "{}", python.path.display());
        // The library is always found from there.
        let executable = untried.value("executable");
        assert_eq!(fs::canonicalize(executable).unwrap(), fs::canonicalize(&python.path).unwrap());
        assert_ne!(Path::new(executable), link);
    }
}

/// A second installation: the interpreter's own file, and a library of its own whose entries are links.
pub(crate) fn second_installation(python: &Python, world: &TestEnv) -> Option<PathBuf> {
    let library = PathBuf::from(said(&python.path, "import os; print(os.path.dirname(os.__file__))", world));
    let version = format!("python3.{}", python.minor);
    if python.is_pypy() || library.file_name()? != &*version {
        return None;
    }
    let (copy, own) = (world.path("copy/bin").join(&version), world.path("copy/lib").join(&version));
    fs::create_dir_all(copy.parent()?).unwrap();
    fs::create_dir_all(&own).unwrap();
    fs::copy(&python.real, &copy).unwrap();
    for entry in fs::read_dir(library).unwrap().flatten() {
        symlink(entry.path(), own.join(entry.file_name())).unwrap();
    }
    let starts = world.run(&copy).args(["-I", "-S", "-c", "import os; print(os.__file__)"]).try_output();
    starts.is_ok_and(|said| said.succeeded() && said.stdout().starts_with(own.to_str().unwrap())).then_some(copy)
}

/// An environment of a link may start with the library of another installation, which may go at any time.
#[apply(test)]
fn no_link_is_kept_that_leads_to_the_library_of_another_installation() {
    let mut is_tried = false;
    for python in pythons::all() {
        let world = TestEnv::new();
        let Some(copy) = second_installation(python, &world) else { continue };
        is_tried = true;
        fs::create_dir(world.path("alone")).unwrap();
        symlink(&copy, world.path("alone/python3")).unwrap();
        world.rvenv(&world.path("alone/python3")).args(["--without-pip", "e"]).output().silent_success();
        let used = said(&world.path("e/bin/python"), "import os; print(os.__file__)", &world);
        assert!(Path::new(&used).starts_with(world.path("copy")), "{}: {used}", python.path.display());
    }
    if !is_tried {
        needs::skip(&Need::new("pythons", "an interpreter that can be copied").with_remedy("pyenv installs any"));
    }
}

/// The wheels of an ensurepip that runs pip in another way than CPython's, or names anything that CPython's does not,
/// are not known: it may do more.
#[apply(test)]
fn an_ensurepip_of_somebodys_own_is_not_known() {
    const RETURNED: &str = "return _run_pip(";
    let has_one = |python: &&Python| python.minor >= 7 && python.bundled_pip.is_some();
    for python in pythons::all().iter().filter(has_one) {
        let world = TestEnv::new();
        let Some(copy) = second_installation(python, &world) else { continue };
        let place = world.path(format!("copy/lib/python3.{}/ensurepip", python.minor));
        let original = fs::canonicalize(&place).unwrap();
        fs::remove_file(&place).unwrap();
        fs::create_dir(&place).unwrap();
        let _ = symlink(original.join("_bundled"), place.join("_bundled"));
        let source = |name: &str| fs::read_to_string(original.join(name)).unwrap();
        for (name, original, instead, is_known) in [
            ("__init__.py", RETURNED, RETURNED, true),
            ("__init__.py", RETURNED, "# Ours.\n        return _run_pip(", true),
            ("__init__.py", RETURNED, "_run_pip(); return _run_pip(", false),
            ("__init__.py", RETURNED, "args = _run_pip(", false),
            ("__init__.py", RETURNED, "open('pip.conf', 'wb')\n        return _run_pip(", false),
            ("__init__.py", RETURNED, "args += sys.orig_argv\n        return _run_pip(", false),
            ("__init__.py", "if root:", "args += ['--no-compile']\n        if root:", python.minor >= 15),
            ("__init__.py", "elif not default_pip:", "else:", false),
            ("__init__.py", "_PIP_VERSION =", "_PIP_VERSION = '1'\n_PIP_VERSION =", false),
            ("__main__.py", "import ensurepip", "import ensurepip, house", false),
        ] {
            for name in ["__init__.py", "__main__.py"] {
                fs::write(place.join(name), source(name)).unwrap();
            }
            let changed = source(name).replacen(original, instead, 1);
            assert_eq!(changed == source(name), original == instead, "{}: {original}", python.path.display());
            fs::write(place.join(name), changed).unwrap();
            let answers = Answers::of(&copy, "", &world, |run| run);
            let bundled = answers.said.iter().any(|field| field == "bundled");
            assert_eq!(bundled, is_known, "{}: {instead}", python.path.display());
        }
    }
}

/// The files by which an interpreter takes another place for its library's, and bytecode that may be older than its
/// source.
#[apply(test)]
fn what_decides_how_an_interpreter_starts_is_seen() {
    let cached = "import sysconfig; print(sysconfig.__spec__.cached)";
    for python in pythons::all().iter().filter(|python| !python.is_pypy()) {
        let world = TestEnv::new();
        let answers = Answers::of(&python.path, "", &world, |run| run);
        // Where `pybuilddir.txt` and, since 3.11, `._pth` may appear.
        assert!(answers.has_seen(python.real.parent().unwrap()), "{}", python.path.display());
        // Before 3.11, links are followed before `pyvenv.cfg` is looked for.
        let above = python.real.parent().unwrap().with_file_name("pyvenv.cfg");
        assert!(python.minor >= 11 || answers.has_seen(above), "{}", python.path.display());
        let cached = PathBuf::from(said(&python.path, cached, &world));
        assert_eq!(answers.has_seen(&cached), cached.exists(), "{}", cached.display());
        for file in ["/etc/ld.so.cache", "/etc/ld.so.preload"] {
            assert!(!has_glibc() || answers.has_seen(file), "{file}");
        }
    }
}

/// The loader takes other libraries by these variables; where nobody knows which ones, the answer is not kept.
#[apply(test)]
fn libraries_that_variables_name_are_seen_or_doubted() {
    skip_without_glibc();
    let python = &pythons::all()[0].path;
    let world = TestEnv::new();
    let named = fs::canonicalize("/proc/self/exe").unwrap().parent().unwrap().to_owned();
    let asked = |name: &str, value: &OsStr| {
        let answers = Answers::of(python, "", &world, |run| run.env(name, value));
        (answers.is_sure(), answers.has_seen(value))
    };
    for name in ["LD_LIBRARY_PATH", "LD_PRELOAD", "LD_AUDIT"] {
        assert_eq!(asked(name, named.join("none").as_os_str()), (true, true), "{name}");
        for doubtful in ["./none.so", "none.so", "/none/$LIB/none.so", "/none/${PLATFORM}"] {
            assert!(!asked(name, OsStr::new(doubtful)).0, "{name}={doubtful}");
        }
    }
    assert!(!asked("LD_LIBRARY_PATH", OsStr::new("/none:")).0);
    // An entry in the cache is text.
    assert!(!asked("LD_LIBRARY_PATH", OsStr::from_bytes(b"/caf\xe9")).0);
    assert!(!asked("LD_LIBRARY_PATH", OsStr::new("/two\nlines")).0);
}

/// A directory for a kind of processor is looked at before the one that it is in.
#[apply(test)]
fn directories_in_which_the_loader_looks_first_are_seen() {
    skip_without_glibc();
    let world = TestEnv::new();
    fs::create_dir_all(world.path("lib/glibc-hwcaps/x86-64-v3")).unwrap();
    let place = world.path("lib");
    let answers = Answers::of(&pythons::all()[0].path, "", &world, |run| run.env("LD_LIBRARY_PATH", &place));
    for path in ["lib", "lib/glibc-hwcaps", "lib/glibc-hwcaps/x86-64-v3"] {
        assert!(answers.has_seen(world.path(path)), "{path}");
    }
}

/// The executable itself says which loader it wants, and where that looks for libraries.
#[apply(test)]
fn what_an_executable_says_to_the_loader_is_heeded() {
    skip_without_glibc();
    let world = TestEnv::new();
    let python = &pythons::all()[0].path;
    for (places, is_sure) in
        [("", true), ("$ORIGIN/../lib:/opt/lib", true), (".:/opt/lib", false), ("/a::/b", false), ("/a/$LIB", false)]
    {
        let prelude = format!("read_elf = lambda program: {{'paths': '{places}'}}\n");
        assert_eq!(Answers::of(python, &prelude, &world, |run| run).is_sure(), is_sure, "{places}");
    }
    let loader =
        "with open('/proc/self/exe', 'rb') as program: print(read_elf(program)['interpreter'])\nraise SystemExit\n";
    let script = [PROBE[0], PROBE[1], loader].concat();
    let loader = said(python, &script, &world);
    assert!(Answers::of(python, "", &world, |run| run).has_seen(&loader), "{loader}");
}
