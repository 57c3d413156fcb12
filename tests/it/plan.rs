//! Golden plans, for interpreters that need not be installed here. `RVENV_BLESS=1 cargo test` rewrites them.

mod occupied;
mod windows;

use std::path::PathBuf;

use rvenv::EnvDir;
use rvenv::config::{Config, Existing, InterpreterLink, Pip, Prompt, ScmIgnore, SystemSitePackages};
use rvenv::facts::{Facts, Os, RelPath, Scheme};
use rvenv::plan::{Occupant, Occupied, Plan, plan};

use crate::committed;

/// A CPython on Linux, in `/usr/bin`.
pub(crate) fn linux(minor: u32) -> Facts {
    let (version, real_executable) = (format!("3.{minor}.1"), format!("/usr/bin/python3.{minor}"));
    let answers = [
        ("version", &*version),
        ("implementation", "cpython"),
        ("os", "posix"),
        ("platform", "linux"),
        ("executable", "/usr/bin/python3"),
        ("real-executable", &real_executable),
        ("home", "/usr/bin"),
        ("exe-name", "python3"),
        ("64-bit", "yes"),
        ("utf8-file-names", "yes"),
        ("free-threaded", "no"),
        ("ensurepip", "yes"),
        ("itself", "yes"),
        ("sure", "yes"),
    ];
    let facts = Facts::from_answers(&answers.map(|(key, value)| (key.as_bytes(), value.as_bytes()))).unwrap();
    with!(facts, scheme: (minor >= 11).then(|| posix_scheme(&format!("python3.{minor}"), "lib")))
}

fn posix_scheme(name: &str, platlibdir: &str) -> Scheme {
    Scheme {
        scripts: path("bin"),
        purelib: path(&format!("lib/{name}/site-packages")),
        platlib: path(&format!("{platlibdir}/{name}/site-packages")),
        include: path(&format!("include/{name}")),
    }
}

fn path(text: &str) -> RelPath {
    RelPath::parse(text, Os::Posix).unwrap()
}

fn env_dir(text: &str, name: &str) -> EnvDir {
    EnvDir { path: PathBuf::from(text), text: text.to_owned(), name: name.to_owned() }
}

fn on_posix() -> EnvDir {
    env_dir("/home/me/env", "env")
}

/// Compares a plan with the one in `golden/NAME.txt`.
#[track_caller]
fn assert_golden(name: &str, facts: &Facts, config: &Config, env_dir: &EnvDir) {
    assert_golden_at(name, &plan(facts, config, env_dir, &Occupant::Vacant));
}

/// [`assert_golden`] for an ENV_DIR that is not empty.
#[track_caller]
fn assert_golden_over(name: &str, facts: &Facts, config: &Config, env_dir: &EnvDir, occupied: Occupied) -> Plan {
    let plan = plan(facts, config, env_dir, &Occupant::Occupied(occupied));
    assert_golden_at(name, &plan);
    plan
}

#[track_caller]
fn assert_golden_at(name: &str, plan: &Plan) {
    // `pyvenv.cfg` has rvenv's version, which should not change all golden files.
    let found = plan.to_string().replace(env!("CARGO_PKG_VERSION"), "VERSION");
    committed::assert_current(&committed::file(&format!("tests/it/golden/{name}.txt")), &found);
}

