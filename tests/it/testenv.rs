//! The world of one test: a directory of its own, and child processes into which nothing of the user's environment
//! leaks.
//!
//! The test process itself is never changed: no `set_var`, no `set_current_dir`.

use std::env;
use std::ffi::OsStr;
use std::fs;
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

#[cfg(target_os = "linux")]
use rustix::fs::{StatVfs, StatVfsMountFlags, statvfs};
use tempfile::TempDir;

#[cfg(unix)]
pub(crate) use crate::run::Outcome;
pub(crate) use crate::run::Run;
use crate::shared_cache::shared_cache;

/// The variables that a child inherits; all others (`PYTHON*`, `PIP_*`, `VIRTUAL_ENV`, `RVENV_*`, …) are cleared.
const INHERITED: &[&str] = &[
    "PATH",
    // Hosted CI interpreters (actions/setup-python) find their libpython by these.
    "LD_LIBRARY_PATH",
    "DYLD_LIBRARY_PATH",
    // Windows programs do not start without the first, and look for their temporary files in the others.
    "SYSTEMROOT",
    "TEMP",
    "TMP",
];

/// A temporary directory and the programs that are run in it.
pub(crate) struct TestEnv {
    /// The directory `w` in `dir`, which also has `tmp`, so that what programs leave there is not in their way.
    root: PathBuf,
    dir: TempDir,
}

impl TestEnv {
    pub(crate) fn new() -> Self {
        let dir = TempDir::with_prefix_in("rvenv-test-", temp_dir()).expect("cannot create a temporary directory");
        for name in ["w", "tmp"] {
            fs::create_dir(dir.path().join(name)).expect("the directory was just made");
        }
        // Other users come in, too, and may have temporary files.
        #[cfg(unix)]
        for (path, mode) in [(dir.path().to_path_buf(), 0o755), (dir.path().join("tmp"), 0o1777)] {
            fs::set_permissions(path, fs::Permissions::from_mode(mode)).expect("the directory was just made");
        }
        let root = dir.path().join("w");
        // Python resolves some of the paths that it reports, and a resolved root makes them comparable. (On Windows the
        // resolved path would begin with `\\?\`, which Python does not write.)
        let root = if cfg!(windows) { root } else { root.canonicalize().expect("the directory was just made") };
        fs::create_dir(root.join("home")).expect("the directory was just made");
        Self { root, dir }
    }

    /// An absolute path in this world.
    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.root.join(relative)
    }

    /// `rvenv` with `python` as the interpreter.
    pub(crate) fn rvenv(&self, python: &Path) -> Run {
        self.run(env!("CARGO_BIN_EXE_rvenv")).env("RVENV_PYTHON", python)
    }

    /// `python -m venv`, the oracle.
    pub(crate) fn venv(&self, python: &Path) -> Run {
        self.run(python).args(["-m", "venv"])
    }

    /// Any program, started in the root of this world.
    pub(crate) fn run(&self, program: impl AsRef<OsStr>) -> Run {
        let inherited = INHERITED.iter().filter_map(|name| Some(((*name).into(), env::var_os(name)?)));
        let home = self.path("home");
        let run = Run::new(program.as_ref(), &self.root, inherited.collect()).env("RVENV_CACHE_DIR", shared_cache());
        let run = run.env("HOME", &home).env("USERPROFILE", &home).env("TMPDIR", self.dir.path().join("tmp"));
        run.env("LANG", "C.UTF-8")
    }
}

/// The directory for temporary directories: that of TMPDIR, else a file system in memory, which saves a third of the
/// time, else the system's.
pub(crate) fn temp_dir() -> &'static Path {
    static DIR: OnceLock<PathBuf> = OnceLock::new();
    DIR.get_or_init(|| match env::var_os("TMPDIR") {
        None if cfg!(target_os = "linux") && is_roomy("/dev/shm") => "/dev/shm".into(),
        _ => env::temp_dir(),
    })
}

/// Whether a file system has room for the tests and lets programs be run, unlike that of a container.
#[cfg(target_os = "linux")]
fn is_roomy(dir: &str) -> bool {
    const ROOM: u64 = 4 << 30;
    let can_run = |stat: &StatVfs| !stat.f_flag.contains(StatVfsMountFlags::NOEXEC);
    statvfs(dir).is_ok_and(|stat| can_run(&stat) && stat.f_bavail.saturating_mul(stat.f_frsize) > ROOM)
}

#[cfg(not(target_os = "linux"))]
fn is_roomy(_dir: &str) -> bool {
    false
}

impl Drop for TestEnv {
    /// Deletes the directory, and directories that a test has closed to its own user, too.
    fn drop(&mut self) {
        // The rest is left to the directory's own drop.
        if fs::remove_dir_all(&self.root).is_err() {
            open(&self.root);
        }
    }
}

#[cfg(windows)]
fn open(_dir: &Path) {}

/// Opens a directory, and all below it, to their owner.
#[cfg(unix)]
fn open(dir: &Path) {
    let _ = fs::set_permissions(dir, fs::Permissions::from_mode(0o700));
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            open(&entry.path());
        }
    }
}
