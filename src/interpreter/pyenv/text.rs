//! Values that a shell script takes as they are, whether it quotes them or not.

use std::path::Path;

/// Returns an absolute path in its shortest spelling as text, or `None`. A shell follows `..` by the text of a path,
/// and the system by its links.
pub(super) fn clean(path: &Path) -> Option<&str> {
    let text = path.to_str().filter(|text| text.starts_with('/') && !text.chars().any(char::is_control))?;
    let is_name = |name: &str| !matches!(name, "" | "." | "..");
    (text == "/" || text[1..].split('/').all(is_name)).then_some(text)
}

/// Whether a shell neither splits nor expands a path, even where it is not quoted.
pub(super) fn is_plain(text: &str) -> bool {
    text.chars().all(|c| c.is_alphanumeric() || "/._-+@,= ".contains(c))
}

/// Whether all versions in a list are names in the directory `versions`, or of an environment in a version's directory
/// `envs`. Any other path may lead anywhere, and a pattern depends on the current directory.
pub(super) fn are_names(list: &str) -> bool {
    let is_environment = |name: &str| matches!(name.split('/').collect::<Vec<_>>()[..], [_, "envs", _]);
    list.split(':').all(|name| (!name.contains('/') || is_environment(name)) && name.split('/').all(is_name))
}

/// Whether a version, or an entry of the directory `versions`, has a plain name.
pub(super) fn is_name(name: &str) -> bool {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "._-+@".contains(c);
    !matches!(name, "" | "." | "..") && name.chars().all(is_plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clean_path_is_the_same_to_a_shell_and_to_the_system() {
        for path in ["/", "/a", "/a b/.c/..d"] {
            assert_eq!(clean(Path::new(path)), Some(path));
        }
        for path in ["", "a", "./a", "/a/", "/a//b", "/a/./b", "/a/../b", "/a\nb", "//"] {
            assert_eq!(clean(Path::new(path)), None, "{path}");
        }
    }

    #[test]
    fn versions_are_names_and_not_paths_or_patterns() {
        for list in ["system", "3.12", "3.13t:python-3.11.7:pypy3.10-7.3", "3.11.7/envs/mine"] {
            assert!(are_names(list), "{list}");
        }
        for list in ["", ":", "3.12:", "3.*", "..", "../x", "3.12/x", "/x/envs/y", "3.11/envs/..", "a b", "\u{e4}"] {
            assert!(!are_names(list), "{list}");
        }
    }
}
