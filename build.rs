//! Makes the program start faster with glibc: by its own start (src/bin/rvenv/start.rs), and by libgcc's unwinder,
//! which is linked statically into the program. rustc would link the shared library: finding and mapping that at each
//! start takes a fifth of the time that creating an environment without pip takes.

use std::env;
use std::fs;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let is_native = variable("HOST") == variable("TARGET");
    let is_glibc = variable("CARGO_CFG_TARGET_OS") == "linux" && variable("CARGO_CFG_TARGET_ENV") == "gnu";
    if is_glibc {
        println!("cargo::rustc-cfg=own_start");
    }
    if is_native && is_glibc && has_static_unwinder() {
        // The linker reads a text file in the place of a library as a list of libraries.
        let dir = variable("OUT_DIR");
        if fs::write(Path::new(&dir).join("libgcc_s.so"), "INPUT(-lgcc_eh -lgcc)\n").is_ok() {
            // For the program only: other programs that link the library are left alone.
            println!("cargo::rustc-link-arg-bins=-L{dir}");
        }
    }
}

/// Whether the C compiler, which rustc links with, has the static library: it prints the full path of a library that it
/// finds.
fn has_static_unwinder() -> bool {
    let output = Command::new("cc").arg("-print-file-name=libgcc_eh.a").output();
    output.is_ok_and(|output| Path::new(String::from_utf8_lossy(&output.stdout).trim()).is_absolute())
}
