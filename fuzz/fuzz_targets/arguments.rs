//! Any arguments are either read or rejected with a message.
#![no_main]

// Items that only the program uses are dead code here.
#[allow(dead_code)]
#[path = "../../src/bin/rvenv/args.rs"]
mod args;

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use args::Args;
use libfuzzer_sys::fuzz_target;
use rvenv::EnvDir;
use rvenv::config::Prompt;

fuzz_target!(|bytes: &[u8]| {
    // Arguments cannot contain NUL, so that NUL can separate them.
    let words: Vec<&OsStr> = bytes.split(|byte| *byte == 0).map(OsStr::from_bytes).collect();
    let arguments: Vec<OsString> =
        std::iter::once(OsStr::new("rvenv")).chain(words.iter().copied()).map(OsStr::to_owned).collect();
    // A program may be started without any argument, even without its name.
    let _ = Args::read(&[]);
    let args = match Args::read(&arguments) {
        Ok(args) => args,
        Err(error) => {
            let text = error.render().to_string();
            assert!(!text.trim().is_empty());
            // Only help and version are not errors, and they are not options after `--`.
            let mut options = words.iter().map(|word| word.as_bytes()).take_while(|word| *word != b"--");
            let is_asked =
                options.any(|word| [&b"-h"[..], b"-V", b"--h", b"--v"].iter().any(|it| word.starts_with(it)));
            assert!(error.use_stderr() || is_asked, "{text}");
            return;
        }
    };
    assert!(!args.env_dirs.is_empty());
    assert!(
        args.env_dirs.iter().all(|env_dir| words.contains(&env_dir.as_os_str())),
        "an ENV_DIR is one of the arguments"
    );
    let cwd = Path::new("/home/me");
    if let Ok(config) = args.config(Some(cwd)) {
        if let Prompt::Custom { given, text } = &config.prompt {
            assert_eq!(text == given, given != "." || text == ".");
        }
    }
    for env_dir in args.env_dirs.iter().filter_map(|given| EnvDir::resolve(given, Some(cwd)).ok()) {
        assert!(env_dir.path.is_absolute() && env_dir.path.ends_with(&env_dir.name));
        assert_eq!(EnvDir::resolve(env_dir.path.as_os_str(), None).ok(), Some(env_dir.clone()), "made absolute once");
    }
});
