//! Any `pyvenv.cfg` can be read, and the values that rvenv writes are read back as intended: no value adds a key.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rvenv::Config;
use rvenv::config::{Prompt, SystemSitePackages};
use rvenv::facts::Facts;
use rvenv::pyvenv_cfg;

const KEYS: [&str; 8] =
    ["home", "include-system-site-packages", "version", "version_info", "prompt", "executable", "command", "rvenv"];

fuzz_target!(|text: &str| {
    read(text);
    let mut fields = text.split('\0');
    let mut field = || fields.next().unwrap_or_default();
    let _ = write_and_read(field(), field(), field(), field());
});

fn read(text: &str) {
    for value in KEYS.iter().filter_map(|key| pyvenv_cfg::value(text, key)) {
        assert_eq!(value, value.trim());
        assert!(!value.contains('\n') && text.contains(value));
    }
    let _ = (pyvenv_cfg::prompt(text), pyvenv_cfg::site_packages(text));
    if let Some(name) = pyvenv_cfg::versioned_python(text) {
        // The name is looked up in a directory, and must not lead out of it.
        assert!(name.starts_with("python") && !name.contains(['/', '\\']), "{name}");
    }
}

/// Writes a `pyvenv.cfg` and reads it back, or returns `None` if the interpreter's answers or ENV_DIR are rejected.
fn write_and_read(home: &str, executable: &str, env_dir: &str, prompt: &str) -> Option<()> {
    let texts = [
        ("version", "3.13.0"),
        ("implementation", "cpython"),
        ("os", if home.contains('\\') { "nt" } else { "posix" }),
        ("platform", "linux"),
        ("executable", executable),
        ("real-executable", executable),
        ("home", home),
        ("exe-name", "python3"),
        ("64-bit", "yes"),
        ("utf8-file-names", "yes"),
        ("free-threaded", "no"),
        ("ensurepip", "yes"),
        ("itself", "yes"),
        ("sure", "yes"),
    ];
    let answers: Vec<_> = texts.iter().map(|(key, value)| (key.as_bytes(), value.as_bytes())).collect();
    let facts = Facts::from_answers(&answers).ok()?;
    let env_dir = rvenv::EnvDir::resolve(env_dir.as_ref(), Some("/".as_ref())).ok()?;
    let mut config = Config::default();
    config.prompt = Prompt::Custom { given: prompt.to_owned(), text: prompt.to_owned() };
    if prompt.len() % 2 == 0 {
        config.site_packages = SystemSitePackages::Visible;
    }
    let text = pyvenv_cfg::render(&facts, &config, &env_dir.text);
    let value = |key| pyvenv_cfg::value(&text, key);
    assert_eq!(value("home"), Some(home.trim()));
    assert_eq!(value("executable"), Some(executable.trim()));
    assert_eq!(value("version"), Some("3.13.0"));
    assert_eq!(pyvenv_cfg::prompt(&text).as_deref(), Some(prompt));
    assert_eq!(pyvenv_cfg::site_packages(&text), Some(config.site_packages));
    assert!(value("command")?.ends_with(env_dir.text.trim_end()));
    // No more lines than keys were written, also with `\r` as a line ending.
    assert_eq!(text.replace('\r', "\n").lines().filter(|line| !line.is_empty()).count(), 7, "{text:?}");
    Some(())
}
