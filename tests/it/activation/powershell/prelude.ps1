# Begins each session. The language is constrained where a company allows only that to scripts.
$ExecutionContext.SessionState.LanguageMode = $env:LANGUAGE
# PowerShell loads it when it is first used, and it brings an alias.
Import-Module Microsoft.PowerShell.Utility

# All of the session that an activation might change, as text.
function Get-Snapshot {
    # These change with each command, or hold the snapshots.
    $volatile = '^', '$', '?', '_', 'args', 'before', 'code', 'Error', 'foreach', 'input', 'Matches', 'MyInvocation',
        'PSBoundParameters', 'PSItem', 'seen', 'StackTrace', 'switch', 'volatile'
    Get-ChildItem Env: | ForEach-Object { "env $($_.Name) $($_.Value)" }
    Get-ChildItem Alias: | ForEach-Object { "alias $($_.Name) $($_.Definition) $($_.Description) $($_.Options)" }
    Get-ChildItem Function: | ForEach-Object { "function $($_.Name) $($_.Options) $($_.ScriptBlock)" }
    Get-Variable | Where-Object Name -NotIn $volatile | ForEach-Object { "variable $($_.Name) $($_.Options) $($_.Value)" }
    "errors $($Error.Count)"
}

# Prints what is in only one of two snapshots.
function Compare-Snapshot($Before, $After) {
    Compare-Object $Before $After | ForEach-Object { "$($_.SideIndicator) $($_.InputObject)" }
}
