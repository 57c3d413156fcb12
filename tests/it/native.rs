//! pip installed by rvenv itself: which way is taken, and what becomes of wheels and helpers that are not as expected.

mod bad;

use std::fs;
use std::path::{Path, PathBuf};

use crate::fake_python::{FakePython, write_program};
use crate::made_wheels::MadeWheel;
use crate::pythons::{self, Python};
use crate::testenv::{Outcome, Run, TestEnv};

/// The line of the log that tells the way.
const NATIVE: &str = "pip: from the wheels of ensurepip";

/// The lines of the log that tell the way.
fn ways(outcome: &Outcome) -> Vec<String> {
    outcome.stderr().lines().filter(|line| line.starts_with("pip: ")).map(str::to_owned).collect()
}

/// Without this, an installation by ensurepip, which takes seconds and gives the same, would go unnoticed.
#[apply(slow_test)]
fn the_pip_of_every_interpreter_found_is_installed_natively() {
    let world = TestEnv::new();
    let is_served = |python: &Python| python.bundled_pip.is_some() && !python.is_pypy();
    for (number, python) in pythons::those("a CPython with ensurepip", is_served).into_iter().enumerate() {
        let run = world.rvenv(&python.path).env("RVENV_LOG", "debug").env("RVENV_NO_CACHE", "1");
        let outcome = run.arg(format!("e{number}")).output().success();
        assert_eq!(ways(&outcome), [NATIVE], "{}: {outcome}", python.path.display());
    }
}

/// A world whose interpreter brings one wheel. A real interpreter compiles, and `ensurepip` only records its runs.
struct World {
    world: TestEnv,
    python: PathBuf,
}

/// Shell commands for all other uses: helpers, which are the only ones with `-S`, and ensurepip, which fails. Helpers
/// see no variables, so what they need is put in here.
const OTHERWISE: &str = r#"
case $2 in
-S) REAL=@REAL@; @HOOK@; exec "$REAL" "$@" ;;
*) echo "$3" >> "$RUNS"; echo 'this is ensurepip' >&2; exit 1 ;;
esac
"#;

impl World {
    fn with(wheel: &[u8]) -> Self {
        Self::with_hook(wheel, ":")
    }

    /// A world whose helpers begin with some shell commands.
    fn with_hook(wheel: &[u8], hook: &str) -> Self {
        let world = TestEnv::new();
        fs::create_dir_all(world.path("tools/wheels")).unwrap();
        fs::create_dir(world.path("tmp")).unwrap();
        fs::write(world.path("tools/wheels/pip-24.0-py3-none-any.whl"), wheel).unwrap();
        let further = r#"
            for key in wheel bundled; do printf '%s\0' $key "$TOOLS/wheels/pip-24.0-py3-none-any.whl"; done
            printf '%s\0' cache-tag fake-313 watched "$TOOLS/wheels"
        "#;
        let python = FakePython { further, otherwise: OTHERWISE, ..FakePython::default() };
        let python = python.write(&world.path("tools/python3"));
        let real = pythons::newest_with_pip().path.to_str().expect("a path in UTF-8");
        let script = fs::read_to_string(&python).unwrap().replace("@REAL@", real).replace("@HOOK@", hook);
        write_program(&python, &script);
        Self { world, python }
    }

    fn rvenv(&self) -> Run {
        let run = self.world.rvenv(&self.python).env("TOOLS", self.world.path("tools"));
        let run = run.env("RVENV_CACHE_DIR", self.world.path("cache"));
        run.env("RUNS", self.world.path("runs")).env("TMPDIR", self.world.path("tmp")).env("RVENV_LOG", "debug")
    }

    fn runs(&self) -> String {
        fs::read_to_string(self.world.path("runs")).unwrap_or_default()
    }

    /// Asserts that nothing is left of an environment that was not created.
    fn assert_nothing_is_left(&self) {
        assert!(!self.world.path("e").exists());
        assert_eq!(fs::read_dir(self.world.path("tmp")).unwrap().count(), 0);
        let seeds = self.world.path("cache/seeds-2");
        let left: Vec<_> = fs::read_dir(seeds).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
        assert!(left.iter().all(|path| path.extension().is_some_and(|suffix| suffix == "lock")), "{left:?}");
    }
}

fn site_packages(world: &TestEnv) -> PathBuf {
    world.path("e/lib/python3.13/site-packages")
}

