# A session with the environments $A and $B in a shell of the POSIX family. $OUT/setup sets the
# initial state of the shell; reports and snapshots are files in $OUT.

report () {
    echo "$1: ${VIRTUAL_ENV-unset} ${VIRTUAL_ENV_PROMPT-unset} ${PATH-unset} ${PYTHONHOME-unset} [${PS1-unset}]" >>"$OUT/report"
    /usr/bin/env >"$OUT/env.$1"
}

snapshot () {
    {
        /usr/bin/env
        export -p
        set
        alias
        set +o
        typeset -f || :
        command -v deactivate || echo 'no deactivate'
    } >"$OUT/snapshot.$1" 2>/dev/null
}

. "$OUT/setup"
alias harmless='echo harmless'
set -- first "second one"
snapshot before
snapshot before
report before
. "$A/bin/activate"
report active
. "$A/bin/activate"
report again
. "$B/bin/activate"
report switched
deactivate nondestructive
report nondestructive
deactivate
report deactivated
snapshot after

. "$OUT/setup"
. "$A/bin/activate"
PATH=/first:$PATH:/last
deactivate
report edited
echo "$# $*" >>"$OUT/report"
