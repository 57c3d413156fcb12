//! A world with a cache of its own, and a fake interpreter that records its starts and has an instant ensurepip.

use std::fs;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use walkdir::{DirEntry, WalkDir};

use crate::fake_python::FakePython;
use crate::testenv::{Run, TestEnv};
use crate::tree::Tree;

/// Shell commands before the answers: record the start, then run `ON_PROBE`.
const BEFORE: &str = r#"echo probe >> "$RUNS"; eval "${ON_PROBE-}""#;

/// Shell commands for further answers: the files that the facts depend on, and the wheels.
const FURTHER: &str = r#"
printf 'watched\0%s\0' "$TOOLS/libpython.so" "$TOOLS/venv.py" "$TOOLS/wheels"
seen "$TOOLS/libpython.so" "$TOOLS/venv.py" "$TOOLS/wheels"
printf 'wheel\0%s\0' "$TOOLS/wheels"/*.whl
"#;

/// Shell commands for ensurepip and pip. ensurepip replaces any pip by the one wheel, whose text becomes
/// `pip/__init__.py`, and writes a script that begins as pip's scripts do. pip only runs `ON_PIP`.
const OTHERWISE: &str = r##"
echo "$3" >> "$RUNS"
[ "$3" = ensurepip ] || { eval "${ON_PIP-}"; exit 0; }
eval "${ON_ENSUREPIP-}"
bin=${0%/*}
packages=${bin%/*}/lib/python3.13/site-packages
for wheel in "$TOOLS/wheels"/*.whl; do
    version=${wheel##*/pip-} version=${version%%-*}
    rm -rf "$packages"/pip*
    mkdir -p "$packages/pip" "$packages/pip-$version.dist-info"
    cat "$wheel" > "$packages/pip/__init__.py"
    printf '../../../bin/pip,,\npip/__init__.py,,\n' > "$packages/pip-$version.dist-info/RECORD"
    case $0 in
    *" "*) printf "#!/bin/sh\n'''exec' \"%s\" \"\$0\" \"\$@\"\n' '''\nimport pip\n" "$0" > "$bin/pip" ;;
    *) printf '#!%s\nimport pip\n' "$0" > "$bin/pip" ;;
    esac
    chmod a+rx "$bin/pip"
done
exit 0
"##;

pub(crate) struct CacheWorld {
    pub(crate) world: TestEnv,
    pub(crate) python: PathBuf,
}

impl CacheWorld {
    /// Creates a world with the [`recording`] interpreter in `tools/python3`.
    pub(crate) fn new() -> Self {
        Self::with(recording())
    }

    pub(crate) fn with(python: FakePython) -> Self {
        let world = TestEnv::new();
        let python = python.write(&world.path("tools/python3"));
        for dir in ["tools/wheels", "tmp"] {
            fs::create_dir(world.path(dir)).unwrap();
        }
        for (file, text) in [("libpython.so", "1"), ("venv.py", "1"), ("wheels/pip-1.0-py3-none-any.whl", "one\n")] {
            fs::write(world.path("tools").join(file), text).unwrap();
        }
        Self { world, python }
    }

    pub(crate) fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.world.path(relative)
    }

    /// Lets a moment pass since the last change of this world: what has changed in the last moment, rvenv asks again.
    pub(crate) fn settle() {
        thread::sleep(Duration::from_millis(25));
    }

    /// `rvenv` with the interpreter and the cache of this world, of which nothing was changed in the last moment.
    pub(crate) fn rvenv(&self) -> Run {
        Self::settle();
        self.at_home(self.world.rvenv(&self.python))
    }

    /// Sets a program's variables to the directories of this world.
    pub(crate) fn at_home(&self, run: Run) -> Run {
        run.env("RVENV_CACHE_DIR", self.path("cache"))
            .env("TMPDIR", self.path("tmp"))
            .env("RUNS", self.path("runs"))
            .env("TOOLS", self.path("tools"))
    }

    /// Creates the environment `e` by a run, which must succeed in silence, and returns its tree.
    #[track_caller]
    pub(crate) fn made_by(&self, run: Run) -> Tree {
        let env_dir = self.path("e");
        if env_dir.exists() {
            fs::remove_dir_all(&env_dir).unwrap();
        }
        run.arg("e").output().silent_success();
        Tree::read(&env_dir)
    }

    /// Creates the environment `e` with pip and returns its tree.
    #[track_caller]
    pub(crate) fn made(&self) -> Tree {
        self.made_by(self.rvenv())
    }

    /// Returns the starts of the interpreter since the last call: words, each with a space after it.
    pub(crate) fn started(&self) -> String {
        let text = fs::read_to_string(self.path("runs")).unwrap_or_default();
        let _ = fs::remove_file(self.path("runs"));
        text.replace('\n', " ")
    }

    /// The paths in the cache and its shelves that contain `part`, sorted.
    pub(crate) fn cached(&self, part: &str) -> Vec<PathBuf> {
        let entries = WalkDir::new(self.path("cache")).max_depth(2).sort_by_file_name().into_iter().flatten();
        entries.map(DirEntry::into_path).filter(|path| path.to_string_lossy().contains(part)).collect()
    }

    /// The only seed in the cache.
    #[track_caller]
    pub(crate) fn seed(&self) -> PathBuf {
        let [seed] = &self.cached(".seed")[..] else { panic!("one seed should be kept: {:?}", self.cached("")) };
        seed.clone()
    }

    /// The only entry of facts in the cache.
    #[track_caller]
    pub(crate) fn facts(&self) -> PathBuf {
        let [entry] = &self.cached("facts-1/")[..] else { panic!("one entry should be kept: {:?}", self.cached("")) };
        entry.clone()
    }

    /// Asserts that the directory for temporary files is empty.
    #[track_caller]
    pub(crate) fn assert_no_litter(&self) {
        let left = Tree::read(&self.path("tmp"));
        assert!(left.0.is_empty(), "{left:?}");
    }
}

/// The fake interpreter of a [`CacheWorld`]. Tests may change its fields before it is written.
pub(crate) fn recording() -> FakePython {
    FakePython { before: BEFORE, further: FURTHER, otherwise: OTHERWISE, ..FakePython::default() }
}
