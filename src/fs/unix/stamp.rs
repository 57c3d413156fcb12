//! Stamps of files on POSIX systems.

use std::fs;
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::fs::fingerprint::Numbers;
use crate::fs::times::{Change, FileSystem, Times};

/// The numbers in a file's metadata, and its last change.
pub(crate) fn look(path: &Path) -> io::Result<(Numbers, Change)> {
    let State { numbers, is_dir, mount } = state(path)?;
    let change = Change {
        device: numbers.device,
        mount,
        is_dir,
        nanoseconds: numbers.changed,
        is_whole_second: numbers.changed % 1_000_000_000 == 0,
        is_modification: numbers.changed == numbers.modified,
    };
    Ok((numbers, change))
}

struct State {
    numbers: Numbers,
    is_dir: bool,
    /// The number of the mount, or 0 if the system does not tell.
    mount: u64,
}

/// The state of a file as statx(2) tells it. The kernel may have what a program or a server told it up to a second or
/// minutes ago; `AT_STATX_FORCE_SYNC` makes it ask again.
#[cfg(target_os = "linux")]
fn state(path: &Path) -> io::Result<State> {
    use rustix::fs::{AtFlags, CWD, FileType, StatxFlags, StatxTimestamp, makedev, statx};
    use rustix::io::Errno;

    let wanted = StatxFlags::BASIC_STATS | StatxFlags::MNT_ID;
    let found = match statx(CWD, path, AtFlags::STATX_FORCE_SYNC, wanted) {
        // An older kernel, or a filter of system calls in a container.
        Err(Errno::NOSYS | Errno::PERM) => return state_by_stat(path),
        found => found?,
    };
    let time = |time: StatxTimestamp| nanoseconds(time.tv_sec, time.tv_nsec.into());
    let numbers = Numbers {
        device: makedev(found.stx_dev_major, found.stx_dev_minor),
        inode: found.stx_ino,
        length: found.stx_size,
        modified: time(found.stx_mtime),
        changed: time(found.stx_ctime),
    };
    let is_dir = FileType::from_raw_mode(found.stx_mode.into()).is_dir();
    Ok(State { numbers, is_dir, mount: found.stx_mnt_id })
}

#[cfg(not(target_os = "linux"))]
fn state(path: &Path) -> io::Result<State> {
    state_by_stat(path)
}

fn state_by_stat(path: &Path) -> io::Result<State> {
    let metadata = fs::metadata(path)?;
    let numbers = Numbers {
        device: metadata.dev(),
        inode: metadata.ino(),
        length: metadata.len(),
        modified: nanoseconds(metadata.mtime(), metadata.mtime_nsec()),
        changed: nanoseconds(metadata.ctime(), metadata.ctime_nsec()),
    };
    Ok(State { numbers, is_dir: metadata.is_dir(), mount: 0 })
}

/// In 64 bits until the year 2262.
fn nanoseconds(seconds: i64, nanos: i64) -> i64 {
    seconds.saturating_mul(1_000_000_000).saturating_add(nanos)
}

/// The number of a file system's kind, whose type differs between processors.
#[cfg(target_os = "linux")]
fn kind(found: &rustix::fs::StatFs) -> i64 {
    #[allow(clippy::useless_conversion, reason = "the types differ between processors")]
    let kind = i64::from(found.f_type);
    kind & 0xffff_ffff
}

