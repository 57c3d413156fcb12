<#
.SYNOPSIS
Activates a Python virtual environment in this PowerShell session.

.DESCRIPTION
Activate.ps1 [[-VenvDir] <directory>] [[-Prompt] <name>] [-Verbose]

For Windows PowerShell 5.1 and PowerShell 7, on every system, in the constrained language too. The
file is the same in every environment: it finds the environment by its own path, and the prompt in
pyvenv.cfg. So it is plain ASCII (Windows PowerShell would misread anything else), and contains no
names that could be executed.

-VenvDir: the environment's directory. The default is the parent of this file's directory.
-Prompt: the name shown in the prompt. The default is the prompt in pyvenv.cfg, or else the
directory's name.

If Windows refuses to run scripts, allow them for the current user:
Set-ExecutionPolicy -ExecutionPolicy RemoteSigned -Scope CurrentUser

.EXAMPLE
Activate.ps1 -Prompt project
#>

# A block: the parameters and variables of a dot-sourced file itself would be the user's. Commands are
# named with their modules, as the user may have others of their names. In most sessions none is run:
# the first one takes as long as all the rest, as PowerShell then loads its module.
& {
    [CmdletBinding()]
    param([string] $VenvDir, [string] $Prompt)

    # Settings of the session that would change the commands below.
    $PSDefaultParameterValues = @{}
    $WhatIfPreference = $false
    $ConfirmPreference = 'None'
    $slash, $colon = '/', ':'
    if ($PSVersionTable.PSVersion.Major -lt 6 -or $IsWindows) {
        $slash, $colon = '\', ';'
    }
    $slashes = [regex]::Escape($slash)
    # Where the language allows it, files are read without cmdlets: that takes a fifth of the time, and the
    # cmdlets take each backslash for a slash, on Linux too.
    $full = $ExecutionContext.SessionState.LanguageMode -eq 'FullLanguage'
    # The current location may be in no file system.
    $files = 'Microsoft.PowerShell.Core\FileSystem::'

    $entry = $PSScriptRoot
    if ($VenvDir) {
        $found = if ($VenvDir -like '/*' -and $slash -eq '/') { $files + $VenvDir } else { $VenvDir }
        $found = Microsoft.PowerShell.Management\Convert-Path -LiteralPath $found -ErrorAction Ignore
        if (-not $found) {
            Microsoft.PowerShell.Utility\Write-Error -Message "activate: there is no directory '$VenvDir'"
            return
        }
        $entry = ($found -replace "$slashes+\z") + $slash + ($PSScriptRoot -replace "(?s)^.*$slashes")
    }
    $VenvDir = $entry -replace "$slashes[^$slashes]*\z"
    $name = $VenvDir -replace "(?s)^.*$slashes"
    if ($VenvDir -match '(^|:)\z') {
        $VenvDir += $slash
    }

    # The prompt in pyvenv.cfg is a Python string literal, with quotes and backslash escapes. An escape
    # of something that no text can have (half a surrogate pair, a NUL) is left as it is written.
    if (-not $Prompt) {
        $config = ($VenvDir -replace "$slashes\z") + $slash + 'pyvenv.cfg'
        if ($full) {
            $lines = if ([System.IO.File]::Exists($config)) { [System.IO.File]::ReadAllLines($config) }
        }
        else {
            $lines = Microsoft.PowerShell.Management\Get-Content -LiteralPath ($files + $config) `
                -Encoding UTF8 -ErrorAction Ignore
        }
        foreach ($line in $lines) {
            if ($line -notmatch '^\s*prompt\s*=\s*(.*?)\s*$') {
                continue
            }
            $Prompt = $Matches[1]
            if ($Prompt -notmatch '^([''"])(.*)\1$') {
                continue
            }
            $Prompt = $Matches[2]
            if ($Prompt -notlike '*\*') {
                continue
            }
            # Each second part is an escape.
            $parts = $Prompt -csplit '(\\(?:x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|[nrt''"\\]))'
            for ($i = 1; $i -lt $parts.Length; $i += 2) {
                $letter = $parts[$i].Substring(1, 1)
                if ($parts[$i].Length -gt 2) {
                    $code = [long] ('0x' + $parts[$i].Substring(2))
                    if ($code -ge 0x10000 -and $code -le 0x10FFFF) {
                        $code -= 0x10000
                        $parts[$i] = [string] [char] (0xD800 + ($code -shr 10)) + [char] (0xDC00 + ($code -band 0x3FF))
                    }
                    elseif ($code -gt 0 -and $code -lt 0x10000 -and ($code -band 0xF800) -ne 0xD800) {
                        $parts[$i] = [string] [char] $code
                    }
                }
                elseif ('nrt'.Contains($letter)) {
                    $parts[$i] = @{ n = "`n"; r = "`r"; t = "`t" }[$letter]
                }
                else {
                    $parts[$i] = $letter
                }
            }
            $Prompt = -join $parts
        }
    }
    if (-not $Prompt) {
        $Prompt = $name
    }

    # An active environment is deactivated by its own function: one that mentions _OLD_VIRTUAL_PATH is an
    # environment's. The user's own function and alias of this name are kept.
    if ("$function:deactivate" -like '*_OLD_VIRTUAL_PATH*') {
        & $function:deactivate
    }
    if ($function:deactivate) {
        ${function:global:_OLD_VIRTUAL_DEACTIVATE} = $function:deactivate
    }

    function global:deactivate ([switch] $NonDestructive) {
        <#
        .SYNOPSIS
        Leaves the active Python virtual environment: PATH, the prompt and variables are as before.

        .PARAMETER NonDestructive
        Keep this function.
        #>
        $PSDefaultParameterValues = @{}
        $WhatIfPreference = $false
        $ConfirmPreference = 'None'
        if ($null -ne $env:PATH -and ($env:VIRTUAL_ENV -or $null -ne $env:_OLD_VIRTUAL_PATH)) {
            $slash, $colon, $case = '/', ':', ''
            if ($PSVersionTable.PSVersion.Major -lt 6 -or $IsWindows) {
                $slash, $colon, $case = '\', ';', '(?i)'
            }
            # Only our entry is removed, as the user may have changed PATH or VIRTUAL_ENV since. It is another
            # environment's if this session has inherited its variables without its function.
            $slashes = [regex]::Escape($slash)
            $entry = ($env:VIRTUAL_ENV -replace "$slashes\z") + $slash + ($PSScriptRoot -replace "(?s)^.*$slashes")
            $entry = '(?:' + [regex]::Escape($entry) + '|' + [regex]::Escape($PSScriptRoot) + ')'
            $first = "(?s)$case\A(.*?)(?:(?<=\A)$entry(?:$colon|\z)|$colon$entry(?=$colon|\z))"
            $rest = $env:PATH -creplace $first, '$1'
            if (-not $rest -and $null -eq $env:_OLD_VIRTUAL_PATH) {
                $rest = $null
            }
            $env:PATH = $rest
        }
        if ($null -ne $env:_OLD_VIRTUAL_PYTHONHOME -and $null -eq $env:PYTHONHOME) {
            $env:PYTHONHOME = $env:_OLD_VIRTUAL_PYTHONHOME
        }
        $env:VIRTUAL_ENV = $env:VIRTUAL_ENV_PROMPT = $env:_OLD_VIRTUAL_PATH = $env:_OLD_VIRTUAL_PYTHONHOME = $null
        if ($function:_OLD_VIRTUAL_PROMPT) {
            if ("$function:prompt" -like '*_OLD_VIRTUAL_PROMPT*') {
                ${function:global:prompt} = $function:_OLD_VIRTUAL_PROMPT
            }
            else {
                # Another prompt has come, which may call ours: that one becomes the one that it wraps.
                $n = 0
                while (Microsoft.PowerShell.Management\Test-Path -LiteralPath Function:_VENV_PROMPT_$n) {
                    $n++
                }
                Microsoft.PowerShell.Management\Set-Item -LiteralPath Function:global:_VENV_PROMPT_$n `
                    -Value $function:_OLD_VIRTUAL_PROMPT
            }
            $function:_OLD_VIRTUAL_PROMPT = $null
            Microsoft.PowerShell.Utility\Remove-Variable -Name _PYTHON_VENV_PROMPT_PREFIX -Scope Global `
                -Force -ErrorAction Ignore
        }
        if (-not $NonDestructive) {
            $function:deactivate = $null
            if ($function:_OLD_VIRTUAL_DEACTIVATE) {
                ${function:global:deactivate} = $function:_OLD_VIRTUAL_DEACTIVATE
                $function:_OLD_VIRTUAL_DEACTIVATE = $null
            }
            if (Microsoft.PowerShell.Management\Test-Path -LiteralPath Variable:global:_OLD_VIRTUAL_ALIAS) {
                $alias = $global:_OLD_VIRTUAL_ALIAS
                Microsoft.PowerShell.Utility\Set-Alias -Name deactivate -Value $alias.Definition -Scope Global `
                    -Description $alias.Description -Option $alias.Options
                Microsoft.PowerShell.Utility\Remove-Variable -Name _OLD_VIRTUAL_ALIAS -Scope Global
            }
        }
    }
    if ("${function:global:deactivate}" -notlike '*_OLD_VIRTUAL_PATH*') {
        # The user's function is read-only, and PowerShell has said so.
        $function:_OLD_VIRTUAL_DEACTIVATE = $null
        return
    }
    if ($alias:deactivate) {
        $own = Microsoft.PowerShell.Management\Get-Item -LiteralPath Alias:deactivate
        if ($own.Options -notlike '*Constant*') {
            $global:_OLD_VIRTUAL_ALIAS = $own
            # An alias for all scopes is in each of them.
            while ($alias:deactivate) {
                Microsoft.PowerShell.Management\Remove-Item -LiteralPath Alias:deactivate -Force
            }
        }
    }
    & ${function:global:deactivate} -NonDestructive

    $env:VIRTUAL_ENV = $VenvDir
    $env:VIRTUAL_ENV_PROMPT = $Prompt
    $env:_OLD_VIRTUAL_PATH = $env:PATH
    # An empty entry would mean the current directory.
    $env:PATH = if ($env:PATH) { $entry + $colon + $env:PATH } else { $entry }
    $env:_OLD_VIRTUAL_PYTHONHOME = $env:PYTHONHOME
    $env:PYTHONHOME = $null

    if (-not $env:VIRTUAL_ENV_DISABLE_PROMPT -and $function:prompt) {
        $own = {
            $succeeded = $?
            $wrapped = $function:_VENV_PROMPT_0
            if (-not $wrapped) {
                $wrapped = $function:_OLD_VIRTUAL_PROMPT
                Microsoft.PowerShell.Utility\Write-Host -NoNewline -ForegroundColor Green `
                    ('(' + $global:_PYTHON_VENV_PROMPT_PREFIX + ') ')
            }
            # The wrapped prompt may show whether the last command failed: let one fail, unseen.
            if (-not $succeeded) {
                Microsoft.PowerShell.Utility\Write-Error -Message 'failed' -ErrorAction Ignore
            }
            & $wrapped
        }
        if ($function:_VENV_PROMPT_0) {
            # Each that somebody else's prompt may call has a number of its own.
            $n = 1
            while (Microsoft.PowerShell.Management\Test-Path -LiteralPath Function:_VENV_PROMPT_$n) {
                $n++
            }
            $own = "$own" -replace '_0\b', "_$n"
        }
        ${function:global:_OLD_VIRTUAL_PROMPT} = $function:prompt
        try {
            ${function:global:prompt} = $own
            $global:_PYTHON_VENV_PROMPT_PREFIX = $Prompt
        }
        catch {
            # The user's function is read-only.
            $function:_OLD_VIRTUAL_PROMPT = $null
            if ($full) {
                $global:Error.RemoveAt(0)
            }
        }
    }
    if ($VerbosePreference -ne 'SilentlyContinue') {
        Microsoft.PowerShell.Utility\Write-Verbose -Message "VIRTUAL_ENV is '$VenvDir', with the prompt '$Prompt'"
        Microsoft.PowerShell.Utility\Write-Verbose -Message "PATH begins with '$entry'"
    }

    $python = $entry + $slash + 'python'
    if ($slash -eq '\') {
        $python += '.exe'
    }
    $is_gone = $false
    if ($full) {
        # Opening follows links. A file that may not be read is there, too.
        try {
            [System.IO.File]::OpenRead($python).Dispose()
        }
        catch {
            $is_gone = $_.Exception.InnerException.GetType().Name -like '*NotFoundException'
            $global:Error.RemoveAt(0)
        }
    }
    elseif ($slash -eq '\' -or $python -notlike '*\*') {
        $item = Microsoft.PowerShell.Management\Get-Item -LiteralPath ($files + $python) -Force -ErrorAction Ignore
        # The end of a chain of links, which Windows PowerShell does not tell.
        $end = if ($item -and $item.PSObject.Properties['ResolvedTarget']) { $item.ResolvedTarget }
        $is_gone = -not $item -or ($end -and -not (Microsoft.PowerShell.Management\Test-Path -LiteralPath ($files + $end)))
    }
    if ($is_gone) {
        $message = 'activate: no Python is found in this environment: it was moved, or its interpreter is gone'
        Microsoft.PowerShell.Utility\Write-Warning -WarningAction Continue -Message $message
    }
} @args
