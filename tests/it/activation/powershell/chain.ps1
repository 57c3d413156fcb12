# The environments $env:A, with rvenv's script, and $env:V, with venv's, in both orders.
function global:prompt { '> ' }

function Show([string] $What) {
    $entries = $env:PATH -split ':' | ForEach-Object {
        switch -CaseSensitive ($_) { "$env:A/bin" { 'a' } "$env:V/bin" { 'v' } '' { 'empty' } default { '.' } }
    }
    "${What}: $(-join @(prompt 6>&1))$(-join $entries -replace '\.+', '-')"
}

# venv's script is not dot-sourced, as it would leave its variables. It leaves errors, too.
$before = Get-Snapshot
& "$env:V/bin/Activate.ps1"
Show v
. "$env:A/bin/Activate.ps1"
Show 'v, then a'
deactivate
Show none
. "$env:A/bin/Activate.ps1"
Show a
& "$env:V/bin/Activate.ps1"
Show 'a, then v'
deactivate
Show none
Compare-Snapshot $before (Get-Snapshot) | Where-Object { $_ -notlike '* errors *' }
