//! The drop-in for `python -m venv`: a package `venv` in a directory that is put on PYTHONPATH.

use std::fs;
use std::path::{Path, PathBuf};

use crate::interpreter::home;
use crate::pythons::{self, Python};
use crate::testenv::{Outcome, TestEnv};
use crate::wheel::{PACKAGES, SCRIPTS, install, is_of_rvenv, with_packages};

/// The directory of the drop-in, which holds nothing else of rvenv.
fn drop_in(world: &TestEnv, python: &Python) -> PathBuf {
    let printed = with_packages(world, &python.path, PACKAGES).args(["-m", "rvenv.drop_in"]).output().success();
    PathBuf::from(printed.stdout().trim_end())
}

#[apply(slow_test)]
fn with_the_drop_in_python_m_venv_is_rvenv() {
    for python in pythons::with_venv() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        // A directory `venv`, as many call their environments, is no package.
        fs::create_dir(world.path("venv")).unwrap();
        let drop_in = drop_in(&world, python);
        let with = || world.run(&python.path).env("PYTHONPATH", &drop_in);
        let run = |options: &[&str]| with().args(options).args(["-m", "venv", "--without-pip"]);
        run(&[]).arg("e").output().silent_success();
        assert!(is_of_rvenv(&world.path("e")));
        assert_eq!(home(&world.path("e")), python.path.parent().unwrap());
        run(&[]).output().status(2);
        // An interpreter that ignores PYTHONPATH ignores the drop-in.
        for option in ["-I", "-E"] {
            run(&[option]).arg("isolated").output().success();
            assert!(!is_of_rvenv(&world.path("isolated")));
        }
    }
}

#[apply(slow_test)]
fn with_the_drop_in_the_module_venv_is_that_of_the_standard_library() {
    let question = "
import importlib, inspect, pickle, sys, venv
from venv import EnvBuilder
assert pickle.loads(pickle.dumps(EnvBuilder)) is venv.EnvBuilder is EnvBuilder
print(venv.__file__, venv.__spec__.name, venv.__spec__.origin, venv.__path__[-1], inspect.getsourcefile(EnvBuilder),
    sys.modules['venv'] is venv, sorted(vars(venv)))
EnvBuilder(symlinks=True).create('e')
importlib.reload(venv)
print(venv.__file__, venv.__path__[-1], inspect.getsourcefile(venv.EnvBuilder))
";
    for python in pythons::with_venv() {
        let world = TestEnv::new();
        install(&world, PACKAGES, SCRIPTS);
        let run = || world.run(&python.path).args(["-c", question]);
        let with = run().env("PYTHONPATH", drop_in(&world, python)).output().success();
        assert!(!is_of_rvenv(&world.path("e")));
        world.run(world.path("e/bin/python")).args(["-c", "pass"]).output().success();
        let without = run().output().success();
        assert_eq!(with.stdout(), without.stdout());
    }
}

/// Takes the standard library's venv away: it is neither beside `os` nor on `sys.path`.
const WITHOUT_VENV: &str = "
import importlib.util, os, shutil, sys
shadow = sys.path[1]
os.__file__, sys.path[:] = '/nowhere/os.py', [shadow]
";

/// Prints the error of `import venv`.
const TELL: &str = "
try: import venv
except ImportError as e: print(type(e).__name__, e.name, e)
assert 'venv' not in sys.modules
";

fn with_drop_in(python: &Python, code: &[&str]) -> Outcome {
    let world = TestEnv::new();
    install(&world, PACKAGES, SCRIPTS);
    let run = world.run(&python.path).env("PYTHONPATH", drop_in(&world, python));
    run.args(["-c", &code.concat()]).output()
}

/// A Python without venv has no venv with the drop-in, either.
#[apply(test)]
fn the_drop_in_makes_up_no_module() {
    let missing = "ModuleNotFoundError venv No module named 'venv' in the standard library\n";
    for python in pythons::all() {
        let outcome = with_drop_in(python, &[WITHOUT_VENV, TELL]).success();
        assert_eq!(outcome.stdout(), missing, "{outcome}");
        // Some freezers leave out where a module was.
        let outcome = with_drop_in(python, &[WITHOUT_VENV, "del os.__file__\n", TELL]).success();
        assert_eq!(outcome.stdout(), missing, "{outcome}");
    }
}

