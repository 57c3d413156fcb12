//! Locks held by somebody else, and obstacles where rvenv wants to work: nobody has to wait, and nothing is lost.

use std::fs::{self, File};
use std::os::unix::fs::{chown, symlink};
use std::path::Path;

use crate::cache_world::CacheWorld;
use crate::testenv::Run;
use crate::tree::Tree;
use crate::users::{as_nobody, hand_over, is_root, set_mode};

const STAGING: &str = ".rvenv-unfinished";

/// The tree of an environment without `pyvenv.cfg`, which records the command.
fn environment(env_dir: &Path) -> Tree {
    let mut tree = Tree::read(env_dir);
    tree.0.remove("pyvenv.cfg").unwrap();
    tree
}

#[apply(test)]
fn a_lock_on_what_everybody_may_open_is_nobodys_affair() {
    let world = CacheWorld::new();
    let good = world.made();
    fs::create_dir(world.path("e/mine")).unwrap();
    let read = ["", "e", "e/bin", "e/bin/activate", "e/pyvenv.cfg", "tools/python3", "tools/wheels", "tmp", "cache"];
    let in_cache = ["cache/CACHEDIR.TAG", "cache/seeds-2", "cache/facts-1"];
    let mut locked: Vec<File> =
        read.iter().chain(&in_cache).map(|path| File::open(world.path(path)).unwrap()).collect();
    locked.extend([world.seed(), world.facts()].map(|path| File::open(path).unwrap()));
    for file in &locked {
        file.lock().unwrap();
    }
    for option in ["--upgrade", "--clear", "--without-scm-ignore-files"] {
        world.rvenv().args([option, "e"]).output().silent_success();
    }
    assert_eq!(good.diff(&world.made()), "");
    fs::remove_file(world.seed()).unwrap();
    fs::remove_file(world.facts()).unwrap();
    assert_eq!(good.diff(&world.made()), "");
}

/// Something that another user may leave under a name that can be foreseen.
#[derive(Clone, Copy, Debug)]
enum Squatter {
    File,
    OpenDir,
    FullDir,
    SecretDir,
    Link,
    DanglingLink,
    Pipe,
}

const SQUATTERS: [Squatter; 7] = [
    Squatter::File,
    Squatter::OpenDir,
    Squatter::FullDir,
    Squatter::SecretDir,
    Squatter::Link,
    Squatter::DanglingLink,
    Squatter::Pipe,
];

impl Squatter {
    fn settle(self, world: &CacheWorld, path: &Path) {
        let dir = |mode| {
            fs::create_dir(path).unwrap();
            set_mode(path, mode);
        };
        match self {
            Self::File => fs::write(path, "theirs").unwrap(),
            Self::OpenDir => dir(0o777),
            Self::FullDir => {
                dir(0o777);
                fs::create_dir(path.join("new")).unwrap();
                fs::write(path.join("new/file"), "theirs").unwrap();
            }
            Self::SecretDir => dir(0o700),
            Self::Link => symlink(world.path("precious"), path).unwrap(),
            Self::DanglingLink => symlink("/nonexistent", path).unwrap(),
            Self::Pipe => drop(world.world.run("mkfifo").arg(path).output().success()),
        }
        if is_root(&world.world) && !path.is_symlink() {
            chown(path, Some(12345), Some(12345)).unwrap();
        }
    }
}

/// A world with a `place` that everybody may write to, and with `precious` files, whose tree is returned as well.
fn shared_place() -> (CacheWorld, Tree) {
    let world = CacheWorld::new();
    for dir in ["place", "precious", "precious/new", "precious/old", "mine"] {
        fs::create_dir(world.path(dir)).unwrap();
    }
    fs::write(world.path("precious/new/file"), "precious").unwrap();
    set_mode(&world.path("precious"), 0o700);
    set_mode(&world.path("place"), 0o1777);
    fs::write(world.path("runs"), "").unwrap();
    set_mode(&world.path("runs"), 0o666);
    hand_over(&world.world, &["tmp", "mine", "precious", "precious/new", "precious/old"]);
    let precious = Tree::read(&world.path("precious"));
    (world, precious)
}

fn as_user(world: &CacheWorld) -> Run {
    world.at_home(as_nobody(&world.world, &world.python)).env("RVENV_CACHE_DIR", world.path("mine")).umask("022")
}

