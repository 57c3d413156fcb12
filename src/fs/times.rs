//! The times of change that file systems report, and whether these tell anything.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The last change of a file, as its metadata has it.
pub(super) struct Change {
    /// The number of the device.
    pub(super) device: u64,
    /// The number of the mount, or 0 if the system does not tell: a device may be mounted in several ways.
    pub(super) mount: u64,
    /// Whether it is a directory: where layers are merged, it may have the times of one of them.
    pub(super) is_dir: bool,
    /// The time of the change, in nanoseconds since 1970.
    pub(super) nanoseconds: i64,
    /// Whether the time of the change is a whole second.
    pub(super) is_whole_second: bool,
    /// Whether the time of the change is that of the last modification, too.
    pub(super) is_modification: bool,
}

/// A file system, with regard to the times of change that it reports.
#[derive(Clone, Debug)]
pub(super) struct FileSystem {
    /// Its own identity, if the system tells one.
    pub(super) id: Option<Arc<str>>,
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
    /// Whether any change of a file since the moment `since` shows in its time of change. The maker of an image may
    /// give all files one time, and it nearly always gives whole seconds, which a clock hardly ever strikes.
    pub(super) fn tell(self, change: &Change, since: SystemTime) -> bool {
        match self {
            Self::Kernel => !change.may_be_followed(since),
            // It may be mounted for writing elsewhere.
            Self::ReadOnly => !change.is_whole_second && !change.may_be_followed(since),
            Self::Elsewhere if change.may_be_followed(since) => false,
            Self::Elsewhere => !change.is_whole_second && !change.is_modification && !change.is_dir,
            Self::Image => false,
        }
    }
}

impl Change {
    /// Whether another change, at the moment `since` or later, may have the same time.
    fn may_be_followed(&self, since: SystemTime) -> bool {
        /// The clock of files goes on in ticks of up to 10 ms.
        const TICKS: Duration = Duration::from_millis(20);
        /// For times in whole seconds: a second more, as the clock of files lags behind.
        const SECONDS: Duration = Duration::from_secs(2);
        let nanoseconds = |time: Duration| i64::try_from(time.as_nanos()).unwrap_or(i64::MAX);
        let until = self.nanoseconds.saturating_add(nanoseconds(if self.is_whole_second { SECONDS } else { TICKS }));
        until > nanoseconds(since.duration_since(UNIX_EPOCH).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A change of this age.
    fn change(age: Duration, is_whole_second: bool, now: SystemTime) -> Change {
        let nanoseconds = (now - age).duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos();
        let nanoseconds = i64::try_from(nanoseconds).unwrap_or(i64::MAX);
        Change { device: 0, mount: 0, is_dir: false, nanoseconds, is_whole_second, is_modification: false }
    }

    #[test]
    fn times_tell_where_a_clock_has_made_them() {
        let now = SystemTime::now();
        let [exact, whole] = [false, true].map(|is_whole| change(Duration::from_secs(60), is_whole, now));
        let tell = |change: &Change| {
            [Times::Kernel, Times::ReadOnly, Times::Elsewhere, Times::Image].map(|times| times.tell(change, now))
        };
        assert_eq!(tell(&exact), [true, true, true, false]);
        assert_eq!(tell(&whole), [true, false, false, false]);
        assert_eq!(tell(&Change { is_modification: true, ..exact }), [true, true, false, false]);
        let exact = change(Duration::from_secs(60), false, now);
        assert_eq!(tell(&Change { is_dir: true, ..exact }), [true, true, false, false]);
    }

    #[test]
    fn what_may_change_once_more_at_the_same_time_tells_nothing() {
        let now = SystemTime::now();
        let tells = |millis: u64, is_whole: bool| {
            let change = change(Duration::from_millis(millis), is_whole, now);
            [Times::Kernel, Times::ReadOnly, Times::Elsewhere].map(|times| times.tell(&change, now))
        };
        assert_eq!([tells(0, false), tells(15, false), tells(30, false)], [[false; 3], [false; 3], [true; 3]]);
        assert_eq!([tells(1000, true)[0], tells(1900, true)[0], tells(2100, true)[0]], [false, false, true]);
        // The clock was set back, or the file was changed since.
        let later = change(Duration::ZERO, false, now + Duration::from_secs(3));
        assert!(!Times::Kernel.tell(&later, now));
    }
}
