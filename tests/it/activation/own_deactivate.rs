//! A command `deactivate` of the user's own, as an alias or a function: no activation runs it, and it is there again
//! after `deactivate`.

use std::fs;

use super::{Family, Shell, World, bare_command, in_every_shell, needs_shell, quiet_success};

/// A session in sections. `$OWN` defines the command, which is described and run before and after activations, and is
/// deleted at last.
const SH: &str = r#"
[ -z "${BASH_VERSION-}" ] || shopt -s expand_aliases
other () { echo "$@"; }
alias other='other -x'
. "$OWN"
describe () {
    # mksh says on its standard output that there is no alias.
    if alias 'deactivate' >/dev/null 2>&1; then alias ${ZSH_VERSION:+-L} 'deactivate'; fi
    [ "${KSH_VERSION-}${BASH_VERSION-}${ZSH_VERSION-}" = "" ] || typeset -fp 'deactivate' 2>/dev/null || :
}
run () {
    eval 'deactivate one "t  wo"' 2>/dev/null || :
    'deactivate' one "t  wo" 2>/dev/null || :
}
describe
run
echo '=='
. "$A/bin/activate"
. "$A/bin/activate"
. "$B/bin/activate"
/usr/bin/env | grep -a '^BASH_FUNC' || :
deactivate nondestructive
. "$A/bin/activate"
deactivate
echo '=='
describe
run
echo '=='
unalias 'deactivate' 2>/dev/null || :
unset -f 'deactivate' 2>/dev/null || :
. "$A/bin/activate"
deactivate
describe
run
"#;

const CSH: &str = r#"
source "$OWN"
alias deactivate
eval 'deactivate one "t  wo"'
echo '=='
source "$A/bin/activate.csh"
source "$A/bin/activate.csh"
source "$B/bin/activate.csh"
deactivate nondestructive
source "$A/bin/activate.csh"
deactivate
echo '=='
alias deactivate
set lines = "`alias deactivate`"
if ( $#lines ) eval 'deactivate one "t  wo"'
if ( $?_OLD_VIRTUAL_ALIAS ) echo left behind
echo '=='
unalias deactivate
source "$A/bin/activate.csh"
deactivate
alias deactivate
"#;

const FISH: &str = r#"
source $OWN
functions --no-details deactivate
deactivate one "t  wo"
echo '=='
source $A/bin/activate.fish
source $A/bin/activate.fish
source $B/bin/activate.fish
deactivate nondestructive
source $A/bin/activate.fish
deactivate
echo '=='
if functions -q deactivate
    functions --no-details deactivate
    deactivate one "t  wo"
end
echo '=='
functions -e deactivate
source $A/bin/activate.fish
deactivate
functions -a -n | string match '*deactivate*'; or true
"#;

fn world() -> World {
    let world = World::new();
    world.environment("a", "a", "a");
    world.environment("b", "b", "b");
    world
}

/// The output before and after the activations of a session in which `own` is the user's definition. Nothing may be
/// printed meanwhile, nor once the definition is deleted.
fn before_and_after(world: &World, shell: &Shell, own: &str) -> (String, String) {
    let out = world.root.path().join(shell.command.concat());
    fs::create_dir_all(&out).expect("a directory");
    let text = match shell.family {
        Family::Sh => SH,
        Family::Csh => CSH,
        Family::Fish => FISH,
    };
    fs::write(out.join("own"), own.to_owned() + "\n").expect("the definition");
    fs::write(out.join("session"), text).expect("the session");
    let mut command = shell.command(world);
    command.env("A", world.root.path().join("a")).env("B", world.root.path().join("b"));
    let report = quiet_success(command.env("OWN", out.join("own")).arg(out.join("session")));
    let sections: Vec<_> = report.split("==\n").collect();
    let [before, "", after, ""] = sections[..] else { panic!("{:?}: {own}\n{report}", shell.command) };
    (before.to_owned(), after.to_owned())
}

fn assert_comes_back(world: &World, shell: &Shell, own: &str) {
    let (before, after) = before_and_after(world, shell, own);
    assert!(before.contains("mine") && before.contains("$(touch pwned)"), "{:?}: {before}", shell.command);
    assert_eq!(after, before, "{:?}", shell.command);
}

const ALIAS: &str = r#"deactivate='echo "it'\''s mine" '\''$(touch pwned) `touch pwned`'\'' \\ \! "two
lines" ; other'"#;

/// The function has a name in it that is an alias, which is expanded once.
const FUNCTION: &str = r#"deactivate () {
    other "it's mine" "$2" $# '$(touch pwned) `touch pwned`' "\\ \" \$x" \' # a comment
    case $1 in
        one) echo 'two
