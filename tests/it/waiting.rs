//! A process that waits for ENV_DIR while another is at work there.

use std::fs;
use std::path::Path;
use std::thread;

use crate::cache_world::CacheWorld;
use crate::errors::names;

/// Whether the process whose number is in a file has a directory open.
fn has_open(number: &Path, dir: &Path) -> bool {
    let Ok(number) = fs::read_to_string(number) else { return false };
    let open = fs::read_dir(format!("/proc/{}/fd", number.trim())).into_iter().flatten().flatten();
    open.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|target| target == dir)
}

/// The environment that it has found and opened is not there any more then.
#[test]
fn a_process_that_waits_creates_the_environment_if_the_one_before_fails() {
    let world = CacheWorld::new();
    let started = world.path("tools/started");
    let hook = "touch \"$TOOLS/started\"; while [ ! -e \"$TOOLS/go\" ]; do :; done; exit 1";
    let with_number = ["sh", "-c", "echo $$ > \"$TOOLS/number\"; exec \"$@\"", "sh"];
    let env_dir = world.path("e");
    thread::scope(|scope| {
        let first = scope.spawn(|| world.rvenv().env("ON_PIP", hook).args(["--upgrade-deps", "e"]).output());
        while !started.exists() && !first.is_finished() {
            thread::yield_now();
        }
        let second = scope.spawn(|| world.rvenv().args(["--without-pip", "e"]).by(with_number).output());
        while !has_open(&world.path("tools/number"), &env_dir) && !second.is_finished() {
            thread::yield_now();
        }
        fs::write(world.path("tools/go"), "").unwrap();
        first.join().unwrap().status(1);
        second.join().unwrap().silent_success();
    });
    assert!(env_dir.join("pyvenv.cfg").exists() && env_dir.join("bin/activate").exists());
    assert!(!names(&world.path("")).iter().any(|name| name.contains("unfinished")));
    world.assert_no_litter();
}
