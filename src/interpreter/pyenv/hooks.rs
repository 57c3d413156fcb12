//! The hooks of pyenv: scripts that may change its choice.

use std::path::Path;

use twox_hash::XxHash3_128;

use crate::cache::Seen;
use crate::fs;

/// The commands of a shim's way whose hooks are run.
const COMMANDS: [&str; 3] = ["exec", "version-name", "which"];

/// The directories of hooks that belong to the system.
const OF_SYSTEM: [&str; 4] = ["/usr/etc/pyenv.d", "/usr/local/etc/pyenv.d", "/etc/pyenv.d", "/usr/lib/pyenv/hooks"];

/// The places of Homebrew's programs; the hooks of a pyenv that is installed there are there, too.
const HOMEBREW: [&str; 2] = ["/opt/homebrew", "/home/linuxbrew/.linuxbrew"];

/// The limit of a hook's size in bytes.
const MAX_BYTES: u64 = 1 << 14;

/// pyenv's own hook, which runs another program for pip, and for any command that lies in its directory.
const PIP_REHASH: (&str, u128) = ("exec/pip-rehash.bash", 0xec78_4dd2_804e_e2f8_fbed_6e96_926b_aa2a);

/// The hooks of pyenv-virtualenv, which look for a command that the chosen version lacks.
const OF_VIRTUALENV: [(&str, u128); 3] = [
    ("which/conda.bash", 0xd9a7_a4f7_769a_54f7_4e82_1deb_c153_b2a4),
    ("which/python-config.bash", 0xf31f_fad1_36dc_bab8_5045_aab6_a020_8dca),
    ("which/system-site-packages.bash", 0x128c_3a01_dd29_190b_13ed_5ca5_9869_d156),
];

/// The hooks that are there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Hooks {
    /// No hook changes the choice.
    Neutral,
    /// Hooks of pyenv-virtualenv are among them.
    OfVirtualenv,
}

/// The directories of hooks beside a pyenv's own, which is installed in `prefix`.
pub(super) fn system_dirs(prefix: &str) -> impl Iterator<Item = String> {
    let of_homebrew = HOMEBREW.into_iter().filter(move |dir| prefix.starts_with(dir));
    OF_SYSTEM.into_iter().map(str::to_owned).chain(of_homebrew.map(|dir| format!("{dir}/etc/pyenv.d")))
}

/// Looks at the hooks in these directories. Returns `None` if one is not known: it may do anything.
pub(super) fn look(dirs: &[String], command: &str, seen: &mut Seen) -> Option<Hooks> {
    let mut hooks = Hooks::Neutral;
    for dir in dirs {
        for of in COMMANDS {
            for name in scripts(dir, of, seen)? {
                let path = format!("{dir}/{of}/{name}");
                let known = (&*format!("{of}/{name}"), XxHash3_128::oneshot(seen.text(&path, MAX_BYTES)?.as_bytes()));
                // A hook finds its directory by the links that lead to it.
                let is_link = fs::read_link(Path::new(&path)).is_some();
                match known {
                    PIP_REHASH
                        if !is_link && !seen.names(path.trim_end_matches(".bash"))?.contains(&command.to_owned()) => {}
                    _ if OF_VIRTUALENV.contains(&known) => hooks = Hooks::OfVirtualenv,
                    _ => return None,
                }
            }
        }
    }
    Some(hooks)
}

/// The names of the hooks of a command in a directory.
fn scripts(dir: &str, command: &str, seen: &mut Seen) -> Option<Vec<String>> {
    seen.file_in(dir, command);
    let path = format!("{dir}/{command}");
    let mut names = if fs::exists(Path::new(&path)) { seen.names(&path)? } else { Vec::new() };
    names.retain(|name| name.strip_suffix(".bash").is_some() && !name.starts_with('.'));
    Some(names)
}
