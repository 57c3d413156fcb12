# A session with the environments $env:A and $env:B in PowerShell; see dialogue.sh. The reports are printed.

function Report([string] $State) {
    $values = foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT', 'PATH', 'PYTHONHOME') {
        if (Test-Path -LiteralPath "Env:$name") { (Get-Item -LiteralPath "Env:$name").Value } else { 'unset' }
    }
    $prompt = if (Test-Path -LiteralPath Function:prompt) { -join @(prompt 6>&1) } else { 'unset' }
    "${State}: $values [$prompt]"
}

$path = $env:PATH
$states = @(
    { function global:prompt { '$ ' } },
    { $env:PYTHONHOME = '/some/home'; $function:prompt = $null },
    { $env:PATH = ''; $env:PYTHONHOME = ''; function global:prompt { "two`nlines " } },
    { $env:PATH = $null; $env:PYTHONHOME = $null; function global:prompt { '' } }
)
foreach ($state in $states[0..([int] $env:STATES - 1)]) {
    $env:PATH = $path
    & $state
    $before = Get-Snapshot
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
    if ($env:STATES -ne 1) {
        Compare-Snapshot $before (Get-Snapshot)
    }

    & $state
    . "$env:A/bin/Activate.ps1"
    $env:PATH = "/first:${env:PATH}:/last"
    deactivate
    Report edited
    "$($args.Length) $args"
}
