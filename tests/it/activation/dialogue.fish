# A session with the environments $A and $B in fish; see dialogue.sh.

function report
    set -l seen
    for name in VIRTUAL_ENV VIRTUAL_ENV_PROMPT PATH PYTHONHOME
        set -q $name; and set -a seen "$$name"; or set -a seen unset
    end
    set -l prompt unset
    functions -q fish_prompt; and set prompt (fish_prompt | string collect -N)
    echo "$argv[1]: $seen [$prompt]" >>$OUT/report
    /usr/bin/env >$OUT/env.$argv[1]
end

function snapshot
    begin
        /usr/bin/env
        set -S PATH PYTHONHOME VIRTUAL_ENV VIRTUAL_ENV_PROMPT
        set -g
        functions -a -n
        functions -q fish_prompt; and functions --no-details fish_prompt
        abbr
    end >$OUT/snapshot.$argv[1]
end

source $OUT/setup
function harmless; end
snapshot before
snapshot before
report before
source $A/bin/activate.fish
report active
source $A/bin/activate.fish
report again
source $B/bin/activate.fish
report switched
deactivate nondestructive
report nondestructive
deactivate
report deactivated
snapshot after

source $OUT/setup
source $A/bin/activate.fish
set PATH /first $PATH /last
deactivate
report edited
echo 2 first second one >>$OUT/report