/// A freezer puts all modules into one place, and takes the drop-in for the module.
#[apply(test)]
fn in_a_frozen_program_the_drop_in_says_why_there_is_no_venv() {
    let frozen = "os.__file__ = os.path.join(shadow, 'os.py')\n";
    for (mark, why) in [
        ("", "in the standard library"),
        ("sys.frozen = True", "in this program: it was built with rvenv's drop-in on PYTHONPATH; build it without"),
    ] {
        let outcome = with_drop_in(&pythons::all()[0], &[WITHOUT_VENV, frozen, mark, TELL]).success();
        assert_eq!(outcome.stdout(), format!("ModuleNotFoundError venv No module named 'venv' {why}\n"), "{outcome}");
    }
}

#[apply(test)]
fn two_drop_ins_do_not_look_for_each_other() {
    let copy = "
shutil.copytree(shadow, 'copy')
sys.path.append(os.path.abspath('copy'))
";
    let outcome = with_drop_in(&pythons::all()[0], &[WITHOUT_VENV, copy, TELL]).success();
    assert_eq!(outcome.stdout(), "ModuleNotFoundError venv No module named 'venv' in the standard library\n");
}

/// A finder of an application, or of an interpreter that has its modules built in.
#[apply(test)]
fn another_finder_may_have_the_module() {
    let finder = "
class Finder:
    def find_spec(self, name, path=None, target=None):
        assert path is None or name != 'venv'
        return importlib.util.spec_from_loader(name, self, is_package=True) if name == 'venv' else None
    def create_module(self, spec): pass
    def exec_module(self, module): module.EnvBuilder = 'found'
sys.meta_path.append(Finder())
import venv
print(venv.EnvBuilder, sys.modules['venv'] is venv, venv.__spec__.loader is sys.meta_path[-1])
";
    for python in pythons::all() {
        let outcome = with_drop_in(python, &[WITHOUT_VENV, finder]).success();
        assert_eq!(outcome.stdout(), "found True True\n", "{outcome}");
    }
}

/// A library of another's, which a distribution may have moved.
#[apply(test)]
fn the_module_is_found_on_the_path_behind_the_drop_in() {
    let moved = "
os.makedirs('lib/venv')
with open('lib/venv/__init__.py', 'w') as file: file.write('EnvBuilder = 1')
sys.path.append('lib')
import venv
print(venv.EnvBuilder)
";
    let outcome = with_drop_in(&pythons::all()[0], &[WITHOUT_VENV, moved]).success();
    assert_eq!(outcome.stdout(), "1\n");
}

/// Compares the stub, which is valid Python, with the module: public names, parameters and defaults.
const COMPARE: &str = "
import __future__, inspect, sys, venv
stub = {'__name__': 'stub'}
path = sys.argv[1]
# Annotations are not evaluated: those of today mean nothing to older versions.
with open(path) as file: code = compile(file.read(), path, 'exec', __future__.annotations.compiler_flag)
exec(code, stub)
def public(names):
    return sorted(name for name, value in names.items() if name[0] != '_' and not inspect.ismodule(value))
own = {name: value for name, value in stub.items() if getattr(value, '__module__', 'stub') == 'stub'}
declared = sorted(public(own) + list(stub['__annotations__']))
assert declared == public(vars(venv)), (declared, public(vars(venv)))
def shape(function):
    return [(each.name, each.kind, each.default) for each in inspect.signature(function).parameters.values()]
pairs = [(stub[name], getattr(venv, name)) for name in ('create', 'main')]
methods, real = vars(stub['EnvBuilder']), vars(venv.EnvBuilder)
assert public(methods) == public(real), (public(methods), public(real))
pairs += [(methods[name], real[name]) for name in public(real) + ['__init__']]
for one, other in pairs:
    assert shape(one) == shape(other), (one, shape(one), shape(other))
attributes = sorted(methods['__annotations__'])
assert attributes == sorted(vars(venv.EnvBuilder())), attributes
";

/// Type checkers take the package `venv` for the module, and read its stub.
#[apply(test)]
fn the_stub_declares_what_the_module_has() {
    let stub = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/python/rvenv/shadow/venv/__init__.pyi");
    // Before 3.7, annotations are evaluated.
    for python in pythons::with_venv().into_iter().filter(|python| python.minor > 6) {
        TestEnv::new().run(&python.path).args(["-c", COMPARE]).arg(&stub).output().success();
    }
}
