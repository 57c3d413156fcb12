//! The place of the cache. Without a usable cache, environments are the same and take longer.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use crate::cache_world::CacheWorld;
use crate::needs;
use crate::testenv::Run;
use crate::tree::Tree;
use crate::users::{as_nobody, hand_over, is_root, set_mode};

/// The starts of a run that finds nothing in a cache.
const ALL: &str = "probe ensurepip ";

/// Asserts that runs use no cache: their environments are as ever, and `place` is unchanged.
#[track_caller]
fn assert_unused(world: &CacheWorld, place: &Path, run: impl Fn() -> Run) {
    let expected = world.made();
    world.started();
    let before = Tree::read(place);
    for _ in 0..2 {
        assert_eq!(expected.diff(&world.made_by(run())), "");
        assert_eq!(world.started(), ALL);
    }
    assert_eq!(before.diff(&Tree::read(place)), "", "nothing should be written there");
    world.assert_no_litter();
}

/// Asserts that runs use the cache in `place`.
#[track_caller]
fn assert_used(world: &CacheWorld, place: &Path, run: impl Fn() -> Run) {
    let expected = world.made_by(run());
    assert_eq!(world.started(), ALL, "{}", place.display());
    assert_eq!(expected.diff(&world.made_by(run())), "");
    assert_eq!(world.started(), "", "{}", place.display());
    assert!(place.join("seeds-2").is_dir(), "{}", place.display());
    world.assert_no_litter();
}

#[apply(test)]
fn a_cache_that_rvenv_makes_is_the_users_own_and_says_what_it_is() {
    for umask in ["000", "002", "022", "077"] {
        let world = CacheWorld::new();
        let cache = world.path(format!("new/under-{umask}/rvenv"));
        assert_used(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache).umask(umask));
        assert_eq!(fs::metadata(&cache).unwrap().permissions().mode() & 0o7777, 0o700);
        let tag = fs::read_to_string(cache.join("CACHEDIR.TAG")).unwrap();
        assert!(tag.starts_with("Signature: 8a477f597d28d172789f06886806bc55\n"), "{tag}");
    }
}

