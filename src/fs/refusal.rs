//! Errors which say that something is not to be had in this place, as opposed to errors of a moment.

use std::io::{self, ErrorKind};

use super::Kind;

/// Whether an error says that the file system cannot do something at all, or lets nobody do it.
fn is_unsupported(error: &io::Error) -> bool {
    /// `EPERM`. The same kind of error has `EACCES`, which is about rights.
    const NOT_PERMITTED: i32 = 1;
    matches!(error.kind(), ErrorKind::Unsupported | ErrorKind::InvalidInput)
        || error.raw_os_error() == Some(NOT_PERMITTED)
}

/// `EIO`, `EPROTO`; Windows' `ERROR_PRIVILEGE_NOT_HELD` and `ERROR_INVALID_FUNCTION`. Servers and programs that offer a
/// file system answer with these, too.
const VAGUE: [i32; 2] = if cfg!(windows) { [1314, 1] } else { [5, 71] };

/// Whether an error says that something is refused in this place, by one of the names that this has everywhere.
fn is_refused(error: &io::Error) -> bool {
    is_unsupported(error) || error.kind() == ErrorKind::PermissionDenied || is_vague(error)
}

/// Whether an error of creating a link says that links are not to be had in this place, as in FAT, in object storage,
/// in shared folders, or on Windows without the privilege. It has many names. Where the server follows all links (sshfs
/// with `follow_symlinks`), the kernel is shown a directory instead.
pub(crate) fn refuses_links(error: &io::Error) -> bool {
    is_refused(error) || error.kind() == ErrorKind::IsADirectory
}

/// Whether an error of renaming says that this cannot be renamed, or cannot be moved there: a directory in object
/// storage, in a lower layer of an overlayfs, another volume, a mount point. It has even more names.
pub(crate) fn refuses_renames(error: &io::Error) -> bool {
    /// `EMFILE`, of a directory with many files (gcsfuse); Windows' `ERROR_SHARING_VIOLATION`, of one with an open
    /// file.
    const OF_MANY: i32 = if cfg!(windows) { 32 } else { 24 };
    is_refused(error)
        || matches!(error.kind(), ErrorKind::CrossesDevices | ErrorKind::ResourceBusy)
        || error.raw_os_error() == Some(OF_MANY)
}

/// The same for an entry that is there, of this kind. fuse-convmvfs renames no link whose target is missing.
pub(crate) fn refuses_to_rename(kind: &Kind, error: &io::Error) -> bool {
    refuses_renames(error) || matches!(kind, Kind::Link(_)) && error.kind() == ErrorKind::NotFound
}

/// Whether an error of setting a mode or a time says that there are none, or that this one cannot be set.
pub(crate) fn refuses_attributes(error: &io::Error) -> bool {
    is_refused(error)
}

/// The result of setting a mode or a time, which is left as it is where it is refused.
pub(crate) fn as_far_as_possible(set: io::Result<()>) -> io::Result<()> {
    set.or_else(|error| if refuses_attributes(&error) { Ok(()) } else { Err(error) })
}

fn is_vague(error: &io::Error) -> bool {
    error.raw_os_error().is_some_and(|code| VAGUE.contains(&code))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_link_is_there_and_not_found() {
        let missing = io::Error::from(ErrorKind::NotFound);
        assert!(refuses_to_rename(&Kind::Link("lib".into()), &missing));
        for kind in [Kind::Nothing, Kind::File, Kind::Dir] {
            assert!(!refuses_to_rename(&kind, &missing), "{kind:?}");
        }
    }
}