/// Whether a path is on a file system that a program serves (FUSE), as statfs(2) tells.
#[cfg(target_os = "linux")]
pub(crate) fn is_served(path: &Path) -> bool {
    /// `FUSE_SUPER_MAGIC`.
    const FUSE: i64 = 0x6573_5546;
    rustix::fs::statfs(path).is_ok_and(|found| kind(&found) == FUSE)
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_served(_path: &Path) -> bool {
    false
}

/// The file system of `path` (statfs(2)).
#[cfg(target_os = "linux")]
pub(crate) fn file_system(path: &Path) -> FileSystem {
    /// `ST_RDONLY`: the mount is read-only.
    const READ_ONLY: i64 = 1;
    /// `ST_NOEXEC`: no program or library is loaded from it.
    const NO_EXEC: i64 = 8;
    let Ok(found) = rustix::fs::statfs(path) else { return FileSystem { id: None, times: Times::Elsewhere } };
    // Two numbers in a structure that no two C libraries call the same.
    let digits = format!("{:?}", found.f_fsid);
    let mut id: String = digits.chars().filter(|c| c.is_ascii_digit() || matches!(c, '-' | ',')).collect();
    #[allow(clippy::useless_conversion, reason = "the types differ between processors")]
    let (kind, flags) = (kind(&found), i64::from(found.f_flags));
    let times = match kind {
        _ if IMAGES.contains(&kind) => Times::Image,
        OVERLAY if may_borrow_contents() => Times::Image,
        _ if !KERNEL.contains(&kind) => Times::Elsewhere,
        _ if flags & READ_ONLY != 0 => Times::ReadOnly,
        _ => Times::Kernel,
    };
    if flags & NO_EXEC != 0 {
        id += ",noexec";
    }
    FileSystem { id: Some(id.into()), times }
}

/// cramfs in both byte orders, erofs, ISO 9660, romfs, squashfs, UDF (linux/magic.h).
#[cfg(target_os = "linux")]
const IMAGES: [i64; 7] = [0x28cd_3d45, 0x453d_cd28, 0xe0f5_e1e2, 0x9660, 0x7275, 0x7371_7368, 0x1501_3346];

/// bcachefs, btrfs, ext2 to ext4, f2fs, JFS, NILFS, ramfs, `ReiserFS`, tmpfs, UBIFS, XFS, ZFS: their times are from
/// this kernel's clock. Those of FUSE, overlayfs, 9p, NFS, SMB, FAT and others may be anything.
#[cfg(target_os = "linux")]
const KERNEL: [i64; 12] = [
    0xca45_1a4e,
    0x9123_683e,
    0xef53,
    0xf2f5_2010,
    0x3153_464a,
    0x3434,
    0x8584_58f6,
    0x5265_4973,
    0x0102_1994,
    0x2405_1905,
    0x5846_5342,
    0x2fc1_2fc1,
];

#[cfg(target_os = "linux")]
const OVERLAY: i64 = 0x794c_7630;

/// Whether files of an overlayfs may have the times of one layer and the contents of another (`metacopy`): the lower
/// layer may be an image that is exchanged.
#[cfg(target_os = "linux")]
fn may_borrow_contents() -> bool {
    // Only what differs from the default is among a mount's options.
    let default = fs::read("/sys/module/overlay/parameters/metacopy").is_ok_and(|value| value.starts_with(b"Y"));
    fs::read("/proc/self/mountinfo").map_or(true, |mounts| is_any_with_metacopy(&mounts, default))
}

/// Whether one of the `mounts` (`proc_pid_mountinfo(5)`) is an overlayfs with `metacopy`, or none is known.
#[cfg(target_os = "linux")]
fn is_any_with_metacopy(mounts: &[u8], default: bool) -> bool {
    let mounts = String::from_utf8_lossy(mounts);
    let options: Vec<_> = mounts.lines().filter_map(|mount| mount.split_once(" - overlay ")).collect();
    let is_on = |options: &str| options.contains("metacopy=on") || default && !options.contains("metacopy=off");
    options.is_empty() || options.iter().any(|(_, options)| is_on(options))
}

/// The file system of `path`. Types have no portable numbers.
#[cfg(not(target_os = "linux"))]
pub(crate) fn file_system(path: &Path) -> FileSystem {
    let found = rustix::fs::statvfs(path).ok();
    let is_read_only = found.as_ref().is_none_or(|found| found.f_flag.contains(rustix::fs::StatVfsMountFlags::RDONLY));
    let id = found.map(|found| format!("{:x}", found.f_fsid).into());
    FileSystem { id, times: if is_read_only { Times::ReadOnly } else { Times::Kernel } }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn an_overlay_borrows_contents_by_its_option_or_by_default() {
        let mounts = |options: &str| {
            format!("21 1 8:1 / / rw - ext4 /dev/a rw\n22 21 0:40 / /m rw - overlay overlay rw,lowerdir=/l{options}\n")
        };
        let borrows =
            |options: &str| [false, true].map(|default| is_any_with_metacopy(mounts(options).as_bytes(), default));
        assert_eq!(borrows(""), [false, true]);
        assert_eq!(borrows(",metacopy=on"), [true, true]);
        assert_eq!(borrows(",metacopy=off"), [false, false]);
        assert!(is_any_with_metacopy(b"21 1 8:1 / / rw - ext4 /dev/a rw\n", false), "not seen from here");
    }
}
