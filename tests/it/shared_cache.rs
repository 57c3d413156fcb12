//! One cache for all tests that do not bring their own, so that each interpreter bootstraps pip once.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::SystemTime;

/// The directory of the cache, one per build of the program: a build must not pass its tests with another's entries.
pub(crate) fn shared_cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        let built = fs::metadata(env!("CARGO_BIN_EXE_rvenv")).unwrap().modified().unwrap();
        let age = built.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let caches = Path::new(env!("CARGO_TARGET_TMPDIR")).join("caches");
        let cache = caches.join(age.to_string());
        // Only earlier builds' are deleted: another run of the same build may be under way.
        for other in fs::read_dir(&caches).into_iter().flatten().flatten().filter(|other| other.path() != cache) {
            let _ = fs::remove_dir_all(other.path());
        }
        cache
    })
}
