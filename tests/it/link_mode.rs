//! What the files of an environment have in common with those of the cache, and so with other environments.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::cache_world::CacheWorld;

const PIP: &str = "lib/python3.13/site-packages/pip/__init__.py";

/// Makes an environment in which its files are to be shared like this, or as it is the default.
#[track_caller]
fn make(world: &CacheWorld, mode: &str, env_dir: &str) {
    world.rvenv().env("RVENV_LINK_MODE", mode).arg(env_dir).output().silent_success();
}

fn inode(path: &Path) -> u64 {
    fs::symlink_metadata(path).unwrap().ino()
}

#[test]
fn environments_share_no_file_unless_they_are_asked_to() {
    let world = CacheWorld::new();
    for mode in ["", "copy", "clone"] {
        for env_dir in ["one", "two"] {
            make(&world, mode, &format!("{env_dir}{mode}"));
        }
        let [one, two] = ["one", "two"].map(|env_dir| world.path(format!("{env_dir}{mode}")).join(PIP));
        assert_ne!(inode(&one), inode(&two), "{mode}");
        assert_eq!(fs::metadata(&one).unwrap().nlink(), 1, "{mode}");
        assert_eq!(fs::read(&one).unwrap(), fs::read(&two).unwrap());
    }
}

#[test]
fn hard_links_are_those_of_the_cache_but_for_what_is_different_in_each() {
    let world = CacheWorld::new();
    for env_dir in ["one", "two"] {
        make(&world, "hardlink", env_dir);
    }
    let in_both = |path: &str| ["one", "two"].map(|env_dir| world.path(env_dir).join(path));
    let [one, two] = in_both(PIP);
    assert_eq!(inode(&one), inode(&two));
    let [one, two] = in_both("bin/pip");
    assert_ne!(inode(&one), inode(&two));
    let python = |env_dir: &str| world.path(env_dir).join("bin/python3");
    assert!(fs::read_to_string(&two).unwrap().starts_with(&format!("#!{}\n", python("two").display())));
    world.assert_no_litter();
}

/// Nor one whose permissions are not those that new files are to have.
#[test]
fn what_was_changed_in_one_environment_is_not_passed_on() {
    let world = CacheWorld::new();
    make(&world, "hardlink", "one");
    let original = fs::read(world.path("one").join(PIP)).unwrap();
    fs::write(world.path("one").join(PIP), "changed\n").unwrap();
    make(&world, "hardlink", "two");
    assert_eq!(fs::read(world.path("two").join(PIP)).unwrap(), original);

    let run = world.rvenv().env("RVENV_LINK_MODE", "hardlink").umask("077").arg("three");
    run.output().silent_success();
    let dist_info = world.path("three/lib/python3.13/site-packages/pip-1.0.dist-info");
    for entry in fs::read_dir(dist_info).unwrap() {
        let metadata = entry.unwrap().metadata().unwrap();
        assert_eq!((metadata.mode() & 0o777, metadata.nlink()), (0o600, 1));
    }
}

#[test]
fn an_unknown_mode_is_an_error() {
    let world = CacheWorld::new();
    let outcome = world.rvenv().env("RVENV_LINK_MODE", "symlink").arg("e").output();
    outcome.failure("error: RVENV_LINK_MODE is `symlink`, which is none of `copy`, `clone` and `hardlink`\n");
    assert!(!world.path("e").exists());
}
