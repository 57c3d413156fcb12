
using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'rvenv' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'rvenv'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ('rvenv') {
        'rvenv' {
            [CompletionResult]::new('--prompt', '--prompt', [CompletionResultType]::ParameterName, 'The name that the shell prompt shows while the environment is active; `.` means the name of the current directory [default: the name of ENV_DIR]')
            [CompletionResult]::new('--system-site-packages', '--system-site-packages', [CompletionResultType]::ParameterName, 'Let the environment see the packages that are installed for the base interpreter')
            [CompletionResult]::new('--symlinks', '--symlinks', [CompletionResultType]::ParameterName, 'Link the interpreter into the environment (the default, except on Windows)')
            [CompletionResult]::new('--copies', '--copies', [CompletionResultType]::ParameterName, 'Copy the interpreter into the environment (the default on Windows)')
            [CompletionResult]::new('--clear', '--clear', [CompletionResultType]::ParameterName, 'Delete everything in an existing ENV_DIR first')
            [CompletionResult]::new('--upgrade', '--upgrade', [CompletionResultType]::ParameterName, 'Switch an existing environment to the current interpreter, keeping its packages, scripts, prompt and access to the base interpreter''s packages')
            [CompletionResult]::new('--without-pip', '--without-pip', [CompletionResultType]::ParameterName, 'Do not install pip')
            [CompletionResult]::new('--upgrade-deps', '--upgrade-deps', [CompletionResultType]::ParameterName, 'Upgrade pip (and setuptools, where Python still brings it) from the package index afterwards')
            [CompletionResult]::new('--without-scm-ignore-files', '--without-scm-ignore-files', [CompletionResultType]::ParameterName, 'Do not write a .gitignore into the environment')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            break
        }
    })

    # A word is a directory if it does not begin with a dash, or is after `--`.
    $end = $commandElements.Where{ $_.Extent.Text -eq '--' -and $_.Extent.EndOffset -lt $cursorPosition }
    if ($end -or -not $wordToComplete.StartsWith('-')) {
        return [CompletionCompleters]::CompleteFilename($wordToComplete) |
            Where-Object ResultType -EQ ProviderContainer
    }

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
