# What people do around an activation. Each case prints nothing but what is not as expected; after it, nothing may be
# left. $env:A and $env:B are environments, $env:R is the directory for files.

function global:prompt { '> ' }
$script:count = 0

# What a user sees: the name, the prompt, and the entries of PATH.
function See {
    $entries = $env:PATH -split ':' | ForEach-Object {
        switch -CaseSensitive ($_) { "$env:A/bin" { 'a' } "$env:B/bin" { 'b' } '' { 'empty' } default { '.' } }
    }
    "$env:VIRTUAL_ENV_PROMPT|$(-join @(prompt 6>&1))|$(-join $entries -replace '\.+', '-')"
}

function Case([string] $Name, [string] $Expected, $code, [switch] $Complains) {
    $before = Get-Snapshot
    $seen = "$(& $code)"
    if ($seen -cne $Expected) {
        "${Name}: '$seen' instead of '$Expected'"
    }
    Compare-Snapshot $before (Get-Snapshot) | ForEach-Object {
        if (-not $Complains -or $_ -notlike '* errors *') {
            "${Name}: $_"
        }
    }
    $script:count++
}

$a = "$env:A/bin/Activate.ps1"
$b = "$env:B/bin/Activate.ps1"
$active = 'a|(a) > |a- |> |-'

# Ways to run it.
Case 'dot-sourced' $active { . $a; See; deactivate; See }
Case 'called' $active { & $a; See; deactivate; See }
Case 'by its path' $active { Invoke-Expression $a; See; deactivate; See }
Case 'in a function' $active { function Enter-It { . $a }; Enter-It; See; deactivate; See }
Case 'in a script' $active { & "$env:R/script.ps1"; See; deactivate; See }
Case 'in a module' $active { Import-Module "$env:R/module.psm1"; Enter-It; See; deactivate; Remove-Module module; See }
Case 'in a job' 'a' {
    # A job is a process of another language, which a session may not start.
    if ($env:LANGUAGE -eq 'FullLanguage') {
        Start-Job { & "$env:A/bin/Activate.ps1"; $env:VIRTUAL_ENV_PROMPT } | Receive-Job -Wait -AutoRemoveJob
    }
    else { 'a' }
}
Case 'by deactivate alone' 'True |> |-' { . $a; deactivate; $?; See }
Case 'success' 'True True' { . $a; $?; deactivate; $? }

# Settings.
Case 'every setting' $active {
    Set-StrictMode -Version Latest
    $ErrorActionPreference = 'Stop'
    $WarningPreference = 'Stop'
    $WhatIfPreference = $true
    $ConfirmPreference = 'Low'
    $PSDefaultParameterValues = @{ '*:ErrorAction' = 'Stop'; 'Get-Content:Raw' = $true; 'Test-Path:PathType' = 'Container'
        'Set-Item:Value' = 'odd'; 'Set-Alias:Scope' = 'Local'; 'Get-Item:Filter' = 'odd' }
    . $a
    See
    . $b
    . $a
    deactivate
    See
}
Case 'names of cmdlets' "$active True False" {
    foreach ($name in 'Convert-Path', 'Get-Content', 'Get-Item', 'Remove-Item', 'Remove-Variable', 'Set-Alias', 'Set-Item',
        'Test-Path', 'Write-Error', 'Write-Host', 'Write-Verbose', 'Write-Warning') {
        Microsoft.PowerShell.Management\Set-Item -LiteralPath "Function:local:$name" -Value { 'mine' }
    }
    Microsoft.PowerShell.Utility\Set-Alias -Name Write-Host -Value Get-Nothing
    Microsoft.PowerShell.Utility\Set-Alias -Name Write-Error -Value Get-Nothing
    . $a
    See
    deactivate
    See
    function global:prompt { "$?" }
    . $a
    foreach ($path in 'Env:HOME', 'Env:nothing') {
        $null = Microsoft.PowerShell.Management\Get-Item -LiteralPath $path -ErrorAction Ignore
        @(prompt 6>&1)[1]
    }
    deactivate
    function global:prompt { '> ' }
}
Case 'a location that is no directory' "it's c $active" {
    Push-Location Env:
    . "$env:R/c/bin/Activate.ps1" 3>&1
    $env:VIRTUAL_ENV_PROMPT
    . $a -VenvDir $env:A
    Pop-Location
    See
    deactivate
    See
}
Case 'variables of its names' "x y $active" {
    $Prompt, $VenvDir, $slash, $files, $entry, $name, $own, $n = 'x', 'y', 1, 2, 3, 4, 5, 6
    . $a
    "$Prompt $VenvDir"
    See
    deactivate
    See
}
Case 'PYTHONHOME' '/home  /home  /mine' {
    $env:PYTHONHOME = '/home'
    foreach ($mine in $null, '/mine') {
        $env:PYTHONHOME
        . $a
        $env:PYTHONHOME
        $env:PYTHONHOME = $mine
        deactivate
    }
    $env:PYTHONHOME
    $env:PYTHONHOME = $null
}

