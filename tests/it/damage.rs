//! Damage to the cache: environments come out the same, no message is shown, and the cache is repaired.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use crate::cache_world::CacheWorld;
use crate::pythons::{self, Python};
use crate::users::set_mode;

/// A kind of damage to a file of the cache.
#[derive(Clone, Copy, Debug)]
enum Damage {
    /// Truncated to this many bytes.
    Cut(usize),
    /// One bit flipped in the byte at this offset.
    Flipped(usize),
    Garbage,
    Gone,
    Directory,
    FullDirectory,
    DanglingLink,
    LinkToItself,
    /// A link to the same contents, which the owner of the copy could change later.
    LinkToACopy,
    Pipe,
    WritableByOthers,
}

/// Damage that does not depend on the contents of the file.
const WHOLESALE: [Damage; 9] = [
    Damage::Garbage,
    Damage::Gone,
    Damage::Directory,
    Damage::FullDirectory,
    Damage::DanglingLink,
    Damage::LinkToItself,
    Damage::LinkToACopy,
    Damage::Pipe,
    Damage::WritableByOthers,
];

impl Damage {
    fn inflict(self, world: &CacheWorld, file: &Path) {
        let mut bytes = fs::read(file).unwrap();
        match self {
            Self::Cut(length) => fs::write(file, &bytes[..length]).unwrap(),
            Self::Flipped(at) => {
                bytes[at] ^= 1 << (at % 8);
                fs::write(file, bytes).unwrap();
            }
            // Longer than the first read of a seed's list.
            Self::Garbage => fs::write(file, b"rvenv seed \xff\0".repeat(20_000)).unwrap(),
            Self::WritableByOthers => set_mode(file, 0o666),
            other => {
                fs::remove_file(file).unwrap();
                other.take_its_place(world, file, &bytes);
            }
        }
    }

    fn take_its_place(self, world: &CacheWorld, file: &Path, bytes: &[u8]) {
        match self {
            Self::Directory => fs::create_dir(file).unwrap(),
            Self::FullDirectory => fs::create_dir_all(file.join("full")).unwrap(),
            Self::DanglingLink => symlink("/nonexistent/file", file).unwrap(),
            Self::LinkToItself => symlink(file, file).unwrap(),
            Self::LinkToACopy => {
                let copy = world.path("copy");
                fs::write(&copy, bytes).unwrap();
                symlink(copy, file).unwrap();
            }
            Self::Pipe => drop(world.world.run("mkfifo").arg(file).output().success()),
            _ => {}
        }
    }
}

/// Offsets below `length`: every `step`-th, the second, the middle and the last.
fn places(length: usize, step: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by(step).chain([1, length / 2, length - 1])
}

/// Asserts that each kind of damage to a file of a warm cache has no effect on environments and is repaired.
fn survives(world: &CacheWorld, file: fn(&CacheWorld) -> PathBuf, damages: impl IntoIterator<Item = Damage>) {
    let good = world.made();
    let mut failures = Vec::new();
    for damage in damages {
        world.made();
        world.started();
        damage.inflict(world, &file(world));
        let difference = good.diff(&world.made());
        if !difference.is_empty() {
            failures.push(format!("{damage:?}: {difference}"));
        }
        if !is_as_rvenv_makes_it(&file(world)) {
            failures.push(format!("{damage:?} is still there"));
        }
        world.started();
        world.made();
        let started = world.started();
        if !started.is_empty() {
            failures.push(format!("{damage:?} is not mended: a second run starts {started}"));
            // The next kind of damage needs a good cache.
            fs::remove_dir_all(world.path("cache")).unwrap();
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    world.assert_no_litter();
}

/// Whether `file` is a regular file that nobody else may write to.
fn is_as_rvenv_makes_it(file: &Path) -> bool {
    fs::symlink_metadata(file).is_ok_and(|metadata| metadata.is_file() && metadata.permissions().mode() & 0o022 == 0)
}

fn length_of(world: &CacheWorld, file: fn(&CacheWorld) -> PathBuf) -> usize {
    world.made();
    usize::try_from(fs::metadata(file(world)).unwrap().len()).unwrap()
}

#[apply(test)]
fn a_damaged_entry_of_facts_is_made_anew() {
    let world = CacheWorld::new();
    let length = length_of(&world, CacheWorld::facts);
    survives(&world, CacheWorld::facts, places(length, 97).map(Damage::Cut));
    survives(&world, CacheWorld::facts, places(length, 41).map(Damage::Flipped));
}

#[apply(test)]
fn a_damaged_seed_is_made_anew() {
    let world = CacheWorld::new();
    let length = length_of(&world, CacheWorld::seed);
    survives(&world, CacheWorld::seed, places(length, 97).map(Damage::Cut));
    survives(&world, CacheWorld::seed, places(length, 41).map(Damage::Flipped));
}

#[apply(test)]
fn what_has_taken_the_place_of_an_entry_of_facts_goes() {
    survives(&CacheWorld::new(), CacheWorld::facts, WHOLESALE);
}

#[apply(test)]
fn what_has_taken_the_place_of_a_seed_goes() {
    survives(&CacheWorld::new(), CacheWorld::seed, WHOLESALE);
}

/// The lock matters only to processes that make the same seed at the same time.
#[apply(test)]
fn whatever_has_the_name_of_a_lock_does_no_harm() {
    let world = CacheWorld::new();
    let good = world.made();
    let lock = world.seed().with_extension("lock");
    for damage in [Damage::Directory, Damage::DanglingLink, Damage::LinkToItself, Damage::Pipe, Damage::Gone] {
        assert!(!lock.exists(), "it goes with the one who has it");
        fs::write(&lock, "").unwrap();
        world.started();
        damage.inflict(&world, &lock);
        fs::remove_file(world.seed()).unwrap();
        assert_eq!(good.diff(&world.made()), "", "{damage:?}");
        assert_eq!(world.started(), "ensurepip ", "{damage:?}");
        assert_eq!(good.diff(&world.made()), "", "{damage:?}");
        assert_eq!(world.started(), "", "{damage:?}: the seed should have been kept");
        let _ = fs::remove_file(&lock).or_else(|_| fs::remove_dir(&lock));
    }
}

/// The data of a real pip takes megabytes and is read in more than one chunk.
#[apply(slow_test)]
fn a_damaged_seed_of_a_real_pip_is_made_anew() {
    let is_wanted = |python: &Python| python.bundled_pip.is_some() && python.minor > 10;
    let python = pythons::those("an interpreter from 3.11 on with ensurepip", is_wanted).pop().unwrap();
    let world = CacheWorld { python: python.path.clone(), ..CacheWorld::new() };
    let length = length_of(&world, CacheWorld::seed);
    let good = world.made();
    let seed = world.seed();
    let whole = fs::read(&seed).unwrap();
    // In the last chunk: everything else has been written out when the damage is found.
    Damage::Flipped(length - 1).inflict(&world, &seed);
    let damaged = fs::read(&seed).unwrap();
    assert_eq!(good.diff(&world.made()), "");
    let mended = fs::read(&seed).unwrap();
    assert!(mended != damaged && mended.len() == whole.len());
    assert_eq!(good.diff(&world.made()), "", "mended");
    assert!(fs::read(&seed).unwrap() == mended, "it should have been of use");
    world.assert_no_litter();
}