#[apply(test)]
fn a_cache_to_which_others_may_write_is_not_used() {
    for mode in [0o770, 0o707, 0o720, 0o702, 0o1777] {
        let world = CacheWorld::new();
        let cache = world.path("shared");
        fs::create_dir(&cache).unwrap();
        set_mode(&cache, mode);
        assert_unused(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
        // Others may read the cache.
        set_mode(&cache, 0o755);
        assert_used(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
        // A cache that was safe earlier is not used either.
        set_mode(&cache, mode);
        assert_unused(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
    }
}

#[apply(test)]
fn a_cache_of_somebody_else_is_not_used() {
    let world = CacheWorld::new();
    if !is_root(&world.world) {
        needs::skip(&needs::root());
    }
    let cache = world.path("theirs");
    assert_used(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
    chown(&cache, Some(12345), None).unwrap();
    assert_unused(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
    // Somebody else's entries in the user's own cache are replaced.
    chown(&cache, Some(0), None).unwrap();
    for part in ["facts-1/", ".seed"] {
        let file = cache.join(part);
        let dir = if file.is_dir() { file } else { cache.join("seeds-2") };
        for entry in fs::read_dir(dir).unwrap() {
            chown(entry.unwrap().path(), Some(12345), None).unwrap();
        }
    }
    assert_used(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
}

/// A program that has given up root's privileges may still have root's cache.
#[apply(test)]
fn a_cache_that_may_not_be_written_to_is_not_needed() {
    let world = CacheWorld::new();
    let place = world.path("closed");
    for dir in ["closed", "closed/own", "mine"] {
        fs::create_dir(world.path(dir)).unwrap();
    }
    fs::write(world.path("runs"), "").unwrap();
    let run = |cache: &str| {
        hand_over(&world.world, &["", "tmp", "mine", "closed/own"]);
        let run = world.at_home(as_nobody(&world.world, &world.python)).env("RVENV_CACHE_DIR", world.path(cache));
        run.umask("022")
    };
    for (dir, mode) in [("closed/own", 0o555), ("closed", 0o755)] {
        set_mode(&world.path(dir), mode);
    }
    for cache in ["closed/own", "closed/new", "closed"] {
        if cache == "closed/own" || is_root(&world.world) {
            assert_unused(&world, &place, || run(cache));
        }
    }
    set_mode(&world.path("closed/own"), 0o755);
    assert_used(&world, &world.path("mine"), || run("mine"));
}

#[apply(test)]
fn what_is_no_directory_is_no_cache() {
    let world = CacheWorld::new();
    let place = world.path("place");
    fs::create_dir(&place).unwrap();
    fs::write(place.join("file"), "mine").unwrap();
    std::os::unix::fs::symlink("nowhere", place.join("link")).unwrap();
    for cache in ["file", "file/below", "link", "link/below"] {
        assert_unused(&world, &place, || world.rvenv().env("RVENV_CACHE_DIR", place.join(cache)));
    }
    // A shelf whose name is taken by a file cannot be used.
    let (used, half) = (world.path("used"), world.path("half"));
    assert_used(&world, &used, || world.rvenv().env("RVENV_CACHE_DIR", &used));
    fs::create_dir(&half).unwrap();
    for dir in ["facts-1", "seeds-2"] {
        fs::write(half.join(dir), "mine").unwrap();
    }
    assert_unused(&world, &half, || world.rvenv().env("RVENV_CACHE_DIR", &half));
}

#[apply(test)]
fn the_cache_is_where_the_variables_say() {
    let world = CacheWorld::new();
    let home = |run: Run| run.env("RVENV_CACHE_DIR", "");
    let xdg = |dir: &Path| home(world.rvenv()).env("XDG_CACHE_HOME", dir);
    assert_used(&world, &world.path("home/.cache/rvenv"), || home(world.rvenv()));
    assert_used(&world, &world.path("xdg/rvenv"), || xdg(&world.path("xdg")));
    fs::remove_dir_all(world.path("home/.cache")).unwrap();
    // The XDG specification calls a relative path invalid.
    assert_used(&world, &world.path("home/.cache/rvenv"), || xdg(Path::new("relative")));
    assert!(!world.path("relative").exists());
    assert_used(&world, &world.path("here/below"), || world.rvenv().env("RVENV_CACHE_DIR", "here/below"));
    assert_used(&world, &world.path("not off"), || {
        world.rvenv().env("RVENV_CACHE_DIR", world.path("not off")).env("RVENV_NO_CACHE", "0")
    });
}

#[apply(test)]
fn without_a_place_for_it_there_is_none() {
    let world = CacheWorld::new();
    let home = world.path("home");
    assert_unused(&world, &home, || world.rvenv().env("RVENV_CACHE_DIR", "").env("HOME", "relative"));
    assert_unused(&world, &world.path("cache"), || world.rvenv().env("RVENV_NO_CACHE", "1"));
    assert!(!world.path("relative").exists());
    if !is_root(&world.world) {
        return needs::go_without(&needs::root());
    }
    // Without HOME, the home directory comes from the user database, and that of `nobody` does not exist.
    fs::write(world.path("runs"), "").unwrap();
    assert_unused(&world, &home, || {
        hand_over(&world.world, &["", "tmp"]);
        let run = world.at_home(as_nobody(&world.world, &world.python)).umask("022");
        run.env("RVENV_CACHE_DIR", "").env("HOME", "").env("XDG_CACHE_HOME", "relative")
    });
    assert!(!world.path("relative").exists() && !world.path(".cache").exists());
}

/// Some of these names are refused for an environment, but not for a cache.
#[apply(test)]
fn any_name_of_a_directory_will_do() {
    for name in ["with space", "a:b", "new\nline", "it's", "\\x"] {
        let world = CacheWorld::new();
        let cache = world.path(name);
        assert_used(&world, &cache, || world.rvenv().env("RVENV_CACHE_DIR", &cache));
    }
}

/// pip does not escape such names in its scripts.
#[apply(test)]
fn a_name_that_would_be_code_is_never_run_and_will_do_too() {
    for name in ["a \"$(touch pwned)`touch pwned`\" $0", "a \\ b", "a $HOME"] {
        let world = CacheWorld::new();
        let hostile = world.path(name);
        assert_used(&world, &hostile, || world.rvenv().env("RVENV_CACHE_DIR", &hostile));
        assert!(!world.path("pwned").exists() && !world.path("e/pwned").exists());
    }
}

/// Environments of earlier versions of rvenv could share files with the cache.
#[apply(test)]
fn the_files_that_environments_were_linked_to_are_deleted() {
    let world = CacheWorld::new();
    let files = world.path("cache/seeds-2/0000000a-00000000.files/env/lib");
    fs::create_dir_all(&files).unwrap();
    fs::write(files.join("x.py"), "").unwrap();
    set_mode(&world.path("cache"), 0o700);
    world.made();
    assert!(world.cached(".files").is_empty(), "{:?}", world.cached(""));
}
