//! The shim itself: a script with two values in it, the root and the program.

use twox_hash::XxHash3_128;

use super::text::{clean, is_plain};
use crate::cache::Seen;

/// The limit of a shim's size in bytes; a shim has some three hundred.
const MAX_BYTES: u64 = 4096;

/// The digests of pyenv's shims with their values taken out: the older ones know no other place than that in the root.
const SHIMS: [u128; 2] = [0x7729_23c5_5c0b_8a7b_9c78_9e5d_760f_ddab, 0x1806_095c_a12d_e08b_c516_4be8_4e2a_8111];

/// The values in a shim.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Shim {
    /// The root, in which the versions are.
    pub(super) root: String,
    /// The program `pyenv`.
    pub(super) program: String,
}

impl Shim {
    /// Reads a shim. Anything else than a shim that is known is `None`.
    pub(super) fn read(path: &str, seen: &mut Seen) -> Option<Self> {
        let text = seen.text(path, MAX_BYTES)?;
        let value = |before: &str, after: &str| {
            let rest = &text[text.find(before)? + before.len()..];
            rest.find(after).map(|end| rest[..end].to_owned())
        };
        let root = value("export PYENV_ROOT=\"", "\"")?;
        let program = value("exec \"", "\" exec ")?;
        let is_path = |path: &str| clean(path.as_ref()).is_some() && is_plain(path) && path != "/";
        if !is_path(&root) || !is_path(&program) {
            return None;
        }
        let text = text.replace(&format!("\"{program}\""), "PROGRAM").replace(&root, "ROOT");
        SHIMS.contains(&XxHash3_128::oneshot(text.as_bytes())).then_some(Self { root, program })
    }
}
