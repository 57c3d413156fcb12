//! Fingerprints of files.

use std::fmt;

/// A file's state, as its metadata tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fingerprint {
    /// The file is missing.
    Absent,
    /// The file cannot be looked at.
    Unknown,
    /// The file has changed while it was looked at.
    Changed,
    /// The numbers in the file's metadata.
    Of(Numbers),
}

/// The numbers in a file's metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Numbers {
    /// The device, or 0 where that is not known without opening the file.
    pub(super) device: u64,
    /// The inode, or 0 as above.
    pub(super) inode: u64,
    /// The length in bytes.
    pub(super) length: u64,
    /// The time of modification, in nanoseconds since 1970.
    pub(super) modified: i64,
    /// The time of change, or of creation where the system tells no time of change, in nanoseconds since 1970.
    pub(crate) changed: i64,
}

impl Fingerprint {
    /// The texts of fingerprints without numbers.
    const TEXTS: [(Self, &str); 3] = [(Self::Absent, "absent"), (Self::Unknown, "unknown"), (Self::Changed, "changed")];

    /// Reads a fingerprint from its text, which `probe/files.py` writes, too.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let of_text = || Self::TEXTS.iter().find(|(_, known)| *known == text).map(|(fingerprint, _)| *fingerprint);
        of_text().or_else(|| Numbers::parse(text).map(Self::Of))
    }
}

impl Numbers {
    fn parse(text: &str) -> Option<Self> {
        let mut numbers = text.split(':');
        let own = Self {
            device: numbers.next()?.parse().ok()?,
            inode: numbers.next()?.parse().ok()?,
            length: numbers.next()?.parse().ok()?,
            modified: numbers.next()?.parse().ok()?,
            changed: numbers.next()?.parse().ok()?,
        };
        numbers.next().is_none().then_some(own)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::Of(Numbers { device, inode, length, modified, changed }) = self {
            return write!(f, "{device}:{inode}:{length}:{modified}:{changed}");
        }
        let text = Self::TEXTS.iter().find(|(fingerprint, _)| fingerprint == self);
        f.write_str(text.map_or("", |(_, text)| text))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_was_written() {
        let numbers = Numbers { device: 1, inode: u64::MAX, length: 3, modified: -4, changed: i64::MAX };
        for fingerprint in [Fingerprint::Absent, Fingerprint::Unknown, Fingerprint::Changed, Fingerprint::Of(numbers)] {
            assert_eq!(Fingerprint::parse(&fingerprint.to_string()), Some(fingerprint));
        }
        for text in ["", "1:2:3:4", "1:2:3:4:5:6", "1:2:3:4:x", "-1:2:3:4:5", "1:2:3:4:99999999999999999999"] {
            assert_eq!(Fingerprint::parse(text), None, "{text}");
        }
    }
}
