//! A root of pyenv's with links to this machine's interpreters as versions, and nothing of the machine's on PATH.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::path::{Path, PathBuf};

use crate::fake_python::write_program;
use crate::needs::{self, Need};
use crate::pythons;
use crate::testenv::{Outcome, Run, TestEnv};

/// The command to an interpreter to print its path.
const SAY_WHO: [&str; 3] = ["-S", "-c", "import os, sys; print(os.path.abspath(sys.executable))"];

/// The programs that pyenv needs, and the tests.
const PROGRAMS: &str = "awk basename bash cat chmod cp cut diff dirname grep head mkdir mktemp mv readlink rm sed sh \
                        sleep sort strace tr uname xargs";

pub(super) struct PyenvWorld {
    pub(super) world: TestEnv,
    /// The current directory.
    pub(super) cwd: PathBuf,
    pub(super) variables: BTreeMap<&'static str, String>,
}

impl PyenvWorld {
    /// Creates a world with the versions 3.11.7, which is selected, and 3.12.1 in a copy of this machine's pyenv, and
    /// with an interpreter of the system.
    pub(super) fn new() -> Self {
        let pyenv = libexec();
        let world = TestEnv::new();
        let root = world.path("pyenv");
        for dir in ["pyenv/bin", "pyenv/versions", "pyenv/plugins", "project/sub", "other", "front", "system", "tools"]
        {
            fs::create_dir_all(world.path(dir)).unwrap();
        }
        let hooks = pyenv.with_file_name("pyenv.d");
        world.run("cp").arg("-R").arg(&pyenv).arg(&hooks).arg(&root).output().silent_success();
        symlink("../libexec/pyenv", root.join("bin/pyenv")).unwrap();
        symlink("project/sub", world.path("link")).unwrap();
        let it = Self { cwd: world.path("other"), world, variables: BTreeMap::new() };
        it.link_programs();
        it.install("3.11.7");
        it.install("3.12.1");
        symlink("3.12.1", root.join("versions/alias")).unwrap();
        it.make_env();
        it.python("system");
        fs::write(root.join("version"), "3.11.7\n").unwrap();
        let pyenv = root.join("bin/pyenv");
        it.run(pyenv.to_str().unwrap()).env("PYENV_ROOT", &root).arg("rehash").output().silent_success();
        assert!(root.join("shims/python3").exists(), "pyenv makes shims");
        it
    }

    fn link_programs(&self) {
        for program in PROGRAMS.split_whitespace() {
            let dirs = ["/usr/bin", "/bin"].map(|dir| Path::new(dir).join(program));
            let found = dirs.iter().find(|path| path.exists());
            if let Some(found) = found {
                symlink(found, self.path("tools").join(program)).unwrap();
            }
        }
    }

