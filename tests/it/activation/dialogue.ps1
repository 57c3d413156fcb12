# A session with the environments $env:A and $env:B in PowerShell; see dialogue.sh. The report is the file $env:OUT.
$ErrorActionPreference = 'Stop'

function Report([string] $state) {
    $values = foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', 'PATH', 'PYTHONHOME') {
        $value = [System.Environment]::GetEnvironmentVariable($name)
        if ($null -eq $value) { 'unset' } else { $value }
    }
    $line = $state + ': ' + [string]::Join(' ', [string[]] $values) + "`n"
    [System.IO.File]::AppendAllText($env:OUT, $line)
}

Report before
. "$env:A/bin/Activate.ps1"
Report active
. "$env:A/bin/Activate.ps1"
Report again
. "$env:B/bin/Activate.ps1"
Report switched
deactivate -NonDestructive
Report nondestructive
deactivate
Report deactivated

. "$env:A/bin/Activate.ps1"
$env:PATH = '/first:' + $env:PATH + ':/last'
deactivate
Report edited

if (Test-Path -LiteralPath Function:deactivate) {
    [System.IO.File]::AppendAllText($env:OUT, "deactivate is left behind`n")
}
