//! Stamps of files on POSIX systems.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::fs::times::{Change, FileSystem, Times};

/// A fingerprint of a file's metadata: device, inode, length, and the times of modification and change in nanoseconds.
/// `probe/files.py` writes the same.
pub(crate) fn stamp(metadata: &Metadata) -> String {
    // In 64 bits until the year 2262; in 128 bits, the digits alone take longer than the call.
    let nanoseconds = |seconds: i64, nanos: i64| seconds.saturating_mul(1_000_000_000).saturating_add(nanos);
    let mtime = nanoseconds(metadata.mtime(), metadata.mtime_nsec());
    let ctime = nanoseconds(metadata.ctime(), metadata.ctime_nsec());
    format!("{}:{}:{}:{mtime}:{ctime}", metadata.dev(), metadata.ino(), metadata.len())
}

/// The last change of a file, as its metadata has it.
pub(crate) fn change(metadata: &Metadata) -> Change {
    Change {
        device: metadata.dev(),
        is_dir: metadata.is_dir(),
        seconds: metadata.ctime(),
        is_whole_second: metadata.ctime_nsec() == 0,
        is_modification: (metadata.ctime(), metadata.ctime_nsec()) == (metadata.mtime(), metadata.mtime_nsec()),
    }
}

/// The file system of `path` (statfs(2)).
#[cfg(target_os = "linux")]
pub(crate) fn file_system(path: &Path) -> FileSystem {
    /// `ST_RDONLY`: the mount is read-only.
    const READ_ONLY: i64 = 1;
    let Ok(found) = rustix::fs::statfs(path) else { return FileSystem { id: String::new(), times: Times::Elsewhere } };
    // Two numbers in a structure that no two C libraries call the same.
    let id = format!("{:?}", found.f_fsid).chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | ',')).collect();
    #[allow(clippy::useless_conversion, reason = "the types differ between processors")]
    let (kind, flags) = (i64::from(found.f_type) & 0xffff_ffff, i64::from(found.f_flags));
    let times = match kind {
        _ if IMAGES.contains(&kind) => Times::Image,
        _ if ELSEWHERE.contains(&kind) => Times::Elsewhere,
        _ if flags & READ_ONLY != 0 => Times::ReadOnly,
        _ => Times::Kernel,
    };
    FileSystem { id, times }
}

/// cramfs in both byte orders, erofs, ISO 9660, romfs, squashfs, UDF (linux/magic.h).
#[cfg(target_os = "linux")]
const IMAGES: [i64; 7] = [0x28cd_3d45, 0x453d_cd28, 0xe0f5_e1e2, 0x9660, 0x7275, 0x7371_7368, 0x1501_3346];

/// FUSE, overlayfs, 9p, NFS, and SMB in its three versions.
#[cfg(target_os = "linux")]
const ELSEWHERE: [i64; 7] = [0x6573_5546, 0x794c_7630, 0x0102_1997, 0x6969, 0x517b, 0xff53_4d42, 0xfe53_4d42];

/// The file system of `path`. Types have no portable numbers.
#[cfg(not(target_os = "linux"))]
pub(crate) fn file_system(path: &Path) -> FileSystem {
    let found = rustix::fs::statvfs(path).ok();
    let is_read_only = found.as_ref().is_none_or(|found| found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY));
    let id = found.map(|found| format!("{:x}", found.f_fsid)).unwrap_or_default();
    FileSystem { id, times: if is_read_only { Times::ReadOnly } else { Times::Kernel } }
}
