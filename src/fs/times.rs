//! The times of change that file systems report, and whether these tell anything.

use std::time::{SystemTime, UNIX_EPOCH};

/// The last change of a file, as its metadata has it.
pub(super) struct Change {
    /// The number of the device.
    pub(super) device: u64,
    /// Whether it is a directory: where layers are merged, it may have the times of one of them.
    pub(super) is_dir: bool,
    /// The time of the change, in seconds since 1970.
    pub(super) seconds: i64,
    /// Whether the time of the change is a whole second.
    pub(super) is_whole_second: bool,
    /// Whether the time of the change is that of the last modification, too.
    pub(super) is_modification: bool,
}

/// A file system, with regard to the times of change that it reports.
#[derive(Clone, Debug)]
pub(super) struct FileSystem {
    pub(super) id: String,
    pub(super) times: Times,
}

/// The origin of the times that a file system reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(target_os = "linux"), allow(dead_code, reason = "other systems do not tell where times come from"))]
pub(super) enum Times {
    /// The kernel's clock, which notes each change of a file.
    Kernel,
    /// The kernel's clock, or the maker of an image: now nobody may write to it.
    ReadOnly,
    /// Another system or a program. Those that know no time of change report that of modification.
    Elsewhere,
    /// The maker of an image.
    Image,
}

impl Times {
    /// Whether any change of a file shows in its time of change. The maker of an image may give all files one time, and
    /// it nearly always gives whole seconds, which a clock hardly ever strikes.
    pub(super) fn tell(self, change: &Change) -> bool {
        match self {
            Self::Kernel => !change.may_be_followed(),
            Self::ReadOnly => !change.is_whole_second,
            Self::Elsewhere => !change.is_whole_second && !change.is_modification && !change.is_dir,
            Self::Image => false,
        }
    }
}

impl Change {
    /// Whether another change may have the same time: where times are whole seconds, and this second is not over.
    fn may_be_followed(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        // A second more, as the clock of files lags behind.
        self.is_whole_second && self.seconds.saturating_add(2) > i64::try_from(now).unwrap_or(i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(seconds: i64, is_whole_second: bool) -> Change {
        Change { device: 0, is_dir: false, seconds, is_whole_second, is_modification: false }
    }

    #[test]
    fn times_tell_where_a_clock_has_made_them() {
        let (exact, whole) = (change(1_700_000_000, false), change(1_700_000_000, true));
        let tell = |change: &Change| {
            [Times::Kernel, Times::ReadOnly, Times::Elsewhere, Times::Image].map(|times| times.tell(change))
        };
        assert_eq!(tell(&exact), [true, true, true, false]);
        assert_eq!(tell(&whole), [true, false, false, false]);
        assert_eq!(tell(&Change { is_modification: true, ..exact }), [true, true, false, false]);
        let exact = change(1_700_000_000, false);
        assert_eq!(tell(&Change { is_dir: true, ..exact }), [true, true, false, false]);
    }

    #[test]
    fn a_second_that_is_not_over_tells_nothing() {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        let now = i64::try_from(now).unwrap_or_default();
        assert!(!Times::Kernel.tell(&change(now, true)) && !Times::Kernel.tell(&change(now + 3600, true)));
        assert!(Times::Kernel.tell(&change(now, false)) && Times::Kernel.tell(&change(now - 3600, true)));
    }
}
