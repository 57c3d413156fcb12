//! Scripts that are run or sourced, their messages, and the user's own settings around them.

use std::fs;

use rvenv::activation::{Values, windows_scripts};

use super::{Family, Shell, World, bare_command, in_every_shell, needs_shell, quiet_success, run};
use crate::fake_python::write_program;

impl Shell {
    /// A command that runs code in this shell, with `$E` as the environment.
    fn code(&self, world: &World, code: &str) -> std::process::Command {
        let mut command = self.command(world);
        command.env("E", world.root.path().join("e")).env("PS1", "$ ").args(["-c", code]);
        command
    }

    /// The code that sources the activation script of `$E`.
    fn activate(&self) -> &'static str {
        match self.family {
            Family::Sh => ". \"$E/bin/activate\"",
            Family::Csh => "source \"$E/bin/activate.csh\"",
            Family::Fish => "source $E/bin/activate.fish",
        }
    }
}

#[apply(test)]
fn a_script_that_is_run_says_so_and_fails() {
    let world = World::new();
    let dir = world.environment("e nv", "e", "e");
    in_every_shell(|shell| {
        let script = shell.family.script();
        for path in [dir.join("bin").join(script), format!("bin/{script}").into()] {
            let output = run(shell.command(&world).current_dir(&dir).arg(&path));
            let complaint = String::from_utf8_lossy(&output.stderr);
            assert!(complaint.contains("does nothing when run"), "{:?} {}: {complaint}", shell.command, path.display());
            assert_eq!(output.status.code(), Some(1), "{:?}", shell.command);
            assert!(output.stdout.is_empty(), "{:?}", shell.command);
        }
    });
}

#[apply(test)]
fn a_script_that_is_sourced_is_not_taken_for_one_that_is_run() {
    let world = World::new();
    world.environment("e", "e", "e");
    in_every_shell(|shell| {
        let seen = format!("{}; /usr/bin/printenv VIRTUAL_ENV_PROMPT", shell.activate());
        assert_eq!(quiet_success(&mut shell.code(&world, &seen)), "e\n");
        // Sourced by a script of the same name, elsewhere.
        let elsewhere = world.root.path().join(shell.command.concat());
        fs::create_dir_all(elsewhere.join("bin")).expect("a directory");
        let script = format!("bin/{}", shell.family.script());
        fs::write(elsewhere.join(&script), seen.replace("; ", "\n") + "\n").expect("a script");
        let mut command = shell.command(&world);
        command.env("E", world.root.path().join("e")).current_dir(elsewhere).arg(script);
        assert_eq!(quiet_success(&mut command), "e\n");
        // Sourced while $0 is the script itself, which only these shells can tell from a run.
        if ["bash", "zsh"].contains(&shell.command[0]) {
            let code = ". \"$0\"; echo \"$VIRTUAL_ENV_PROMPT\"";
            let mut command = shell.code(&world, code);
            assert_eq!(quiet_success(command.arg(world.root.path().join("e/bin/activate"))), "e\n");
        }
        // Sourced by a function.
        if shell.family == Family::Sh {
            let code = format!("go () {{ {}; }}; go; echo \"$VIRTUAL_ENV_PROMPT\"; deactivate", shell.activate());
            assert_eq!(quiet_success(&mut shell.code(&world, &code)), "e\n");
        }
    });
}

#[apply(test)]
fn an_environment_without_its_python_is_activated_with_one_warning() {
    let world = World::new();
    let dir = world.environment("e", "e", "e");
    fs::remove_file(dir.join("bin/python")).expect("a python to lose");
    in_every_shell(|shell| {
        let code = format!("{}; /usr/bin/printenv VIRTUAL_ENV_PROMPT", shell.activate());
        let output = run(&mut shell.code(&world, &code));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "e\n", "{:?}", shell.command);
        let warning = String::from_utf8_lossy(&output.stderr);
        assert_eq!(warning.lines().count(), 1, "{:?}: {warning}", shell.command);
        assert!(warning.contains("no Python is found"), "{:?}: {warning}", shell.command);
    });
}

#[apply(test)]
fn the_prompt_is_left_alone_on_request() {
    let world = World::new();
    world.environment("e", "e", "e");
    in_every_shell(|shell| {
        let (disable, show) = match shell.family {
            Family::Sh => ("VIRTUAL_ENV_DISABLE_PROMPT=1; PS1='> '", "echo \"[$PS1]\""),
            Family::Csh => ("set VIRTUAL_ENV_DISABLE_PROMPT; set prompt = '> '", "echo \"[$prompt]\""),
            Family::Fish => (
                "set VIRTUAL_ENV_DISABLE_PROMPT 1; function fish_prompt; printf '> '; end",
                "echo \"[\"(fish_prompt)\"]\"",
            ),
        };
        let code = format!("{disable}; {}; {show}; eval deactivate; {show}", shell.activate());
        assert_eq!(quiet_success(&mut shell.code(&world, &code)), "[> ]\n[> ]\n");
    });
}

