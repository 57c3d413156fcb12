<#
.SYNOPSIS
Activates a Python virtual environment in this PowerShell session.

.DESCRIPTION
For Windows PowerShell 5.1 and PowerShell 7, on every system. The file is the same in every
environment: it finds the environment by its own path, and the prompt in pyvenv.cfg. So it is plain
ASCII (Windows PowerShell would misread anything else), and contains no names that could be executed.

.PARAMETER VenvDir
The environment's directory. The default is the parent of this file's directory.

.PARAMETER Prompt
The name shown in the prompt. The default is the prompt in pyvenv.cfg, or else the directory's name.

.EXAMPLE
Activate.ps1 -Prompt project

If Windows refuses to run scripts, allow them for the current user:
Set-ExecutionPolicy -ExecutionPolicy RemoteSigned -Scope CurrentUser
#>
[CmdletBinding()]
param(
    [Parameter(Mandatory = $false)]
    [string] $VenvDir,

    [Parameter(Mandatory = $false)]
    [string] $Prompt
)

# The user's own alias and function of this name are kept. A function that mentions _OLD_VIRTUAL_PATH is
# an environment's. An alias would hide the function below.
if ((Test-Path -LiteralPath Function:deactivate) -and
    "$((Get-Item -LiteralPath Function:deactivate).ScriptBlock)" -notlike '*_OLD_VIRTUAL_PATH*') {
    Set-Item -Path Function:global:_OLD_VIRTUAL_DEACTIVATE -Value (Get-Item -LiteralPath Function:deactivate).ScriptBlock
}
if (Test-Path -LiteralPath Alias:deactivate) {
    $global:_OLD_VIRTUAL_ALIAS = Get-Item -LiteralPath Alias:deactivate
    Remove-Item -LiteralPath Alias:deactivate -Force
}

function global:deactivate ([switch] $NonDestructive) {
    # A nested session inherits environment variables, but not this variable, and must not restore a
    # PATH that another session has saved.
    if (Test-Path -LiteralPath Variable:global:_VENV_PATH_ENTRY) {
        $separator = [string] [System.IO.Path]::PathSeparator
        $old = "$env:_OLD_VIRTUAL_PATH"
        if ($env:PATH -cne ($global:_VENV_PATH_ENTRY + $separator + $old)) {
            # The user has changed PATH since, or PATH was empty: remove only our entry.
            $kept = New-Object -TypeName 'System.Collections.Generic.List[string]'
            foreach ($directory in "$env:PATH".Split([System.IO.Path]::PathSeparator)) {
                $kept.Add($directory)
            }
            [void] $kept.Remove($global:_VENV_PATH_ENTRY)
            $old = [string]::Join($separator, $kept.ToArray())
        }
        $env:PATH = $old
        $env:_OLD_VIRTUAL_PATH = $null
        Remove-Variable -Name _VENV_PATH_ENTRY -Scope Global
    }
    if (Test-Path -LiteralPath Env:_OLD_VIRTUAL_PYTHONHOME) {
        $env:PYTHONHOME = $env:_OLD_VIRTUAL_PYTHONHOME
        Remove-Item -LiteralPath Env:_OLD_VIRTUAL_PYTHONHOME
    }
    if (Test-Path -LiteralPath Function:_OLD_VIRTUAL_PROMPT) {
        Set-Item -Path Function:global:prompt -Value (Get-Item -LiteralPath Function:_OLD_VIRTUAL_PROMPT).ScriptBlock
        Remove-Item -LiteralPath Function:_OLD_VIRTUAL_PROMPT
    }
    if (Test-Path -LiteralPath Variable:global:_PYTHON_VENV_PROMPT_PREFIX) {
        Remove-Variable -Name _PYTHON_VENV_PROMPT_PREFIX -Scope Global -Force
    }
    foreach ($name in 'VIRTUAL_ENV', 'VIRTUAL_ENV_PROMPT') {
        if (Test-Path -LiteralPath "Env:$name") {
            Remove-Item -LiteralPath "Env:$name"
        }
    }
    if (-not $NonDestructive) {
        Remove-Item -LiteralPath Function:deactivate
        if (Test-Path -LiteralPath Function:_OLD_VIRTUAL_DEACTIVATE) {
            Set-Item -Path Function:global:deactivate -Value (Get-Item -LiteralPath Function:_OLD_VIRTUAL_DEACTIVATE).ScriptBlock
            Remove-Item -LiteralPath Function:_OLD_VIRTUAL_DEACTIVATE
        }
        if (Test-Path -LiteralPath Variable:global:_OLD_VIRTUAL_ALIAS) {
            $alias = $global:_OLD_VIRTUAL_ALIAS
            Set-Alias -Name deactivate -Value $alias.Definition -Description $alias.Description -Option $alias.Options -Scope Global
            Remove-Variable -Name _OLD_VIRTUAL_ALIAS -Scope Global
        }
    }
}

