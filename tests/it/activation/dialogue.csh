# A session with the environments $A and $B in csh; see dialogue.sh.

alias report 'eval _unset; echo "\!*"": "$_e:q" "$_n:q" "$_p:q" "$_h:q" ["$_s:q"]" >>! $OUT/report; unset _e _n _p _h _s; /usr/bin/env >! $OUT/env.\!*'
alias _unset 'set _e = unset; set _n = unset; set _p = unset; set _h = unset; set _s = unset; eval _set'
alias _set 'if ( $?VIRTUAL_ENV ) eval _set_e; if ( $?VIRTUAL_ENV_PROMPT ) eval _set_n; if ( $?PATH ) eval _set_p; if ( $?PYTHONHOME ) eval _set_h; if ( $?prompt ) eval _set_s'
alias _set_e 'set _e = $VIRTUAL_ENV:q'
alias _set_n 'set _n = $VIRTUAL_ENV_PROMPT:q'
alias _set_p 'set _p = $PATH:q'
alias _set_h 'set _h = $PYTHONHOME:q'
alias _set_s 'set _s = $prompt:q'
alias snapshot '/usr/bin/env >! $OUT/snapshot.\!*; set >> $OUT/snapshot.\!*; alias >> $OUT/snapshot.\!*'

source "$OUT/setup"
alias harmless 'echo harmless'
snapshot before
snapshot before
report before
source "$A/bin/activate.csh"
report active
source "$A/bin/activate.csh"
report again
source "$B/bin/activate.csh"
report switched
deactivate nondestructive
report nondestructive
deactivate
report deactivated
snapshot after

source "$OUT/setup"
source "$A/bin/activate.csh"
setenv PATH "/first:${PATH}:/last"
deactivate
report edited
echo 2 first second one >> $OUT/report
