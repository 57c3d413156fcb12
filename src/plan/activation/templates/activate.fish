# Activates this environment in the fish (3.1 or newer) that sources this file:
# `source path/to/activate.fish`. Names are never executed, neither in this file nor in the prompt.

# Only a file that is being sourced has a stack trace.
if not status stack-trace | string length -q
    echo 'activate: this file does nothing when run: use `source path/to/activate.fish`' >&2
    exit 1
end

# The user's own function of this name is kept. One that mentions _OLD_VIRTUAL_PATH is an environment's.
if not functions deactivate 2>/dev/null | string match -q '*_OLD_VIRTUAL_PATH*'
    functions -e _old_deactivate
    functions -q deactivate
    and functions -c deactivate _old_deactivate
end

function deactivate -d 'Leave the Python virtual environment'
    if set -q _OLD_VIRTUAL_PATH
        # PATH is a list: removing our entry keeps the user's changes.
        if set -l index (contains -i -- "$VIRTUAL_ENV"/@BIN@ $PATH)
            set -e PATH[$index]
        end
        if contains nopath $_OLD_VIRTUAL_NOTES; and test (count $PATH) -eq 0
            set -e PATH
        else if contains localpath $_OLD_VIRTUAL_NOTES
            set -gu PATH $PATH
        end
        set -e _OLD_VIRTUAL_PATH
    end
    if set -q _OLD_VIRTUAL_PYTHONHOME
        if contains localhome $_OLD_VIRTUAL_NOTES
            set -gu PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        else
            set -gx PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME
        end
        set -e _OLD_VIRTUAL_PYTHONHOME
    end
    if set -q _OLD_FISH_PROMPT_OVERRIDE
        set -e _OLD_FISH_PROMPT_OVERRIDE
        # A nested fish can inherit variables, but never functions: look for the functions.
        if functions -q _old_fish_prompt
            functions -e fish_prompt
            functions -c _old_fish_prompt fish_prompt
            functions -e _old_fish_prompt
        else if functions -q _venv_status
            functions -e fish_prompt
        end
        functions -e _venv_status
    end
    set -e VIRTUAL_ENV
    set -e VIRTUAL_ENV_PROMPT
    set -e _OLD_VIRTUAL_NOTES
    if test "$argv[1]" != nondestructive
        functions -e deactivate
        if functions -q _old_deactivate
            functions -c _old_deactivate deactivate
            functions -e _old_deactivate
        end
    end
end

# Undo an earlier activation first, so that activations do not stack.
deactivate nondestructive

# Tools that move environments replace each line that begins like the next one. The other lines begin
# differently, so that they stay.
set -gx VIRTUAL_ENV @ENV_DIR_EDITABLE@
if not string match -q '/*' -- $VIRTUAL_ENV; and type -q cygpath
    # A Windows path, which the fish of MSYS2 and Cygwin spells in its own way.
    set -gx VIRTUAL_ENV (cygpath -u $VIRTUAL_ENV)
end
set -g -x VIRTUAL_ENV_PROMPT @PROMPT@

# _OLD_VIRTUAL_NOTES says what plain values cannot: which variables were unset or not exported.
set -g _OLD_VIRTUAL_NOTES
if not set -q PATH
    set _OLD_VIRTUAL_NOTES nopath
else if not set -qx PATH
    set _OLD_VIRTUAL_NOTES localpath
end
set -g _OLD_VIRTUAL_PATH $PATH
set -gx PATH $VIRTUAL_ENV/@BIN@ $PATH

if set -q PYTHONHOME
    set -qx PYTHONHOME
    or set -a _OLD_VIRTUAL_NOTES localhome
    set -g _OLD_VIRTUAL_PYTHONHOME $PYTHONHOME
    set -e PYTHONHOME
end

if test -z "$VIRTUAL_ENV_DISABLE_PROMPT"
    set -g _OLD_FISH_PROMPT_OVERRIDE $VIRTUAL_ENV
    if functions -q fish_prompt
        functions -c fish_prompt _old_fish_prompt
    end

    function _venv_status -d 'End as it is told'
        return $argv[1]
    end

    function fish_prompt
        set -l last_status $status
        set -l last_pipestatus $pipestatus

        set_color 4B8BBE
        printf '(%s)' "$VIRTUAL_ENV_PROMPT"
        set_color normal
        printf ' '

        if functions -q _old_fish_prompt
            # The wrapped prompt may show how the last command ended. So a pipeline that ends in the
            # same way runs just before, with `not` if the status is not that of its last part.
            set -l ending (string join ' | ' -- '_venv_status '$last_pipestatus)
            test $last_status -eq $last_pipestatus[-1]
            or set ending "not $ending"
            # Only numbers get into the text that is evaluated.
            eval $ending'; _old_fish_prompt'
        else
            printf '%s> ' $PWD
        end
    end
end

if not test -x $VIRTUAL_ENV/@BIN@/@PYTHON@
    echo 'activate: no Python is found in this environment: it was moved, or its interpreter is gone' >&2
end