#[apply(test)]
fn a_made_wheel_is_installed_with_its_scripts_and_its_record() {
    let wheel = MadeWheel::pip().executable("pip/tool.py", "pass\n").file("pip/data, \"quoted\".txt", "");
    let world = World::with(&wheel.bytes());
    let outcome = world.rvenv().arg("e").output().success();
    assert_eq!((ways(&outcome).as_slice(), world.runs().as_str()), ([NATIVE.to_owned()].as_slice(), ""), "{outcome}");
    let script = fs::read_to_string(world.world.path("e/bin/pip3.13")).unwrap();
    assert_eq!(
        script,
        format!("#!{}\nfrom pip._main import main.run as main\n", world.world.path("e/bin/python3").display())
    );
    let record = fs::read_to_string(site_packages(&world.world).join("pip-24.0.dist-info/RECORD")).unwrap();
    let paths: Vec<_> = record.split_terminator("\r\n").map(|line| line.rsplitn(3, ',').last().unwrap()).collect();
    let expected = [
        "../../../bin/own-name",
        "../../../bin/pip",
        "../../../bin/pip3",
        "../../../bin/pip3.13",
        "pip-24.0.dist-info/INSTALLER",
        "pip-24.0.dist-info/METADATA",
        "pip-24.0.dist-info/RECORD",
        "pip-24.0.dist-info/REQUESTED",
        "pip-24.0.dist-info/WHEEL",
        "pip-24.0.dist-info/entry_points.txt",
        "pip/__init__.py",
        "pip/__pycache__/__init__.fake-313.pyc",
        "pip/__pycache__/tool.fake-313.pyc",
        "pip/_vendor/distlib/__pycache__/scripts.fake-313.pyc",
        "pip/_vendor/distlib/scripts.py",
        "\"pip/data, \"\"quoted\"\".txt\"",
        "pip/tool.py",
    ];
    assert_eq!(paths, expected, "{record}");
}

#[apply(test)]
fn helpers_see_few_variables() {
    let world = World::with_hook(&MadeWheel::pip().bytes(), "env > \"${0%/*}/seen\"");
    let run = world.rvenv().env("SECRET", "x").env("PYTHONOPTIMIZE", "1");
    let run = run.env("PYTHONPYCACHEPREFIX", "elsewhere").env("SOURCE_DATE_EPOCH", "1700000000");
    run.arg("e").output().success();
    let seen = fs::read_to_string(world.world.path("tools/seen")).unwrap();
    let names: Vec<_> = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let known = ["PATH", "PWD", "OLDPWD", "SHLVL", "_", "LD_LIBRARY_PATH", "SOURCE_DATE_EPOCH", "RUNS", "TOOLS"];
    let is_known = |name: &&str| known.contains(name) || name.starts_with("MALLOC_");
    assert!(names.contains(&"SOURCE_DATE_EPOCH") && names.iter().all(is_known), "{seen}");
}

#[apply(test)]
fn ensurepip_is_run_on_request() {
    let world = World::with(&MadeWheel::pip().bytes());
    // A seed that is kept is not what was asked for.
    world.rvenv().arg("e").output().success();
    let outcome = world.rvenv().env("RVENV_PIP", "ensurepip").arg("f").output().status(1);
    assert_eq!(ways(&outcome), ["pip: by ensurepip, since RVENV_PIP says so"], "{outcome}");
    assert_eq!(world.runs(), "ensurepip\nensurepip\n");
}

/// A cache that is closed to the user, as that of another user's home.
#[apply(test)]
fn without_a_cache_the_environment_is_created_from_memory() {
    let world = World::with(&MadeWheel::pip().bytes());
    for name in ["e", "f"] {
        let outcome = world.rvenv().env("RVENV_NO_CACHE", "1").arg(name).output().success();
        assert_eq!(ways(&outcome), [NATIVE], "{outcome}");
    }
    let trees = ["e", "f"].map(|name| crate::tree::Tree::read(&world.world.path(name).join("lib")));
    assert!(!trees[0].0.is_empty());
    let is_same = |name: &String| {
        trees[0].0[name] == trees[1].0[name] || [".pyc", "/RECORD"].iter().any(|end| name.ends_with(end))
    };
    assert!(trees[0].0.keys().eq(trees[1].0.keys()) && trees[0].0.keys().all(is_same));
    assert!(fs::read_dir(world.world.path("tmp")).unwrap().next().is_none());
    assert!(!Path::new(&world.world.path("cache")).exists());
}