    pub(super) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.world.path(relative)
    }

    pub(super) fn text(&self, relative: &str) -> String {
        self.path(relative).to_str().unwrap().to_owned()
    }

    pub(super) fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    /// Appends to a script, which may be running.
    pub(super) fn append(&self, path: &str, text: &str) {
        let text = fs::read_to_string(self.path(path)).unwrap() + text;
        self.program(path, &text);
    }

    /// Writes a program, in a file of its own.
    pub(super) fn program(&self, path: &str, text: &str) {
        let _ = fs::remove_file(self.path(path));
        write_program(&self.path(path), text);
    }

    /// Makes a directory of an interpreter, which finds its library as if it were installed there.
    pub(super) fn python(&self, dir: &str) {
        // Not the same for all, as far as there are several.
        let sum: usize = dir.bytes().map(usize::from).sum();
        let python = &pythons::all()[sum % pythons::all().len()];
        let dir = self.path(dir);
        fs::create_dir_all(&dir).unwrap();
        symlink(&python.real, dir.join("python3")).unwrap();
        for name in ["lib", "lib64"] {
            let (library, link) = (python.base_prefix.join(name), dir.with_file_name(name));
            if library.exists() && !link.exists() {
                symlink(library, link).unwrap();
            }
        }
    }

    /// Installs a version, as far as a shim can tell.
    pub(super) fn install(&self, version: &str) {
        self.python(&format!("pyenv/versions/{version}/bin"));
    }

    /// Makes an environment as pyenv-virtualenv does: in a version, with a link beside the versions.
    pub(super) fn make_env(&self) {
        let versions = self.path("pyenv/versions");
        let env = versions.join("3.12.1/envs/mine");
        let _ = fs::remove_dir_all(&env);
        let _ = fs::remove_file(versions.join("mine"));
        fs::create_dir_all(env.join("bin")).unwrap();
        let home = versions.join("3.12.1/bin");
        fs::write(env.join("pyvenv.cfg"), format!("home = {}\n", home.display())).unwrap();
        symlink(home.join("python3"), env.join("bin/python3")).unwrap();
        symlink("3.12.1/envs/mine", versions.join("mine")).unwrap();
    }

    /// The value of PATH.
    pub(super) fn search_path(&self) -> String {
        ["front", "pyenv/shims", "system", "tools"].map(|dir| self.text(dir)).join(":")
    }

    /// Any program, with the variables and in the current directory of this world.
    pub(super) fn run(&self, program: &str) -> Run {
        let run = self.world.run(program).cwd(&self.cwd).env("PATH", self.search_path());
        let run = run.env("RVENV_CACHE_DIR", self.path("cache")).env("PROJECT", self.path("project"));
        self.variables.iter().fold(run, |run, (name, value)| run.env(name, value))
    }

    /// `rvenv`, which finds the shim on PATH.
    pub(super) fn rvenv(&self) -> Run {
        let _ = fs::remove_dir_all(self.path("e"));
        self.run(env!("CARGO_BIN_EXE_rvenv")).arg("--without-pip").arg(self.path("e"))
    }

    /// Asserts that rvenv takes the interpreter to which the shim leads, or fails with the shim's words.
    #[track_caller]
    pub(super) fn assert_as_pyenv(&self) {
        let said = self.run("/usr/bin/env").arg("python3").args(SAY_WHO).output();
        let made = self.rvenv().output();
        if said.succeeded() {
            let made = made.silent_success();
            let executable = fs::read_link(self.path("e/bin/python3")).unwrap();
            let expected = base(Path::new(said.stdout().trim_end()));
            assert_eq!(executable, expected, "{said}{made}");
        } else {
            self.assert_same_words(&said, &made);
        }
    }

    fn assert_same_words(&self, said: &Outcome, made: &Outcome) {
        let words = said.stderr();
        let word = words.lines().find(|line| line.starts_with("pyenv: ")).unwrap_or_default();
        assert!(!made.succeeded() && made.stderr().contains(word), "{said}{made}");
        assert!(!self.path("e").exists());
    }

    /// The answers of the shim that are kept: files, each of which is another one when it is written anew.
    pub(super) fn kept(&self) -> BTreeMap<PathBuf, u64> {
        let entries = fs::read_dir(self.path("cache/facts-1")).into_iter().flatten().flatten();
        let shim = self.text("pyenv/shims/python3") + "\n";
        let is_shims = |path: &PathBuf| fs::read(path).unwrap()[4..].starts_with(shim.as_bytes());
        let entries = entries.map(|entry| entry.path()).filter(is_shims);
        entries.map(|path| (path.clone(), fs::metadata(path).unwrap().ino())).collect()
    }
}

/// The base of an environment's interpreter, or the interpreter itself.
fn base(executable: &Path) -> PathBuf {
    let is_environment = executable.ancestors().nth(2).unwrap().join("pyvenv.cfg").exists();
    if is_environment { fs::read_link(executable).unwrap() } else { executable.to_owned() }
}

/// The directory of pyenv's scripts. Without pyenv, the test is skipped.
fn libexec() -> PathBuf {
    let pyenv = std::env::var_os("PATH").into_iter().flat_map(|path| std::env::split_paths(&path).collect::<Vec<_>>());
    let root = std::env::var_os("PYENV_ROOT").map(PathBuf::from).or_else(|| Some(std::env::home_dir()?.join(".pyenv")));
    let dirs = pyenv.chain(root.map(|root| root.join("libexec")));
    let found = dirs.filter_map(|dir| Some(dir.join("pyenv").canonicalize().ok()?.parent()?.to_owned()));
    let mut found = found.filter(|dir| dir.ends_with("libexec") && dir.join("pyenv-which").is_file());
    found.next().unwrap_or_else(|| needs::skip(&Need::new("pyenv", "pyenv").with_remedy("github.com/pyenv/pyenv")))
}
