//! Links libgcc's unwinder into the program, where rustc would have it loaded at each start: finding and mapping one
//! more shared library takes a fifth of the time in which an environment without pip is made.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let is_native = variable("HOST") == variable("TARGET");
    let is_glibc = variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    if is_native && is_glibc && has_static_unwinder() {
        // The linker takes a text in the place of a library for a list of the libraries that are meant.
        let dir = variable("OUT_DIR");
        if fs::write(Path::new(&dir).join("libgcc_s.so"), "INPUT(-lgcc_eh -lgcc)\n").is_ok() {
            // For the program only: whoever links the library into another one is left alone.
            println!("cargo::rustc-link-arg-bins=-L{dir}");
        }
    }
}

/// Whether the C compiler, by which rustc links, has the static library. It prints a full path of what it finds.
fn has_static_unwinder() -> bool {
    let output = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
}
