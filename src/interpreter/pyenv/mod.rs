//! pyenv's shim, and everything on which its choice of an interpreter depends.
//!
//! The choice is not made here a second time: pyenv is asked, and its answer is kept. It holds as long as the
//! [question](Question) is the same and all files that pyenv looks at are unchanged ([`Choice`]). With anything that is
//! not known exactly, there is no question or no choice, and the shim is asked each time.

mod choice;
mod hooks;
mod question;
mod scripts;
mod shim;
mod text;
mod vocabulary;

pub(super) use choice::Choice;
pub(super) use question::Question;
