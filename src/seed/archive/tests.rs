//! Only bytes that were written as a list are read as one, and its paths lead nowhere but below the environment.

use super::*;
use std::io::Write;

fn list() -> List {
    let entry = |path: &str, kind, length, splices| Entry { path: RelPath::of(path), kind, length, crc: 7, splices };
    let splices = vec![
        Splice { at: 0, kind: SpliceKind::Shebang },
        Splice { at: 0, kind: SpliceKind::LowerCaseShebang },
        Splice { at: 3, kind: SpliceKind::SourcePath { string_type: b'z', tail: "lib/x.py".to_owned() } },
        Splice { at: 3, kind: SpliceKind::Digest { script: "bin/pip".to_owned() } },
    ];
    let entries = vec![
        entry("lib", Kind::Dir, 0, Vec::new()),
        entry("bin/pip", Kind::Script, 3, splices),
        entry("lib/x.py", Kind::Source, u32::MAX, Vec::new()),
    ];
    List { key: "0a".to_owned(), stamps: "stamp\t/usr/bin/python\n".to_owned(), mtime: 1 << 40, entries }
}

fn read(bytes: &[u8]) -> Option<(List, u64)> {
    let mut file = tempfile::tempfile().expect("a temporary file");
    file.write_all(bytes).expect("there is room");
    List::read(&file).map(|read| (read.list, read.data))
}

/// The body of a list, which its checksum covers.
fn body(list: &List) -> Vec<u8> {
    list.encode()[MAGIC.len() + 8..].to_vec()
}

#[test]
fn a_list_is_read_as_it_was_written_whatever_comes_after_it() {
    let bytes = list().encode();
    let length = bytes.len() as u64;
    assert_eq!(read(&bytes), Some((list(), length)));
    assert_eq!(read(&[bytes, b"data".repeat(100_000)].concat()), Some((list(), length)));
    // A list that is longer than the first read.
    let mut long = list();
    long.entries = long.entries.iter().cycle().take(10_000).cloned().collect();
    let bytes = long.encode();
    assert!(bytes.len() > FIRST_READ);
    assert_eq!(read(&bytes), Some((long, bytes.len() as u64)));
    assert_eq!(read(&bytes[..bytes.len() - 1]), None);
}

#[test]
fn a_list_that_is_cut_off_is_none() {
    let bytes = list().encode();
    for length in 0..bytes.len() {
        assert_eq!(read(&bytes[..length]), None, "{length}");
    }
}

#[test]
fn a_list_with_a_bit_the_other_way_is_none() {
    let mut bytes = list().encode();
    for bit in 0..bytes.len() * 8 {
        bytes[bit / 8] ^= 1 << (bit % 8);
        assert_eq!(read(&bytes), None, "{bit}");
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

/// The body must be refused even if its checksum is right.
#[test]
fn a_body_with_too_little_or_too_much_is_none() {
    let body = body(&list());
    assert_eq!(List::decode(&body), Some(list()));
    for length in 0..body.len() {
        assert_eq!(List::decode(&body[..length]), None, "{length}");
    }
    assert_eq!(List::decode(&[&body[..], b"x"].concat()), None);
}

#[test]
fn a_body_may_hold_anything_without_harm() {
    let body = body(&list());
    for at in 0..body.len() {
        for byte in [0, 1, 0x7f, 0xff] {
            let mut changed = body.clone();
            changed[at] = byte;
            // The result does not matter here, only that decoding ends.
            let _ = List::decode(&changed);
        }
    }
}

#[test]
fn a_path_leads_below_and_no_way_around() {
    let decoded = |path: &str| {
        // The first entry, `lib`, with another path.
        let (before, mut after) = (body(&list()), Vec::new());
        let at = before.windows(7).position(|bytes| bytes == b"\x03\0\0\0lib").expect("it is there");
        put_text(&mut after, path);
        List::decode(&[&before[..at], &after, &before[at + 7..]].concat())
    };
    for path in ["x", "lib/x.py", "lib/..x", "lib/.x/...x", "é/ü", "a b"] {
        assert!(decoded(path).is_some(), "{path}");
    }
    for path in [
        "",
        "/",
        "/x",
        "x/",
        "a//b",
        ".",
        "..",
        "../x",
        "./x",
        "a/../../x",
        "a/..",
        "a/./b",
        "a\\b",
        "C:x",
        "a\0b",
        "x.",
    ] {
        assert_eq!(decoded(path), None, "{path}");
    }
}

#[test]
fn what_is_put_in_is_put_in_order_and_inside() {
    let decoded = |places: &[u32]| {
        let mut list = list();
        list.entries[1].splices = places.iter().map(|at| Splice { at: *at, kind: SpliceKind::Shebang }).collect();
        List::decode(&body(&list))
    };
    assert!(decoded(&[0, 0, 2, 3]).is_some());
    for places in [&[4][..], &[2, 1], &[0, u32::MAX]] {
        assert_eq!(decoded(places), None, "{places:?}");
    }
}
