//! The times of change that file systems report, and whether these tell anything.

/// The last change of a file, as its metadata has it.
pub(super) struct Change {
    /// The number of the device.
    pub(super) device: u64,
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
            Self::Kernel => true,
            Self::ReadOnly => !change.is_whole_second,
            Self::Elsewhere => !change.is_whole_second && !change.is_modification,
            Self::Image => false,
        }
    }
}
