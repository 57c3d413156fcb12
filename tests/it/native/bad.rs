//! Wheels and helpers that are not as expected: never a wrong environment, and nothing is left.

use super::{NATIVE, World, ways};
use crate::made_wheels::MadeWheel;

#[apply(test)]
fn a_harmful_wheel_is_an_error_and_is_not_handed_to_ensurepip() {
    let bomb = || MadeWheel::pip().zeros("pip/bomb.bin", 65 << 20);
    let long = format!("{}x.py", "a/".repeat(600));
    for (wheel, reason) in [
        (bomb(), "it would unpack to more than 64 MB"),
        // What is unknown besides does not hide the harm.
        (bomb().file("pip/x.py", "").twice("pip/x.py"), "it would unpack to more than 64 MB"),
        (MadeWheel::pip().link("pip/x.py", "y").file("../x", ""), "`../x` in it is no path inside an environment"),
        (MadeWheel::pip().file(&long, ""), &format!("`{}` in it is no path inside an environment", &long[..1000])),
        (
            MadeWheel::pip().unlisted("pip/y.py", "").forged("pip/x.py", "x"),
            "`pip/x.py` in it is not the file that its `RECORD` lists",
        ),
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
    let wheels: [(Vec<u8>, &str); 18] = [
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
        (MadeWheel::pip().without("METADATA").bytes(), "it has no `METADATA`"),
        (MadeWheel::pip().with("RECORD", &"x,,\n".repeat(50_000)).bytes(), "lacks `pip/__init__.py`"),
        (MadeWheel::pip().file("pip/__pycache__", "").bytes(), "is in a file"),
        (MadeWheel::pip().file("pip/a:b", "").bytes(), "`pip/a:b` in it is no path on Windows"),
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
        ("exec cat /dev/zero", "printed more than"),
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
