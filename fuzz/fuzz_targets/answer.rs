//! Any answer of an interpreter, and any entry of the facts cache, either becomes usable facts or is rejected.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rvenv::fuzzing::interpreter::{entry, facts};
use rvenv::facts::{Facts, Os, RelPath};

fuzz_target!(|bytes: &[u8]| {
    if let Ok(facts) = facts(bytes) {
        check(&facts);
    }
    if let Some((key, identity, answer)) = entry(bytes) {
        check_entry(key, &identity, answer);
    }
    // The same bytes in an entry with the right checksum.
    let whole = [&crc32(bytes).to_le_bytes()[..], bytes].concat();
    if let Some((key, identity, answer)) = entry(&whole) {
        check_entry(key, &identity, answer);
        if identity.contains('\r') {
            return;
        }
        let body = [key.as_bytes(), identity.as_bytes(), answer].join(&0);
        let again = [&crc32(&body).to_le_bytes()[..], &body].concat();
        assert_eq!(entry(&again), Some((key, identity, answer)), "an entry is read as it was written");
    }
});

fn check(facts: &Facts) {
    let scheme = facts.scheme.iter().flat_map(|it| [&it.scripts, &it.purelib, &it.platlib, &it.include]);
    let scheme = scheme.map(RelPath::as_str);
    let windows = &facts.windows;
    let paths = [&facts.executable, &facts.real_executable, &facts.home, &facts.exe_name];
    let others = facts.watched.iter().chain(&facts.wheels).chain(&windows.runtime).chain(&windows.launchers);
    let others = others.chain([&windows.launcher_dir]).chain(&windows.activate_ps1).chain(&windows.init_tcl);
    for path in paths.into_iter().chain(others).map(String::as_str).chain(scheme.clone()) {
        assert!(!path.contains(char::is_control), "{path:?}");
    }
    // Paths in the environment cannot lead out of it.
    let names = windows.launchers.iter().chain(&windows.runtime).chain([&facts.exe_name]).map(String::as_str);
    for below in scheme.chain(names.clone()) {
        assert!(below.split('/').all(|name| !matches!(name, "" | "." | "..")), "{below:?}");
        // Windows has more ways out.
        assert!(facts.os != Os::Windows || !below.contains(['\\', ':']), "{below:?}");
    }
    for name in names {
        assert!(!name.contains('/'), "{name:?}");
    }
}

fn check_entry(key: &str, identity: &str, answer: &[u8]) {
    assert!(!key.contains('\0') && !identity.contains('\0'));
    if let Ok(facts) = facts(answer) {
        check(&facts);
    }
}

/// The checksum of entries, here computed bit by bit.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    })
}