#[apply(test)]
fn whatever_has_the_name_that_rvenv_wants_stays_and_is_in_nobodys_way() {
    for squatter in SQUATTERS {
        let (world, precious) = shared_place();
        let name = world.path("place/.e.rvenv-unfinished");
        squatter.settle(&world, &name);
        let env_dir = world.path("place/e");
        as_user(&world).arg(&env_dir).output().silent_success();
        let made = environment(&env_dir);
        for option in ["--upgrade", "--clear"] {
            as_user(&world).arg(option).arg(&env_dir).output().silent_success();
            assert_eq!(made.diff(&environment(&env_dir)), "", "{squatter:?}");
        }
        assert_eq!(precious.diff(&Tree::read(&world.path("precious"))), "", "{squatter:?}");
        if is_root(&world.world) || !matches!(squatter, Squatter::SecretDir) {
            assert!(name.symlink_metadata().is_ok(), "{squatter:?} should have stayed");
        }
        let left = fs::read_dir(world.path("place")).unwrap().flatten();
        let left: Vec<_> = left.map(|entry| entry.file_name()).filter(|left| *left != *"e").collect();
        assert!(left.iter().all(|left| *left == *name.file_name().unwrap()), "{squatter:?}: {left:?}");
    }
}

/// `--clear` deletes the squatter along with everything else.
#[apply(test)]
fn whatever_has_that_name_in_an_environment_is_in_nobodys_way() {
    for squatter in SQUATTERS {
        let (world, precious) = shared_place();
        let env_dir = world.path("place/e");
        as_user(&world).arg(&env_dir).output().silent_success();
        let made = environment(&env_dir);
        squatter.settle(&world, &env_dir.join(STAGING));
        as_user(&world).arg(&env_dir).output().silent_success();
        as_user(&world).arg("--upgrade").arg(&env_dir).output().silent_success();
        if is_root(&world.world) || !matches!(squatter, Squatter::SecretDir) {
            assert!(env_dir.join(STAGING).symlink_metadata().is_ok(), "{squatter:?} should have stayed");
        }
        // A user may be unable to empty a directory of somebody else.
        if !matches!(squatter, Squatter::FullDir | Squatter::OpenDir | Squatter::SecretDir) {
            as_user(&world).arg("--clear").arg(&env_dir).output().silent_success();
            assert_eq!(made.diff(&environment(&env_dir)), "", "{squatter:?}");
        }
        assert_eq!(precious.diff(&Tree::read(&world.path("precious"))), "", "{squatter:?}");
    }
}

#[apply(test)]
fn pipes_in_the_place_of_files_are_not_waited_for() {
    let world = CacheWorld::new();
    world.made();
    let good = environment(&world.path("e"));
    for file in ["pyvenv.cfg", "bin/activate", "bin/pip", "bin/python3.12", ".gitignore"] {
        let path = world.path("e").join(file);
        let _ = fs::remove_file(&path);
        world.world.run("mkfifo").arg(path).output().success();
    }
    world.rvenv().arg("e").output().silent_success();
    assert!(world.path("e/pyvenv.cfg").is_file() && world.path("e/bin/activate").is_file());
    world.rvenv().args(["--clear", "e"]).output().silent_success();
    assert_eq!(good.diff(&environment(&world.path("e"))), "");
}

#[apply(test)]
fn an_environment_that_is_called_so_is_kept() {
    for (umask, runs) in [("022", [".", "--upgrade"]), ("077", ["--system-site-packages", "."])] {
        let world = CacheWorld::new();
        fs::create_dir(world.path("p")).unwrap();
        let run = || world.rvenv().cwd(&world.path("p")).umask(umask);
        run().arg(STAGING).output().silent_success();
        for file in ["precious", "bin/mine", "lib/mine"] {
            fs::write(world.path("p").join(STAGING).join(file), "precious").unwrap();
        }
        let precious = Tree::read(&world.path("p").join(STAGING));
        for option in runs {
            run().args([option, "."]).output().silent_success();
            assert_eq!(precious.diff(&Tree::read(&world.path("p").join(STAGING))), "", "{umask} {option}");
        }
        let name = ".p.rvenv-unfinished";
        world.rvenv().umask(umask).arg(name).output().silent_success();
        let precious = Tree::read(&world.path(name));
        run().arg(".").output().silent_success();
        assert_eq!(precious.diff(&Tree::read(&world.path(name))), "", "{umask}");
        run().args(["--clear", "."]).output().silent_success();
        assert!(!world.path("p").join(STAGING).exists());
    }
}
