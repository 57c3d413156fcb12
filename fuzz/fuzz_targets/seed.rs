//! Any seed file is either read to its end or rejected, and its paths lead nowhere but below ENV_DIR.
#![no_main]

use std::fs::File;
use std::io::Write;
use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use rvenv::fuzzing::seed::{Opened, list_of, open};

fuzz_target!(|bytes: &[u8]| {
    if let Some(seed) = opened(bytes) {
        check(&seed, bytes);
    }
    // The checksum of the list rejects nearly all inputs, so build a list with the right one.
    let Some((length, rest)) = bytes.split_first_chunk::<2>() else { return };
    let (body, data) = rest.split_at(usize::from(u16::from_le_bytes(*length)).min(rest.len()));
    let bytes = [&list_of(body), data].concat();
    let Some(seed) = opened(&bytes) else { return };
    check(&seed, &bytes);
    // The same for the checksums of the data.
    let bytes = [&seed.fitted(data), data].concat();
    let fitted = opened(&bytes).expect("only checksums are others");
    check(&fitted, &bytes);
    assert_eq!(fitted.read_through().as_deref(), Some(data), "all data is that of an entry");
});

fn opened(bytes: &[u8]) -> Option<Opened> {
    let mut file = tempfile::tempfile_in("/dev/shm").or_else(|_| tempfile::tempfile()).expect("a temporary file");
    file.write_all(bytes).expect("there is room");
    open(File::from(file))
}

fn check(seed: &Opened, bytes: &[u8]) {
    let encoded = seed.encoded();
    assert_eq!(seed.data(), encoded.len() as u64);
    assert!(bytes.starts_with(&encoded), "a list is written as it was read");
    let entries = seed.entries();
    for entry in &entries {
        let is_name = |component: Component| matches!(component, Component::Normal(_));
        let path = Path::new(&entry.path);
        assert!(path.components().all(is_name) && path.components().count() > 0, "{path:?} leads elsewhere");
        assert!(entry.splices.is_sorted() && entry.splices.iter().all(|at| *at <= entry.length));
    }
    if let Some(read) = seed.read_through() {
        assert_eq!(read.len() as u64, entries.iter().map(|entry| u64::from(entry.length)).sum::<u64>());
    }
}