lines' ;;
    esac
}"#;

#[apply(test)]
fn an_alias_comes_back() {
    let world = world();
    in_every_shell(|shell| match shell.family {
        // ksh93 reads the whole script before it runs the `unalias` in it.
        Family::Sh if shell.command[0] == "ksh93" => {}
        Family::Sh => {
            assert_comes_back(&world, shell, &format!("alias {ALIAS}"));
            if shell.command[0] == "zsh" {
                assert_comes_back(&world, shell, &format!("alias -g {ALIAS}"));
            }
        }
        Family::Csh => {
            let text =
                r#"alias deactivate 'echo "it'\''s mine" '\''$(touch pwned) `touch pwned`'\'' \\ "$HOME" \!* ; "#;
            for own in [format!("{text}echo more'"), format!("{text}\\\necho more'")] {
                assert_comes_back(&world, shell, &own);
            }
        }
        Family::Fish => {}
    });
    world.assert_nothing_was_executed();
}

#[apply(test)]
fn a_function_comes_back() {
    let world = world();
    in_every_shell(|shell| match (shell.family, shell.command[0]) {
        // dash and busybox cannot print a function.
        (Family::Sh, "dash" | "busybox") | (Family::Csh, _) => {}
        (Family::Sh, "ksh93") => assert_comes_back(&world, shell, FUNCTION),
        (Family::Sh, name) => {
            assert_comes_back(&world, shell, FUNCTION);
            assert_comes_back(&world, shell, &format!("{FUNCTION}\nalias {ALIAS}"));
            if name == "bash" {
                assert_comes_back(&world, shell, &format!("{FUNCTION}\nexport -f deactivate"));
            }
        }
        (Family::Fish, _) => {
            let own = r#"function deactivate -d "it's mine" -a first; echo 'it\'s mine $(touch pwned)' "$argv" \
                "two
lines"; end"#;
            assert_comes_back(&world, shell, own);
        }
    });
    world.assert_nothing_was_executed();
}

/// ksh93 prints a wrong text of such functions, which must not be executed.
#[apply(test)]
fn a_function_that_ksh93_cannot_print_does_not_come_back() {
    needs_shell("ksh93");
    let world = world();
    let definitions = [
        "eval 'deactivate () { echo first; }'\ndeactivate () {\necho mine\n}",
        "deactivate () {\ncat <<E\n$(echo mine)\nE\n[ $? = 0 ] && { echo 'touch pwned'\n}\n}",
    ];
    for (number, definition) in definitions.iter().enumerate() {
        let script = world.root.path().join(number.to_string());
        let session = ". \"$R/a/bin/activate\"\ndeactivate\ncommand -v deactivate || echo gone\n";
        fs::write(&script, format!("{definition}\n{session}")).expect("the script");
        let mut command = bare_command("ksh93", &world);
        assert_eq!(quiet_success(command.env("R", world.root.path()).arg(script)), "gone\n");
    }
    world.assert_nothing_was_executed();
}

#[apply(test)]
fn the_function_that_fish_has_last_comes_back() {
    needs_shell("fish");
    let world = world();
    let code = "function deactivate; echo first; end; source $R/a/bin/activate.fish; \
                function deactivate; echo last; end; source $R/b/bin/activate.fish; deactivate; deactivate";
    let mut command = bare_command("fish", &world);
    command.env("R", world.root.path()).args(["--no-config", "-c", code]);
    assert_eq!(quiet_success(&mut command), "last\n");
}

/// A `deactivate` that belongs to an environment, active or left by `deactivate nondestructive`, is nobody's own.
#[apply(test)]
fn the_command_of_another_environment_does_not_come_back() {
    let world = world();
    in_every_shell(|shell| {
        let others: &[&str] = match shell.family {
            Family::Sh => &[
                "deactivate () { echo \"${_OLD_VIRTUAL_PATH-}\"; }",
                "deactivate () { echo a wrapper; }; _OLD_VIRTUAL_PATH=$PATH",
            ],
            Family::Csh => &["alias deactivate 'echo $?_OLD_VIRTUAL_PATH'"],
            Family::Fish => &["function deactivate; set -q _OLD_VIRTUAL_PATH; end"],
        };
        for other in others {
            assert_eq!(before_and_after(&world, shell, other).1, "", "{:?}: {other}", shell.command);
        }
    });
}
