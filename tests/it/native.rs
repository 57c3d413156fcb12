//! pip installed by rvenv itself: which way is taken, and what becomes of wheels and helpers that are not as expected.

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
        let seeds = self.world.path("cache/seeds-1");
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
fn a_harmful_wheel_is_an_error_and_is_not_handed_to_ensurepip() {
    let bomb = MadeWheel::pip().zeros("pip/bomb.bin", 65 << 20);
    for (wheel, reason) in [
        (bomb, "it would unpack to more than 64 MB"),
        (MadeWheel::pip().file("../pwned.py", ""), "`../pwned.py` in it is no path inside an environment"),
        (MadeWheel::pip().file("/tmp/pwned.py", ""), "`/tmp/pwned.py` in it is no path inside an environment"),
        (
            MadeWheel::pip().file("pip/../../pwned.py", ""),
            "`pip/../../pwned.py` in it is no path inside an environment",
        ),
        (MadeWheel::pip().file("pip/./x.py", ""), "`pip/./x.py` in it is no path inside an environment"),
        (MadeWheel::pip().forged("pip/x.py", "x"), "`pip/x.py` in it is not the file that its `RECORD` lists"),
    ] {
        for cold in ["0", "1"] {
            let world = World::with(&wheel.bytes());
            let outcome = world.rvenv().env("RVENV_LOG", "").env("RVENV_NO_CACHE", cold).arg("e").output();
            let path = world.world.path("tools/wheels/pip-24.0-py3-none-any.whl");
            let what = format!("cannot install pip: the wheel `{}` is not safe to unpack: {reason}", path.display());
            let hint = "reinstall this Python, or the package that the wheel is from; --without-pip leaves pip out";
            outcome.failure(&format!("error: {what}\n  hint: {hint}\n"));
            assert_eq!(world.runs(), "");
            world.assert_nothing_is_left();
        }
    }
}

#[apply(test)]
fn what_rvenv_does_not_know_is_left_to_ensurepip() {
    let whole = MadeWheel::pip().bytes();
    let wheels: [(Vec<u8>, &str); 14] = [
        (whole[..whole.len() - 30].to_vec(), "Could not find EOCD"),
        (Vec::new(), "Could not find EOCD"),
        (MadeWheel::pip().file("pip/x.py", "").twice("pip/x.py").bytes(), "two members of the same name"),
        (MadeWheel::pip().file("pip/x.py", "").file("pip/X.py", "").bytes(), "have the same path"),
        (MadeWheel::pip().file("pip/x", "").file("pip/x/y", "").bytes(), "have the same path"),
        (MadeWheel::pip().unlisted("pip/x.py", "").bytes(), "its `RECORD` lacks `pip/x.py`"),
        (MadeWheel::pip().encrypted().bytes(), "neither stored nor deflated"),
        (MadeWheel::pip().link("pip/x.py", "/etc/passwd").bytes(), "is not a file"),
        (MadeWheel::pip().file("pip-24.0.data/scripts/x", "").bytes(), "it has a directory `pip-24.0.data`"),
        (MadeWheel::pip().file("x-1.dist-info/METADATA", "").bytes(), "it has a directory `x-1.dist-info`"),
        (MadeWheel::pip().with("WHEEL", "Wheel-Version: 2.0\nRoot-Is-Purelib: true\n").bytes(), "of version 1"),
        (MadeWheel::pip().with("METADATA", "Requires-Dist: x\n").bytes(), "needs are not met (`Requires-Dist: x`)"),
        (MadeWheel::pip().with("METADATA", "Requires-Python: >=3.14\n").bytes(), "needs are not met"),
        (MadeWheel::pip().file("pip/x.py", "no Python").bytes(), "SyntaxError"),
    ];
    for (wheel, reason) in wheels {
        let world = World::with(&wheel);
        let outcome = world.rvenv().arg("e").output().status(1);
        let way = ways(&outcome).join("\n");
        let is_told = way.starts_with("pip: by ensurepip, since ") && outcome.stderr().contains(reason);
        assert!(is_told, "{reason}: {outcome}");
        assert!(outcome.stderr().contains("    this is ensurepip"), "{outcome}");
        // Once for a seed and, as that failed, once in the environment.
        assert_eq!(world.runs(), "ensurepip\nensurepip\n");
        world.assert_nothing_is_left();
    }
}

#[apply(test)]
fn a_helper_that_fails_is_no_reason_to_fail() {
    for (hook, reason) in [
        ("exit 3", "ended with exit status: 3"),
        ("kill -9 $$", "ended with signal: 9"),
        ("echo noise; cat >/dev/null; exit 0", "it did not answer as asked"),
        ("\"$REAL\" \"$@\" | head -c 60; exit 0", "it did not answer as asked"),
        ("\"$REAL\" \"$@\" | tail -c +100; exit 0", "it did not answer as asked"),
        ("exec 0<&-; exit 0", "it did not answer as asked"),
        ("exec cat /dev/zero", "it printed more than"),
    ] {
        let long = format!("x = {}\n", "1 + ".repeat(2000) + "1");
        let world = World::with_hook(&MadeWheel::pip().file("pip/long.py", &long).bytes(), hook);
        let outcome = world.rvenv().arg("e").output().status(1);
        assert!(outcome.stderr().contains(reason), "{hook}: {outcome}");
        assert_eq!(world.runs(), "ensurepip\nensurepip\n", "{hook}");
        world.assert_nothing_is_left();
    }
    // Noise before an answer is none.
    let world = World::with_hook(&MadeWheel::pip().bytes(), "echo noise");
    let outcome = world.rvenv().arg("e").output().success();
    assert_eq!(ways(&outcome), [NATIVE], "{outcome}");
}

#[apply(test)]
fn helpers_see_few_variables() {
    let world = World::with_hook(&MadeWheel::pip().bytes(), "env > \"${0%/*}/seen\"");
    let run = world.rvenv().env("SECRET", "x").env("PYTHONOPTIMIZE", "1").env("SOURCE_DATE_EPOCH", "1700000000");
    run.arg("e").output().success();
    let seen = fs::read_to_string(world.world.path("tools/seen")).unwrap();
    let names: Vec<_> = seen.lines().filter_map(|line| line.split_once('=')).map(|(name, _)| name).collect();
    let known = ["PATH", "PWD", "OLDPWD", "SHLVL", "_", "LD_LIBRARY_PATH", "SOURCE_DATE_EPOCH"];
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
