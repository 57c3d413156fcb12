//! scaffold
pub struct Values<'a> {
    pub env_dir: &'a str,
    pub prompt: &'a str,
    pub scripts_dir: &'a str,
}
pub struct Script {
    pub name: &'static str,
    pub contents: String,
}
pub fn posix_scripts(_v: &Values<'_>) -> Vec<Script> {
    ["activate", "activate.csh", "activate.fish", "Activate.ps1"]
        .into_iter()
        .map(|name| Script { name, contents: String::new() })
        .collect()
}
pub fn windows_scripts(_v: &Values<'_>) -> Vec<Script> {
    vec![]
}
