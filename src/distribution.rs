//! Which package of a Linux distribution brings ensurepip, where it is shipped apart.

use crate::interpreter::facts::{Facts, Os};

/// What the user can install to have ensurepip, as a sentence, where `os_release` is the text of the system's
/// `os-release(5)`.
///
/// Only the system's own interpreter is a matter of its packages: one that was built or downloaded is not.
#[must_use]
pub(crate) fn ensurepip_remedy(facts: &Facts, os_release: &str) -> String {
    let is_the_systems =
        facts.os == Os::Posix && ["/usr/bin/", "/bin/"].iter().any(|dir| facts.real_executable.starts_with(dir));
    let minor = facts.version.1;
    let command = families(os_release).find_map(|family| match family {
        "debian" | "ubuntu" => Some(format!("apt install python3.{minor}-venv")),
        "fedora" | "rhel" => Some("dnf install python3-libs python3-pip-wheel".to_owned()),
        "alpine" => Some("apk fix python3".to_owned()),
        _ => None,
    });
    match command.filter(|_| is_the_systems) {
        Some(command) => format!("install it with `{command}` (as root)"),
        None => "install a Python that has it, or the package of your system that brings it".to_owned(),
    }
}

/// The distribution's own name and those it is like, nearest first.
fn families(os_release: &str) -> impl Iterator<Item = &str> {
    let field = |key: &str| {
        let value = os_release.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        value.trim_matches(['"', '\'']).split_whitespace()
    };
    field("ID=").chain(field("ID_LIKE="))
}
