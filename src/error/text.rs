//! Parts of error messages.

use std::path::{Path, PathBuf};

use crate::facts::Version;

/// Returns a path as a terminal may show it: control characters are escaped.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.chars().map(|c| if c.is_control() { c.escape_default().to_string() } else { c.to_string() }).collect()
}

/// Indents another program's output, to stand on lines of its own below a message.
pub(crate) fn indented(output: &str) -> String {
    output.trim_end().lines().map(|line| format!("\n    {line}")).collect()
}

pub(super) fn old_python(version: Option<Version>) -> String {
    version.map_or_else(|| "a Python before 3.4".to_owned(), |version| format!("Python {version}"))
}

pub(super) fn tried_list(tried: &[(PathBuf, String)]) -> String {
    tried.iter().map(|(program, what)| format!("\n    `{}` {what}", shown(program))).collect()
}

#[allow(clippy::ref_option, reason = "it is a field of an error")]
pub(super) fn no_links(reason: &Option<String>) -> String {
    reason.as_deref().map(|reason| format!("a link to the interpreter is refused ({reason}), and ")).unwrap_or_default()
}

pub(super) fn too_long(length: usize, limit: usize) -> String {
    format!("the path would have {length} bytes, and {limit} are allowed")
}

pub(super) fn own_files(first: &str, others: usize) -> String {
    let more = if others == 0 { String::new() } else { format!(" and {others} more") };
    format!("files that are not an environment's (`{first}`{more})")
}

/// A path in a message about the environment, whose own path is not repeated.
pub(super) fn named(path: &Path, env_dir: &Path) -> String {
    if path == env_dir { "it".to_owned() } else { format!("`{}`", shown(path)) }
}

/// The end of a long output, where a traceback has its reason.
pub(super) fn end_of(output: &str) -> String {
    const LINES: usize = 30;
    const KEPT: usize = 12;
    let lines: Vec<&str> = output.trim_end().lines().collect();
    if lines.len() <= LINES {
        return output.to_owned();
    }
    let cut = lines.len() - KEPT;
    format!("… ({cut} lines before)\n{}", lines[cut..].join("\n"))
}
