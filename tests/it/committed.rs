//! Files that are made of something else in the repository, and committed.

use std::fs;
use std::path::{Path, PathBuf};

/// A file of the repository, by its path in it.
pub(crate) fn file(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The text of one, whatever ends lines where it was checked out; none where there is no file.
pub(crate) fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_default().replace("\r\n", "\n")
}

/// States that a committed file is what is made now. `RVENV_BLESS=1` writes it anew.
#[track_caller]
pub(crate) fn assert_current(path: &Path, made: &str) {
    if std::env::var_os("RVENV_BLESS").is_some() {
        fs::write(path, made).expect("the file can be written");
    }
    let is_current = read(path) == made;
    assert!(is_current, "{} differs: `RVENV_BLESS=1 cargo test` writes it anew; now it is\n{made}", path.display());
}
