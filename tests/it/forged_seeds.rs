//! Forged seeds: their checksums are right, but rvenv did not write them.

use std::fs;
use std::path::Path;

use crate::cache_world::CacheWorld;

const FILE: u8 = 1;

/// Offsets in a seed: the length of its list, the checksum of the list, and the list itself.
const LENGTH: usize = 12;
const CHECKSUM: usize = 16;
const LIST: usize = 20;

/// Returns a seed with one more file.
fn with_file(seed: &[u8], path: &[u8], contents: &[u8]) -> Vec<u8> {
    let mut seed = seed.to_vec();
    let end = LIST + number(&seed, LENGTH);
    // The number of entries follows the key, the stamps and the time.
    let stamps = LIST + 4 + number(&seed, LIST);
    let count = stamps + 4 + number(&seed, stamps) + 8;
    put(&mut seed, count, |count| count + 1);
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).unwrap().to_le_bytes();
    let crc = crc32fast::hash(contents).to_le_bytes();
    let entry = [&length(path)[..], path, &[FILE], &length(contents), &crc, &[0; 4]].concat();
    put(&mut seed, LENGTH, |length| length + u32::try_from(entry.len()).unwrap());
    seed.splice(end..end, entry);
    seed.extend(contents);
    signed(seed)
}

/// Returns a seed of another date.
pub(crate) fn dated(seed: &[u8], seconds: u64) -> Vec<u8> {
    let mut seed = seed.to_vec();
    let stamps = LIST + 4 + number(&seed, LIST);
    let date = stamps + 4 + number(&seed, stamps);
    seed[date..date + 8].copy_from_slice(&seconds.to_le_bytes());
    signed(seed)
}

/// Returns a seed in which a file has other contents of the same length.
pub(crate) fn with_contents(seed: &[u8], old: &[u8], new: &[u8]) -> Vec<u8> {
    let crcs = [old, new].map(|contents| crc32fast::hash(contents).to_le_bytes());
    let mut seed = seed.to_vec();
    for [old, new] in [[old, new], [&crcs[0], &crcs[1]]] {
        let at = seed.windows(old.len()).position(|window| window == old).unwrap();
        seed[at..at + new.len()].copy_from_slice(new);
    }
    signed(seed)
}

fn number(seed: &[u8], at: usize) -> usize {
    u32::from_le_bytes(*seed[at..].first_chunk().unwrap()) as usize
}

fn put(seed: &mut [u8], at: usize, change: impl FnOnce(u32) -> u32) {
    let old = u32::from_le_bytes(*seed[at..].first_chunk().unwrap());
    seed[at..at + 4].copy_from_slice(&change(old).to_le_bytes());
}

fn signed(mut seed: Vec<u8>) -> Vec<u8> {
    let crc = crc32fast::hash(&seed[LIST..LIST + number(&seed, LENGTH)]);
    put(&mut seed, CHECKSUM, |_| crc);
    seed
}

/// Asserts that a seed with a file of this name does not affect environments and is made anew.
fn assert_replaced(name: &[u8]) {
    let world = CacheWorld::new();
    let good = world.made();
    let seed = world.seed();
    let absolute = [world.path("").as_os_str().as_encoded_bytes(), b"/out"].concat();
    let name = if name == b"/out" { &absolute } else { name };
    let forged = with_file(&fs::read(&seed).unwrap(), name, b"forged");
    fs::write(&seed, &forged).unwrap();
    let shown = String::from_utf8_lossy(&name[..name.len().min(40)]);
    assert_eq!(good.diff(&world.made()), "", "{shown}");
    assert!(fs::read(world.seed()).unwrap() != forged, "{shown}");
    world.started();
    assert_eq!(good.diff(&world.made()), "", "{shown}");
    assert_eq!(world.started(), "", "{shown}");
    for out in [world.path("out"), world.path("e/out"), Path::new("/out").to_owned()] {
        assert!(!out.exists(), "{shown}: {}", out.display());
    }
    world.assert_no_litter();
}

#[apply(test)]
fn a_name_that_leads_out_is_none() {
    for name in ["../out", "/out", "a/../../out", "bin/../../out", "..\\out", "C:\\out", "./out", "out/", "bin//out"] {
        assert_replaced(name.as_bytes());
    }
}

#[apply(test)]
fn what_is_no_name_is_none() {
    for name in [&b""[..], b"nul\0", b"\xff", b".", b"..", b"/"] {
        assert_replaced(name);
    }
}

#[apply(test)]
fn a_name_that_is_too_long_is_none() {
    for name in ["x".repeat(300), "d/".repeat(3000) + "x"] {
        assert_replaced(name.as_bytes());
    }
}

/// The paths are below a link, below the interpreter, the interpreter itself, a directory, and another file of the
/// seed.
#[apply(test)]
fn a_name_that_something_else_has_is_none() {
    for name in ["lib64/x", "bin/python3/x", "bin/python3", "lib", "lib/python3.13/site-packages/pip/__init__.py"] {
        assert_replaced(name.as_bytes());
    }
}

#[apply(test)]
fn a_forged_seed_is_read_at_all() {
    let world = CacheWorld::new();
    world.made();
    let seed = world.seed();
    let forged = with_file(&fs::read(&seed).unwrap(), b"bin/more", b"forged");
    fs::write(&seed, with_contents(&forged, b"one\n", b"two\n")).unwrap();
    let made = world.made();
    assert!(made.0.contains_key("bin/more"), "else the other tests tell nothing");
    let pip = world.path("e/lib/python3.13/site-packages/pip/__init__.py");
    assert_eq!(fs::read_to_string(pip).unwrap(), "two\n");
}
