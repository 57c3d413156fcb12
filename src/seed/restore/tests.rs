//! Tests of restoring with several threads.

use super::super::archive::List;
use super::super::pack::NewSeed;
use super::*;

/// A seed with so much data that there is work for several threads; the last file is `last`.
fn seed(last: &str) -> Seed {
    let names = (0..20).map(|number| format!("dir-{}/file-{number}", number / 3)).chain([last.to_owned()]);
    let (mut entries, mut data) = (Vec::new(), Vec::new());
    for (name, byte) in names.zip(b'a'..) {
        let contents = vec![byte; 200_000];
        let (path, length, crc) = (RelPath::of(&name), 200_000, crc32fast::hash(&contents));
        entries.push(Entry { path, kind: Kind::File, length, crc, splices: Vec::new() });
        data.extend(contents);
    }
    Seed::in_memory(NewSeed { list: List { key: String::new(), stamps: String::new(), mtime: 2, entries }, data })
}

fn restored(seed: &Seed, interrupt: &Interrupt) -> (Result<Restored>, usize) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let env = EnvPaths {
        dir: dir.path().to_owned(),
        text: String::new(),
        python: String::new(),
        scripts: RelPath::of("bin"),
        os: crate::facts::Os::Posix,
    };
    let root = Dir::open(dir.path()).expect("it is there");
    let done = restore(seed, &env, &root, interrupt, &Pool::default());
    let files = seed.list.entries.iter().zip(b'a'..).filter(|(entry, byte)| {
        fs::read(&entry.path.below(dir.path())).is_ok_and(|contents| contents == vec![*byte; 200_000])
    });
    (done, files.count())
}

#[test]
fn all_threads_together_write_every_file() {
    let (done, files) = restored(&seed("file"), &Interrupt::default());
    assert_eq!((done.ok(), files), (Some(Restored::Whole), 21));
}

#[test]
fn damage_is_found_whichever_thread_meets_it() {
    for damaged in 0..21 {
        let mut seed = seed("file");
        seed.list.entries[damaged].crc ^= 1;
        let (done, files) = restored(&seed, &Interrupt::default());
        assert_eq!(done.ok(), Some(Restored::SeedDamaged));
        assert!(files < 21);
    }
    // A name that a directory has.
    let (done, _) = restored(&seed("dir-0"), &Interrupt::default());
    assert_eq!(done.ok(), Some(Restored::SeedDamaged));
}

#[test]
fn a_signal_ends_the_work_of_all_threads() {
    let interrupt = Interrupt::default();
    interrupt.note(2);
    let (done, files) = restored(&seed("file"), &interrupt);
    assert!(matches!(done, Err(Error::Interrupted { signal: 2 })));
    assert_eq!(files, 0);
}