# Options.
Case '-Prompt' 'it`s $mine|(it`s $mine) > |a-' { . $a -Prompt 'it`s $mine'; See; deactivate }
Case '-Prompt:' 'x|(x) > |a-' { . $a -Prompt:x; See; deactivate }
Case '-VenvDir' "b|(b) > |b- $env:B" { . $a -VenvDir "$env:B/"; See; $env:VIRTUAL_ENV; deactivate }
Case 'positions' 'two|(two) > |b-' { . $a $env:B two; See; deactivate }
Case 'no directory' "b|(b) > |b- activate: there is no directory '/nothing' b|(b) > |b-" -Complains {
    . $b
    See
    . $a -VenvDir /nothing 2>&1
    See
    deactivate
}
Case 'no option' ' |> |-' -Complains {
    try { . $a -Nothing x } catch { '' }
    See
}
Case '-Verbose' "VIRTUAL_ENV is '$env:A', with the prompt 'a' PATH begins with '$env:A/bin'" { . $a -Verbose 4>&1; deactivate }
Case 'help' 'Activates a Python virtual environment in this PowerShell session. Leaves the active Python virtual environment: PATH, the prompt and variables are as before.' {
    (Get-Help $a).Synopsis
    . $a
    (Get-Help deactivate).Synopsis
    deactivate
}

# What is changed while it is active.
Case 'variables' '|> |-' {
    . $a
    $env:VIRTUAL_ENV = '/nothing'
    $env:_OLD_VIRTUAL_PATH = $null
    deactivate
    See
}
Case 'entries' '|> |-a-b-' {
    $old = $env:PATH
    $env:PATH = "/x:$env:A/bin:/y"
    . $a
    $env:PATH = "/first:${env:PATH}:$env:B/bin:/last"
    deactivate
    See
    $env:PATH = $old
}
Case 'another prompt' 'a|mine> |a- b|(b) mine> |b- |mine> |-' {
    . $a
    function global:prompt { 'mine> ' }
    See
    . $b
    See
    deactivate
    See
    function global:prompt { '> ' }
    $function:_VENV_PROMPT_0 = $null
}
Case 'a prompt that wraps ours' 'a|(a) <> |a- b|(b) <> |b- b|(b) <<> |b- |<<> |- a|(a) <<> |a- |<<> |-' {
    . $a
    $global:inner = $function:prompt
    function global:prompt { "<$(& $global:inner)" }
    See
    . $b
    See
    $global:second = $function:prompt
    function global:prompt { "<$(& $global:second)" }
    See
    deactivate
    See
    . $a
    See
    deactivate
    See
    function global:prompt { '> ' }
    Remove-Item -Path Function:_VENV_PROMPT_*
    Remove-Variable -Name inner, second -Scope Global
}
Case 'a read-only prompt' 'a|> |a- |> |-' -Complains:($env:LANGUAGE -ne 'FullLanguage') {
    Set-Item -LiteralPath Function:global:prompt -Value { '> ' } -Options ReadOnly
    . $a
    See
    deactivate
    See
    Set-Item -LiteralPath Function:global:prompt -Value { '> ' } -Options None -Force
}
Case 'a read-only deactivate' 'Cannot write to function deactivate because it is read-only or constant. |> |-' -Complains {
    Set-Item -LiteralPath Function:global:deactivate -Value { 'mine' } -Options ReadOnly
    . $a 2>&1
    See
    Remove-Item -LiteralPath Function:deactivate -Force
}

# Another's activation before ours.
foreach ($old in $null, "$env:PATH") {
    foreach ($path in "$env:A/bin:$env:PATH", "/first:$env:A/bin:$env:PATH", $env:PATH) {
        Case "inherited $path" 'b|(b) > |b- |> |- True' {
            $before = $env:PATH
            $env:VIRTUAL_ENV, $env:VIRTUAL_ENV_PROMPT, $env:_OLD_VIRTUAL_PATH, $env:PATH = $env:A, 'a', $old, $path
            . $b
            See
            deactivate
            See
            "/first:$before".EndsWith($env:PATH)
            $env:PATH = $before
        }
    }
}
Case 'a script as virtualenv has' 'b|(b) > |b- |> |-' {
    $global:_OLD_VIRTUAL_PATH = $env:PATH
    $env:VIRTUAL_ENV = $env:A
    $env:PATH = "$env:A/bin:$env:PATH"
    function global:deactivate([switch] $NonDestructive) {
        $env:PATH = $global:_OLD_VIRTUAL_PATH
        Remove-Variable -Name _OLD_VIRTUAL_PATH -Scope Global
        Remove-Item -LiteralPath Env:VIRTUAL_ENV, Function:deactivate
    }
    . $b
    See
    deactivate
    See
}

# Words.
$gone = 'activate: no Python is found in this environment: it was moved, or its interpreter is gone'
foreach ($dir in 'missing', 'dangling') {
    Case $dir $gone { . "$env:R/$dir/bin/Activate.ps1" 3>&1; deactivate }
}
foreach ($dir in 'back\slash', 'relative', '[a]') {
    Case $dir $dir { . "$env:R/$dir/bin/Activate.ps1" 3>&1; $env:VIRTUAL_ENV_PROMPT; deactivate }
}
foreach ($dir in Get-ChildItem -Path "$env:R/prompt?" | ForEach-Object FullName) {
    Case $dir "$(Get-Content -Raw -LiteralPath "$dir/expected")" {
        $ErrorActionPreference = 'Stop'
        . "$dir/bin/Activate.ps1" 3>&1
        $env:VIRTUAL_ENV_PROMPT
        deactivate
    }
}
"$script:count cases"