#[apply(test)]
fn the_plan_for_a_current_python_on_linux() {
    assert_golden("linux-3.13", &linux(13), &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_a_python_without_a_venv_scheme() {
    assert_golden("linux-3.8", &linux(8), &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_python_3_14_has_pi_and_a_plain_include() {
    assert_golden("linux-3.14", &linux(14), &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_python_3_15_where_lib64_is_the_platlib() {
    let facts = with!(linux(15), scheme: Some(posix_scheme("python3.15", "lib64")));
    assert_golden("fedora-3.15", &facts, &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_a_free_threaded_python() {
    let facts = with!(linux(13), scheme: Some(posix_scheme("python3.13t", "lib")),
        executable: "/opt/py/bin/python3.13t".to_owned(),
        home: "/opt/py/bin".to_owned(),
        exe_name: "python3.13t".to_owned(),
        free_threaded: true);
    assert_golden("linux-3.13t", &facts, &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_pypy_has_its_own_names_too() {
    let facts = with!(linux(11), implementation: "pypy".to_owned(),
        scheme: Some(posix_scheme("pypy3.11", "lib")),
        executable: "/opt/pypy/bin/pypy3".to_owned(),
        real_executable: "/opt/pypy/bin/pypy3.11".to_owned(),
        home: "/opt/pypy/bin".to_owned(),
        exe_name: "pypy3".to_owned());
    assert_golden("pypy-3.11", &facts, &Config::default(), &on_posix());
}

/// The facts of an interpreter that was run as `dir/name`, a link to `real`.
fn run_as(dir: &str, name: &str, real: &str, facts: Facts) -> Facts {
    with!(facts, executable: format!("{dir}/{name}"),
        real_executable: real.to_owned(),
        home: dir.to_owned(),
        exe_name: name.to_owned())
}

/// A Homebrew Python: the link below `opt` stays when the version in the Cellar is removed.
#[apply(test)]
fn the_plan_on_macos_has_no_lib64_and_keeps_the_name_of_a_framework() {
    let facts = with!(linux(13), os: Os::MacOs);
    let real = "/opt/homebrew/Cellar/python@3.13/3.13.1/Frameworks/Python.framework/Versions/3.13/bin/python3.13";
    let facts = run_as("/opt/homebrew/opt/python@3.13/bin", "python3.13", real, facts);
    assert_golden("macos-3.13", &facts, &Config::default(), &on_posix());
}

/// python.org's free-threaded Python is a framework of its own. The copied file is the stub that starts it.
#[apply(test)]
fn the_plan_for_copies_of_a_framework() {
    let bin = "/Library/Frameworks/PythonT.framework/Versions/3.14/bin";
    let scheme = Some(posix_scheme("python3.14t", "lib"));
    let facts = with!(linux(14), os: Os::MacOs, free_threaded: true, scheme);
    let facts = run_as(bin, "python3.14t", &format!("{bin}/python3.14t"), facts);
    let config = with!(Config::default(), interpreter_link: InterpreterLink::Copy);
    assert_golden("macos-3.14t-copies", &facts, &config, &on_posix());
}

#[apply(test)]
fn the_plan_for_a_python_of_conda() {
    let facts = run_as("/opt/conda/bin", "python", "/opt/conda/bin/python3.12", linux(12));
    assert_golden("conda-3.12", &facts, &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_for_a_python_run_from_its_build_tree() {
    let facts = run_as("/src/cpython", "python", "/src/cpython/python", linux(14));
    assert_golden("build-tree-3.14", &facts, &Config::default(), &on_posix());
}

#[apply(test)]
fn the_plan_with_every_option() {
    let prompt = Prompt::Custom { given: "my \"pro\"\n$x'y".to_owned(), text: "my \"pro\"\n$x'y".to_owned() };
    let config = with!(Config::default(),
        interpreter_link: InterpreterLink::Copy,
        existing: Existing::Clear,
        site_packages: SystemSitePackages::Visible,
        prompt,
        pip: Pip::Omit,
        upgrade_deps: true,
        scm_ignore: ScmIgnore::Nothing);
    assert_golden("linux-every-option", &linux(11), &config, &on_posix());
}

#[apply(test)]
fn the_plan_hides_the_packages_of_the_base_interpreter_from_ensurepip() {
    let config = with!(Config::default(), site_packages: SystemSitePackages::Visible);
    assert_golden("linux-system-site-packages", &linux(13), &config, &on_posix());
}

#[apply(test)]
fn the_plan_of_an_upgrade_writes_no_scripts() {
    let config = with!(Config::default(), existing: Existing::Upgrade);
    assert_golden("linux-upgrade", &linux(12), &config, &on_posix());
}
