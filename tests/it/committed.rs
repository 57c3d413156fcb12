//! Generated files that are committed.

use std::fs;
use std::path::{Path, PathBuf};

/// The absolute path of a file in the repository.
pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Reads a file, with the line endings of a Windows checkout normalised. A missing file is empty.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n")
}

/// Asserts that a committed file is up to date. `RVENV_BLESS=1` rewrites the file.
#[track_caller]
pub(crate) fn assert_current(path: &Path, made: &str) {
    if std::env::var_os("RVENV_BLESS").is_some() {
        fs::write(path, made).expect("the file can be written");
    }
    let is_current = read(path) == made;
    assert!(is_current, "{} differs: `RVENV_BLESS=1 cargo test` writes it anew; now it is\n{made}", path.display());
}
