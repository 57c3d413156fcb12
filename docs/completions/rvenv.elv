
use builtin;
use str;

set edit:completion:arg-completer[rvenv] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'rvenv'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'rvenv'= {
            cand --prompt 'The name that the shell prompt shows while the environment is active; `.` means the name of the current directory [default: the name of ENV_DIR]'
            cand --system-site-packages 'Let the environment see the packages that are installed for the base interpreter'
            cand --symlinks 'Link the interpreter into the environment (the default, except on Windows)'
            cand --copies 'Copy the interpreter into the environment (the default on Windows)'
            cand --clear 'Delete everything in an existing ENV_DIR first'
            cand --upgrade 'Switch an existing environment to the current interpreter, keeping its packages, scripts, prompt and access to the base interpreter''s packages'
            cand --without-pip 'Do not install pip'
            cand --upgrade-deps 'Upgrade pip (and setuptools, where Python still brings it) from the package index afterwards'
            cand --without-scm-ignore-files 'Do not write a .gitignore into the environment'
            cand -h 'Print help'
            cand --help 'Print help'
            cand -V 'Print version'
            cand --version 'Print version'
        }
    ]
    $completions[rvenv]
    edit:complete-filename $words[-1]
}
