# A session in which the user has an alias and a function `deactivate`.
$ErrorActionPreference = 'Stop'
function Show-Mine { "alias: $args" }
function global:deactivate([string] $What) { "it's mine: $What" + ' $(touch pwned) `touch pwned`' }
Set-Alias -Name deactivate -Value Show-Mine -Description "it's" -Option AllScope
function Describe {
    $alias = Get-Item Alias:deactivate
    [string] $alias.Definition + ' ' + $alias.Description + ' ' + $alias.Options
    [string] (Get-Item Function:deactivate).ScriptBlock
    deactivate one
    & (Get-Command -CommandType Function deactivate) two
}
$before = Describe
. "$env:A/bin/Activate.ps1"
. "$env:A/bin/Activate.ps1"
. "$env:B/bin/Activate.ps1"
deactivate -NonDestructive
. "$env:A/bin/Activate.ps1"
deactivate
$after = Describe
if ([string] $before -cne [string] $after) { $before; $after }
Remove-Item Alias:deactivate -Force
Remove-Item Function:deactivate
. "$env:A/bin/Activate.ps1"
deactivate
Get-Item Alias:*deactivate*, Function:*deactivate*, Variable:*OLD_VIRTUAL*
$before.Count