# Undo an earlier activation first, so that activations do not stack.
deactivate -NonDestructive

# A script block: without it, all variables and functions of a dot-sourced file would stay behind.
& {
    param([string] $VenvDir, [string] $Prompt, [string] $ScriptsDir)

    # The prompt in pyvenv.cfg is a Python string literal, with quotes and backslash escapes.
    function Read-VenvPrompt ([string] $Directory) {
        $config = [System.IO.Path]::Combine($Directory, 'pyvenv.cfg')
        if (-not [System.IO.File]::Exists($config)) {
            return ''
        }
        foreach ($line in [System.IO.File]::ReadAllLines($config)) {
            if ($line -notmatch '^\s*prompt\s*=\s*(.*?)\s*$') {
                continue
            }
            $text = $Matches[1]
            if ($text -notmatch '^([''"])(.*)\1$') {
                return $text
            }
            $escape = '\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|(.))'
            return [regex]::Replace($Matches[2], $escape, [System.Text.RegularExpressions.MatchEvaluator] {
                param($match)
                if (-not $match.Groups[4].Success) {
                    return [char]::ConvertFromUtf32([Convert]::ToInt32($match.Value.Substring(2), 16))
                }
                switch -CaseSensitive ($match.Groups[4].Value) {
                    'n' { return "`n" }
                    'r' { return "`r" }
                    't' { return "`t" }
                    default { return $match.Groups[4].Value }
                }
            })
        }
        return ''
    }

    if ($VenvDir) {
        $VenvDir = (Resolve-Path -LiteralPath $VenvDir).ProviderPath.TrimEnd('\', '/')
    }
    else {
        $VenvDir = [System.IO.Path]::GetDirectoryName($ScriptsDir)
    }
    if (-not $Prompt) {
        $Prompt = Read-VenvPrompt $VenvDir
    }
    if (-not $Prompt) {
        $Prompt = [System.IO.Path]::GetFileName($VenvDir)
    }

    $env:VIRTUAL_ENV = $VenvDir
    $env:VIRTUAL_ENV_PROMPT = $Prompt

    $global:_VENV_PATH_ENTRY = [System.IO.Path]::Combine($VenvDir, [System.IO.Path]::GetFileName($ScriptsDir))
    if (Test-Path -LiteralPath Env:PATH) {
        $env:_OLD_VIRTUAL_PATH = $env:PATH
        $env:PATH = $global:_VENV_PATH_ENTRY + [System.IO.Path]::PathSeparator + $env:PATH
    }
    else {
        $env:PATH = $global:_VENV_PATH_ENTRY
    }

    if (Test-Path -LiteralPath Env:PYTHONHOME) {
        $env:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
        Remove-Item -LiteralPath Env:PYTHONHOME
    }

    if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT -and (Test-Path -LiteralPath Function:prompt)) {
        New-Variable -Name _PYTHON_VENV_PROMPT_PREFIX -Scope Global -Option ReadOnly -Value $Prompt -Force
        Set-Item -Path Function:global:_OLD_VIRTUAL_PROMPT -Value (Get-Item -LiteralPath Function:prompt).ScriptBlock

        function global:prompt {
            $succeeded = $?
            Write-Host -NoNewline -ForegroundColor Green ('(' + $global:_PYTHON_VENV_PROMPT_PREFIX + ') ')
            # The wrapped prompt may show whether the last command failed: let one fail, unseen.
            if (-not $succeeded) {
                Write-Error -Message 'failed' -ErrorAction Ignore
            }
            _OLD_VIRTUAL_PROMPT
        }
    }

    $python = [System.IO.Path]::Combine($global:_VENV_PATH_ENTRY, 'python')
    if (-not ((Test-Path -LiteralPath $python) -or (Test-Path -LiteralPath "$python.exe"))) {
        [Console]::Error.WriteLine('activate: no Python is found in this environment: it was moved, or its interpreter is gone')
    }
} $VenvDir $Prompt $PSScriptRoot
