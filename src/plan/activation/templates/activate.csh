# Activates this environment in the csh or tcsh that sources this file:
# `source path/to/activate.csh`. Names are never executed, neither in this file nor in the prompt.

# $0 is this file only if the file is run.
if ( $?0 ) then
    if ( x$0:q == x@ENV_DIR@/@BIN@/activate.csh || x$cwd:q/$0:q == x@ENV_DIR@/@BIN@/activate.csh ) then
        /bin/sh -c 'echo "activate: this file does nothing when run: use \"source path/to/activate.csh\"" >&2'
        exit 1
    endif
endif

# The user's own alias of this name is kept. An alias that mentions _OLD_VIRTUAL_PATH is an environment's.
set _venv_lines = "`alias deactivate`"
if ( x"$_venv_lines" !~ *_OLD_VIRTUAL_PATH* ) then
    unset _OLD_VIRTUAL_ALIAS
    while ( $#_venv_lines )
        if ( $?_OLD_VIRTUAL_ALIAS ) then
            set _OLD_VIRTUAL_ALIAS = $_OLD_VIRTUAL_ALIAS:q'\
'$_venv_lines[1]:q
        else
            set _OLD_VIRTUAL_ALIAS = $_venv_lines[1]:q
        endif
        shift _venv_lines
    end
endif

# csh has no functions: an alias is one line, and each `if` in it takes one command, whose variables
# are expanded even if the condition is false. So a command with a variable that may be unset is an
# alias of its own, and `eval` reads the alias only if the condition is true.
alias deactivate 'if ( $?_OLD_VIRTUAL_PATH ) eval _venv_path; if ( $?_OLD_VIRTUAL_PYTHONHOME ) eval _venv_home; if ( $?_OLD_VIRTUAL_PROMPT ) eval _venv_prompt; unset _venv_*; unsetenv VIRTUAL_ENV; unsetenv VIRTUAL_ENV_PROMPT; rehash; if ( "\!*" != nondestructive ) eval _venv_forget'
alias _venv_forget 'unalias deactivate; if ( $?_OLD_VIRTUAL_ALIAS ) eval _venv_own; unalias _venv_*'
alias _venv_own 'alias deactivate $_OLD_VIRTUAL_ALIAS:q; unset _OLD_VIRTUAL_ALIAS'
alias _venv_home 'setenv PYTHONHOME $_OLD_VIRTUAL_PYTHONHOME:q; unset _OLD_VIRTUAL_PYTHONHOME'
alias _venv_prompt 'set prompt = $_OLD_VIRTUAL_PROMPT:q; unset _OLD_VIRTUAL_PROMPT'

# An unchanged PATH is restored as a whole. From a PATH that was changed meanwhile, only our entry
# is removed: `repeat` is the one loop that fits in a line.
alias _venv_path 'if ( ! $?PATH ) setenv PATH ""; if ( ! $?_venv_set ) set _venv_set = $PATH:q; if ( x$PATH:q != x$_venv_set:q ) eval _venv_path_edit; if ( $?_venv_set ) eval _venv_path_back; unset _OLD_VIRTUAL_PATH'
alias _venv_path_edit 'unset _venv_set; set _venv_kept = ( ); repeat $#path eval _venv_path_step; set path = ( $_venv_kept:q )'
alias _venv_path_step 'set _venv_dir = $path[1]:q; shift path; if ( x$_venv_dir:q != x$_venv_entry:q ) set _venv_kept = ( $_venv_kept:q $_venv_dir:q ); if ( x$_venv_dir:q == x$_venv_entry:q ) set _venv_entry = ""'
alias _venv_path_back 'if ( $?_venv_path ) eval _venv_path_none; if ( ! $?_venv_path ) setenv PATH $_OLD_VIRTUAL_PATH:q'
alias _venv_path_none 'set path = ( $_venv_path:q ); unsetenv PATH'

# Undo an earlier activation first, so that activations do not stack.
deactivate nondestructive

# Tools that move environments replace each line that begins like the next one. The line after it has
# two blanks, so that it stays.
setenv VIRTUAL_ENV @ENV_DIR_EDITABLE@
setenv  VIRTUAL_ENV_PROMPT @PROMPT@

set _venv_entry = $VIRTUAL_ENV:q/@BIN@
set _OLD_VIRTUAL_PATH = ""
if ( $?PATH ) then
    set _OLD_VIRTUAL_PATH = $PATH:q
else
    # Without PATH, csh goes on searching the directories of its own list.
    set _venv_path = ( $path:q )
endif
if ( x$_OLD_VIRTUAL_PATH:q == x ) then
    # An empty entry would mean the current directory.
    setenv PATH $_venv_entry:q
else
    setenv PATH $_venv_entry:q":"$_OLD_VIRTUAL_PATH:q
endif
set _venv_set = $PATH:q

if ( $?PYTHONHOME ) then
    set _OLD_VIRTUAL_PYTHONHOME = $PYTHONHOME:q
    unsetenv PYTHONHOME
endif

# A shell that runs a script has no prompt.
if ( $?prompt && ! $?VIRTUAL_ENV_DISABLE_PROMPT ) then
    set _OLD_VIRTUAL_PROMPT = $prompt:q
    # Characters that are special in a prompt are escaped, differently for each shell.
    if ( $?tcsh ) then
        set prompt = @PROMPT_TCSH@$prompt:q
    else
        set prompt = @PROMPT_CSH@$prompt:q
    endif
endif

rehash

if ( ! -x $_venv_entry:q/@PYTHON@ ) then
    /bin/sh -c 'echo "activate: no Python is found in this environment: it was moved, or its interpreter is gone" >&2'
endif
