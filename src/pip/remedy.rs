//! The package of a Linux distribution that brings ensurepip, if it is shipped apart.

use crate::facts::{Facts, Os};

/// Returns a sentence on what to install to have ensurepip. `os_release` is the text of the system's `os-release(5)`.
///
/// A package is named only for the system's own interpreter, not for one that was built or downloaded.
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
        None => "install a Python that has it, or your system's package that contains it".to_owned(),
    }
}

/// The distribution's own name and the names of similar distributions, nearest first.
fn families(os_release: &str) -> impl Iterator<Item = &str> {
    let field = |key: &str| {
        let value = os_release.lines().find_map(|line| line.strip_prefix(key)).unwrap_or_default();
        value.trim_matches(['"', '\'']).split_whitespace()
    };
    field("ID=").chain(field("ID_LIKE="))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::tests::facts;

    fn remedy(real_executable: &str, os_release: &str) -> String {
        ensurepip_remedy(&Facts { real_executable: real_executable.to_owned(), ..facts() }, os_release)
    }

    const ANY: &str = "install a Python that has it, or your system's package that contains it";

    #[test]
    fn the_package_is_named_where_the_system_is_known() {
        for (os_release, command) in [
            ("PRETTY_NAME=\"Debian GNU/Linux 12\"\nID=debian\n", "apt install python3.13-venv"),
            ("ID=ubuntu\nID_LIKE=debian\n", "apt install python3.13-venv"),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", "apt install python3.13-venv"),
            ("ID=fedora\n", "dnf install python3-libs python3-pip-wheel"),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", "dnf install python3-libs python3-pip-wheel"),
            ("ID=alpine\n", "apk fix python3"),
        ] {
            assert_eq!(remedy("/usr/bin/python3.13", os_release), format!("install it with `{command}` (as root)"));
        }
    }

    #[test]
    fn where_it_is_not_known_no_package_is_named() {
        for os_release in ["", "ID=void\n", "ID=\n", "VARIANT_ID=debian\n"] {
            assert_eq!(remedy("/usr/bin/python3.13", os_release), ANY, "{os_release}");
        }
    }

    #[test]
    fn an_interpreter_that_is_not_the_systems_is_no_matter_of_its_packages() {
        assert_eq!(remedy("/opt/python/bin/python3.13", "ID=debian\n"), ANY);
    }
}
