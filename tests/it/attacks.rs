//! Attacks on a cache and through it: nothing that other users have planted is run or installed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::Path;

use crate::cache_world::CacheWorld;
use crate::forged_seeds::with_contents;
use crate::needs;
use crate::stopping::{points, sample, stopped_at};
use crate::testenv::Run;
use crate::tree::Tree;
use crate::users::{as_nobody, hand_over, is_root, set_mode};

const OTHER: u32 = 12345;

/// Makes ensurepip note the path of its interpreter.
fn noting(world: &CacheWorld, run: Run) -> Run {
    run.env("ON_ENSUREPIP", format!("echo \"$0\" >> '{}'", world.path("where").display()))
}

/// Returns the paths noted since the last call.
fn noted(world: &CacheWorld) -> String {
    let text = fs::read_to_string(world.path("where")).unwrap_or_default();
    let _ = fs::remove_file(world.path("where"));
    text
}

/// Replaces the pip in a seed, with valid checksums.
fn poison(seed: &Path) {
    let poisoned = with_contents(&fs::read(seed).unwrap(), b"one\n", b"bad\n");
    fs::write(seed, poisoned).unwrap();
}

/// The seed in a cache.
fn seed_in(cache: &Path) -> std::path::PathBuf {
    let mut entries = fs::read_dir(cache.join("seeds-2")).unwrap().map(|entry| entry.unwrap().path());
    entries.find(|path| path.extension().is_some_and(|extension| extension == "seed")).unwrap()
}

/// An entry may be a link to one of the user's files, or such a file itself, moved there by somebody else.
#[apply(test)]
fn facts_to_which_others_may_write_are_not_believed() {
    for mode in [0o770, 0o707, 0o777, 0o1777] {
        let world = CacheWorld::new();
        let good = world.made();
        set_mode(&world.path("cache/facts-1"), mode);
        let before = Tree::read(&world.path("cache/facts-1"));
        for _ in 0..2 {
            world.started();
            assert_eq!(good.diff(&world.made()), "", "{mode:o}");
            assert_eq!(world.started(), "probe ", "{mode:o}");
        }
        assert_eq!(before.diff(&Tree::read(&world.path("cache/facts-1"))), "", "{mode:o}");
    }
}

#[apply(test)]
fn seeds_to_which_others_may_write_are_not_believed() {
    for mode in [0o770, 0o707, 0o777, 0o1777] {
        let world = CacheWorld::new();
        let good = world.made();
        poison(&world.seed());
        set_mode(&world.path("cache/seeds-2"), mode);
        for _ in 0..2 {
            world.started();
            assert_eq!(good.diff(&world.made_by(noting(&world, world.rvenv()))), "", "{mode:o}");
            assert_eq!(world.started(), "ensurepip ", "{mode:o}");
            // A sticky directory, or one that only the user's own group may write to, is safe to run programs from.
            let may_be_moved = mode & 0o1002 == 0o002;
            assert!(!(may_be_moved && noted(&world).contains("/cache/")), "{mode:o}");
        }
        world.assert_no_litter();
    }
}

/// Programs in the cache are run by path, and somebody who can rename a directory above them can replace them.
#[apply(test)]
fn nothing_is_run_in_a_cache_whose_place_others_can_take() {
    for (mode, owner) in [(0o777, None), (0o775, None), (0o755, Some(OTHER)), (0o1777, Some(OTHER))] {
        let world = CacheWorld::new();
        // Only root can give a directory to another user, or to a group that is not the user's own.
        if (owner.is_some() || mode == 0o775) && !is_root(&world.world) {
            needs::go_without(&needs::root());
            continue;
        }
        let good = world.made();
        fs::create_dir(world.path("place")).unwrap();
        fs::rename(world.path("cache"), world.path("place/cache")).unwrap();
        fs::remove_file(seed_in(&world.path("place/cache"))).unwrap();
        let _ = chown(world.path("place"), owner, Some(OTHER));
        set_mode(&world.path("place"), mode);
        for cache in ["place/cache", "place/new"] {
            let run = noting(&world, world.rvenv().env("RVENV_CACHE_DIR", world.path(cache)));
            assert_eq!(good.diff(&world.made_by(run)), "", "{mode:o} {cache}");
            let noted = noted(&world);
            assert!(!noted.is_empty() && !noted.contains("/place/"), "{mode:o} {cache}: {noted}");
        }
        world.assert_no_litter();
    }
}

#[apply(test)]
fn nothing_is_run_where_others_may_write_whatever_the_umask() {
    for cache in ["1", "0"] {
        let world = CacheWorld::new();
        set_mode(&world.path("tmp"), 0o1777);
        let note = format!("stat -c %a \"${{0%/env/*}}\" >> '{}'", world.path("where").display());
        let run = world.rvenv().env("RVENV_NO_CACHE", cache).env("ON_ENSUREPIP", note).umask("000");
        world.made_by(run);
        assert_eq!(noted(&world), "700\n");
    }
}

