//! Somebody replaces a file or directory that rvenv works on by a link to something precious, at any moment. The
//! precious files stay as they were.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use crate::cache_world::CacheWorld;
use crate::stopping::{points, sample, stopped_at};
use crate::testenv::Run;
use crate::tree::Tree;
use crate::users::{as_nobody, hand_over, set_mode};

/// Files that could be lost: one for each name that rvenv makes, replaces or deletes.
const PRECIOUS: [&str; 11] = [
    "bin/activate",
    "bin/pip",
    "bin/python3",
    "e",
    "lib/python3.13/site-packages/pip/__init__.py",
    "new/bin/python3",
    "new/pyvenv.cfg",
    "old/1",
    "pyvenv.cfg",
    "put-0",
    "trial/python3",
];

/// An operation on an environment.
#[derive(Clone, Copy, Debug)]
enum What {
    Made,
    MadeAnew,
    Upgraded,
    Cleared,
}

impl What {
    /// Prepares the world for the operation.
    fn arrange(self, world: &CacheWorld) {
        let _ = fs::remove_dir_all(world.path("place"));
        fs::create_dir_all(world.path("place/p")).unwrap();
        for path in PRECIOUS {
            let path = world.path("place/vault/precious").join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, "precious").unwrap();
        }
        set_mode(&world.path("place/vault/precious"), 0o700);
        if !matches!(self, Self::Made) {
            for dir in ["e/bin", "e/lib/python3.13/site-packages", "e/mine"] {
                fs::create_dir_all(world.path("place/p").join(dir)).unwrap();
            }
            for file in ["bin/activate", "lib/python3.13/mine", "mine/file"] {
                fs::write(world.path("place/p/e").join(file), "").unwrap();
            }
            fs::write(world.path("place/p/e/pyvenv.cfg"), "home = /usr/bin\nversion = 3.12.0\n").unwrap();
            symlink("/usr/bin/python3", world.path("place/p/e/bin/python3.12")).unwrap();
        }
    }

    fn run(self, world: &CacheWorld, run: Run) -> Run {
        let run = run.arg(world.path("place/p/e"));
        match self {
            Self::Made | Self::MadeAnew => run,
            Self::Upgraded => run.arg("--upgrade"),
            Self::Cleared => run.arg("--clear"),
        }
    }
}

/// Puts a link to the precious files in the place of `name`, even if there is no such file.
fn swap(world: &CacheWorld, name: &str) {
    let path = world.path("place").join(name);
    let _ = fs::rename(&path, world.path("place/aside"));
    let _ = symlink(world.path("place/vault/precious"), path);
}

fn vault(world: &CacheWorld) -> Tree {
    Tree::read(&world.path("place/vault"))
}

/// Swaps each of the `names` at a sample of system calls, beginning with a different call for each.
fn assert_safe(what: What, names: &[&str]) {
    let world = CacheWorld::new();
    world.made();
    what.arrange(&world);
    let precious = vault(&world);
    let all = points(&world.world, what.run(&world, world.rvenv()), &world.path("place/p"));
    for (first, name) in names.iter().enumerate() {
        for point in sample(all.clone(), 59, 11 * first) {
            what.arrange(&world);
            let run = what.run(&world, world.rvenv());
            let outcome = stopped_at(&world.world, run, &point, || swap(&world, name));
            assert_eq!(precious.diff(&vault(&world)), "", "{what:?}, `{name}` at {point:?}:\n{outcome}");
            assert!(
                outcome.succeeded() || outcome.stderr().starts_with("error: "),
                "`{name}` at {point:?}:\n{outcome}"
            );
        }
    }
}

#[apply(test)]
fn a_new_environment_is_made_nowhere_else() {
    assert_safe(What::Made, &["p", "p/e", "p/.e.rvenv-unfinished", "p/.e.rvenv-unfinished/new"]);
}

#[apply(slow_test)]
fn an_environment_is_made_anew_nowhere_else() {
    let names = ["p", "p/e", "p/e/bin", "p/e/lib", "p/e/.rvenv-unfinished", "p/e/.rvenv-unfinished/old"];
    assert_safe(What::MadeAnew, &names);
}

#[apply(slow_test)]
fn nothing_else_is_upgraded() {
    assert_safe(What::Upgraded, &["p/e", "p/e/bin", "p/e/pyvenv.cfg", "p/e/lib/python3.13", "p/e/bin/python3.12"]);
}

#[apply(slow_test)]
fn nothing_else_is_cleared() {
    let within = ["p/e/.rvenv-unfinished/old/1", "p/e/.rvenv-unfinished/old/2"];
    let names = ["p", "p/e", "p/e/mine", "p/e/bin", "p/e/.rvenv-unfinished"];
    assert_safe(What::Cleared, &[&names[..], &within].concat());
}

/// rvenv makes a directory writable to its owner before deleting it.
#[apply(test)]
fn nothing_else_is_opened_to_its_owner() {
    let world = CacheWorld::new();
    world.made();
    let arrange = || {
        What::Cleared.arrange(&world);
        set_mode(&world.path("place/p/e/mine"), 0o577);
        let env = ["place/p", "place/p/e", "place/p/e/bin", "place/p/e/lib", "place/p/e/mine"];
        let owned = [&env[..], &["", "tmp", "place/vault", "place/vault/precious"]].concat();
        hand_over(&world.world, &owned);
    };
    let run = || {
        let run = world.at_home(as_nobody(&world.world, &world.python)).env("RVENV_NO_CACHE", "1");
        What::Cleared.run(&world, run).arg("--without-pip")
    };
    fs::write(world.path("runs"), "").unwrap();
    set_mode(&world.path("runs"), 0o666);
    arrange();
    let precious = vault(&world);
    let all = points(&world.world, run(), Path::new("\"mine\""));
    for point in all.into_iter().take(10) {
        arrange();
        let outcome = stopped_at(&world.world, run(), &point, || swap(&world, "p/e/mine"));
        assert_eq!(precious.diff(&vault(&world)), "", "{point:?}:\n{outcome}");
    }
}

/// Opening a pipe may block forever.
#[apply(test)]
fn a_pipe_that_comes_in_the_place_of_a_file_is_not_waited_for() {
    let world = CacheWorld::new();
    world.made();
    What::Upgraded.arrange(&world);
    let cfg = world.path("place/p/e/pyvenv.cfg");
    let all = points(&world.world, What::Upgraded.run(&world, world.rvenv()), &cfg);
    for point in all.into_iter().take(16) {
        What::Upgraded.arrange(&world);
        let run = What::Upgraded.run(&world, world.rvenv());
        stopped_at(&world.world, run, &point, || {
            fs::remove_file(&cfg).unwrap();
            world.world.run("mkfifo").arg(&cfg).output().success();
        });
    }
}
