//! Any wheel is either rejected, or its members are those that its RECORD lists, and lead nowhere else.
#![no_main]

use std::io::{Cursor, Write};
use std::path::{Component, Path};

use libfuzzer_sys::fuzz_target;
use rvenv::facts::Os;
use rvenv::fuzzing::pip::wheel;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

fuzz_target!(|parts: (&[u8], Vec<(String, u16, Vec<u8>)>, Vec<(u16, u8)>)| {
    let (raw, members, changes) = parts;
    check(raw);
    // Arbitrary bytes are rarely an archive, so build one, and change some of its bytes.
    let mut bytes = archive(&members);
    check(&bytes);
    for (place, byte) in changes {
        let place = usize::from(place) % bytes.len();
        bytes[place] = byte;
    }
    check(&bytes);
});

fn check(bytes: &[u8]) {
    for os in [Os::Posix, Os::MacOs, Os::Windows] {
        let members = wheel(bytes, os).unwrap_or_default();
        assert!(members.iter().map(|(_, _, contents)| contents.len()).sum::<usize>() <= 64 << 20);
        for (path, ..) in &members {
            let is_name = |component: Component| matches!(component, Component::Normal(_));
            assert!(Path::new(path).components().all(is_name) && !path.is_empty(), "{path:?} leads elsewhere");
            assert!(os != Os::Windows || !path.contains(['\\', ':']), "{path:?} leads elsewhere");
        }
    }
}

fn archive(members: &[(String, u16, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, contents) in members {
        let options = SimpleFileOptions::default().unix_permissions(u32::from(*mode));
        // Some names are refused.
        if writer.start_file(name.as_str(), options).is_ok() {
            writer.write_all(contents).expect("there is room");
        }
    }
    writer.finish().expect("an archive").into_inner()
}