#[apply(test)]
fn an_alias_called_deactivate_does_not_break_the_function() {
    let world = World::new();
    world.environment("e", "e", "e");
    in_every_shell(|shell| {
        // ksh93 reads the whole file before it runs the `unalias` in it.
        if shell.family == Family::Sh && shell.command[0] != "ksh93" {
            let expand = "if [ -n \"${BASH_VERSION-}\" ]; then shopt -s expand_aliases; fi";
            let code = format!("{expand}\nalias deactivate='echo alias'\n{}\ndeactivate\n", shell.activate());
            assert_eq!(quiet_success(&mut shell.code(&world, &code)), "");
        }
    });
}

#[apply(test)]
fn an_entry_that_was_there_before_stays_where_zsh_keeps_entries_unique() {
    needs_shell("zsh");
    let world = World::new();
    let dir = world.environment("e", "e", "e");
    let code = "typeset -U PATH path; PATH=/usr/bin:$D/bin:/bin; . $D/bin/activate; echo $PATH; deactivate; echo $PATH";
    let found = quiet_success(bare_command("zsh", &world).env("D", &dir).args(["-f", "-c", code]));
    let dir = dir.display();
    assert_eq!(found, format!("{dir}/bin:/usr/bin:/bin\n/usr/bin:{dir}/bin:/bin\n"));
}

#[apply(test)]
fn zsh_gets_its_psvar_back() {
    needs_shell("zsh");
    let world = World::new();
    let dir = world.environment("e", "a%b", "e");
    let code = "psvar=(mine); . $D/bin/activate; print -P $PS1; deactivate; print -r $psvar; print -r $PS1";
    let mut command = bare_command("zsh", &world);
    command.env("D", &dir).env("PS1", "%1v> ").args(["-f", "-c", code]);
    assert_eq!(quiet_success(&mut command), "(a%b) mine> \nmine\n%1v> \n");
}

#[apply(test)]
fn the_prompt_that_fish_wraps_sees_how_the_last_command_ended() {
    needs_shell("fish");
    let world = World::new();
    let dir = world.environment("e", "e", "e");
    let setup = "function fish_prompt; echo $status $pipestatus; end; function end_as; return $argv[1]; end";
    for last in ["true", "false", "end_as 3 | end_as 0 | end_as 7", "not false", "not end_as 2 | end_as 0"] {
        let prompt = |activate| format!("{setup}; {activate}; {last}; fish_prompt");
        let seen = |code: String| {
            quiet_success(bare_command("fish", &world).env("D", &dir).args(["--no-config", "-c", &code]))
        };
        let wrapped = seen(prompt("source $D/bin/activate.fish"));
        assert!(wrapped.ends_with(&format!(" {}", seen(prompt("true")))), "{last}: {wrapped}");
    }
}

#[apply(test)]
fn a_fish_without_a_prompt_function_has_none_afterwards() {
    needs_shell("fish");
    let world = World::new();
    let dir = world.environment("e", "e", "e");
    let code = "functions -e fish_prompt; source $D/bin/activate.fish; fish_prompt; echo; deactivate; \
                functions -q fish_prompt";
    let output = run(bare_command("fish", &world).env("D", &dir).args(["--no-config", "-c", code]));
    assert!(String::from_utf8_lossy(&output.stdout).contains("(e)"), "{output:?}");
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(output.stderr.is_empty(), "{output:?}");
}

#[apply(test)]
fn a_windows_environment_has_a_posix_path_in_git_bash() {
    needs_shell("bash");
    let world = World::new();
    let values = Values { env_dir: r"C:\Users\me\it's", prompt: "it's", scripts_dir: "Scripts" };
    let script = world.root.path().join("activate");
    let windows = windows_scripts(&values);
    fs::write(&script, windows[0].contents.as_bytes()).expect("a script");
    // A stand-in for cygpath, the one program that the script runs on Windows.
    let tools = world.root.path().join("tools");
    let cygpath = tools.join("cygpath");
    write_program(&cygpath, "#!/bin/sh\n[ \"$*\" = '-u C:\\Users\\me\\it'\\''s' ] && echo \"/c/Users/me/it's\"\n");
    let mut command = bare_command("bash", &world);
    let code = ". ../activate 2>/dev/null; echo \"$VIRTUAL_ENV $PATH\"; deactivate; echo \"$PATH\"";
    command.env("MSYSTEM", "MINGW64").env("PATH", format!("{}:/usr/bin:/bin", tools.display())).args(["-c", code]);
    let tools = tools.display();
    let expected = format!("/c/Users/me/it's /c/Users/me/it's/Scripts:{tools}:/usr/bin:/bin\n{tools}:/usr/bin:/bin\n");
    assert_eq!(quiet_success(&mut command), expected);
}