#[apply(test)]
fn a_link_to_a_cache_is_as_good_as_what_it_leads_to() {
    let world = CacheWorld::new();
    let good = world.made();
    symlink(world.path("cache"), world.path("link")).unwrap();
    world.started();
    let run = || noting(&world, world.rvenv().env("RVENV_CACHE_DIR", world.path("link")));
    assert_eq!(good.diff(&world.made_by(run())), "");
    assert_eq!(world.started(), "");
    poison(&world.seed());
    set_mode(&world.path("cache"), 0o777);
    assert_eq!(good.diff(&world.made_by(run())), "");
    assert!(!noted(&world).contains("/cache/"));
}

/// Creates a good cache, a poisoned cache that everybody may write to, and a link to the good one.
fn good_and_bad(world: &CacheWorld) {
    for dir in ["attic", "good", "bad"] {
        let _ = fs::remove_dir_all(world.path(dir)).or_else(|_| fs::remove_file(world.path(dir)));
    }
    fs::create_dir(world.path("attic")).unwrap();
    for dir in ["good", "bad"] {
        world.world.run("cp").args(["-pr", "cache", dir]).output().success();
    }
    poison(&seed_in(&world.path("bad")));
    set_mode(&world.path("bad"), 0o777);
    set_mode(&world.path("bad/seeds-2"), 0o777);
    symlink(world.path("good"), world.path("attic/cache")).unwrap();
}

/// Swaps the good cache for the poisoned one at a sample of system calls. Unless `is_warm`, the good cache has no seed.
fn assert_no_swap_helps(is_warm: bool, step: usize) {
    let world = CacheWorld::new();
    let good = world.made();
    let run = || {
        let _ = fs::remove_dir_all(world.path("e"));
        good_and_bad(&world);
        if !is_warm {
            fs::remove_file(seed_in(&world.path("good"))).unwrap();
        }
        noting(&world, world.rvenv().env("RVENV_CACHE_DIR", world.path("attic/cache")).arg("e"))
    };
    let all = points(&world.world, run(), &world.path("attic/cache"));
    noted(&world);
    for point in sample(all, step, 0) {
        let outcome = stopped_at(&world.world, run(), &point, || {
            fs::remove_file(world.path("attic/cache")).unwrap();
            symlink(world.path("bad"), world.path("attic/cache")).unwrap();
        });
        let outcome = outcome.success();
        assert_eq!(good.diff(&Tree::read(&world.path("e"))), "", "{point:?}:\n{outcome}");
        let noted = noted(&world);
        assert!(!noted.contains("/bad/") && !noted.contains("/attic/"), "{point:?}: {noted}");
    }
}

#[apply(test)]
fn a_cache_that_is_swapped_while_it_is_used_is_not_believed() {
    assert_no_swap_helps(true, 7);
}

#[apply(test)]
fn a_cache_that_is_swapped_while_a_seed_is_made_is_not_believed() {
    assert_no_swap_helps(false, 11);
}

/// A `sudo` that keeps HOME runs rvenv as root with the home directory of another user.
#[apply(test)]
fn root_leaves_nothing_in_the_home_of_another_user() {
    let world = CacheWorld::new();
    if !is_root(&world.world) {
        needs::skip(&needs::root());
    }
    let home = world.path("home");
    let as_root = || noting(&world, world.rvenv().env("RVENV_CACHE_DIR", "")).umask("022");
    let as_user = || {
        let _ = fs::remove_dir_all(world.path("e"));
        hand_over(&world.world, &["", "tmp", "home"]);
        world.at_home(as_nobody(&world.world, &world.python)).env("RVENV_CACHE_DIR", "").umask("022")
    };
    fs::write(world.path("runs"), "").unwrap();
    hand_over(&world.world, &["home", "runs"]);
    let good = world.made_by(as_root());
    assert!(Tree::read(&home).0.is_empty(), "{:?}", Tree::read(&home));
    world.made_by(as_user());
    let before = Tree::read(&home);
    assert!(before.0.contains_key(".cache/rvenv/seeds-2"), "{before:?}");
    let _ = fs::remove_dir_all(world.path("e"));
    assert_eq!(good.diff(&world.made_by(as_root())), "");
    assert_eq!(before.diff(&Tree::read(&home)), "");
    assert!(!noted(&world).contains("/home/"));
    world.started();
    assert_eq!(good.diff(&world.made_by(as_user())), "");
    assert_eq!(world.started(), "", "the user's own cache should be as it was");
    // The other way round: HOME belongs to root, unreadable or readable for the user.
    for mode in [0o700, 0o755] {
        fs::remove_dir_all(&home).unwrap();
        fs::create_dir(&home).unwrap();
        fs::set_permissions(&home, fs::Permissions::from_mode(mode)).unwrap();
        hand_over(&world.world, &["", "tmp"]);
        let _ = fs::remove_dir_all(world.path("e"));
        let run = world.at_home(as_nobody(&world.world, &world.python)).env("RVENV_CACHE_DIR", "").umask("022");
        assert_eq!(good.diff(&world.made_by(run)), "");
        assert!(Tree::read(&home).0.is_empty());
    }
}
