# Before anything is made: are the parameters what they should be, are the resource providers
# registered that the platform uses behind our resources, and since when is there a budget.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

$wrong = $false
foreach ($line in Get-Content "$PSScriptRoot/parameters.tsv") {
    if (-not $line -or $line.StartsWith('#')) { continue }
    $name, $pattern, $meaning = $line -split "`t", 3
    $value = [Environment]::GetEnvironmentVariable($name)
    if (-not $value) { continue }
    $value = $value -replace '[\n\r\t]', ' '
    if ($value -cnotmatch $pattern) {
        [Console]::Error.WriteLine("${name}: '$value' is not $meaning.")
        $wrong = $true
    }
}
if ($wrong) {
    [Console]::Error.WriteLine("Nothing was deployed. 'azd env set NAME value' sets each right.")
    exit 1
}

foreach ($namespace in 'Microsoft.App', 'Microsoft.EventGrid', 'Microsoft.Insights') {
    az provider register --namespace $namespace --subscription $env:AZURE_SUBSCRIPTION_ID --wait --only-show-errors
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

# A budget keeps the month in which it was first made: the service refuses another.
if ([int]($env:MONTHLY_BUDGET) -gt 0 -and -not $env:BUDGET_START) {
    $group = if ($env:AZURE_RESOURCE_GROUP) { $env:AZURE_RESOURCE_GROUP } else { "rg-$env:AZURE_ENV_NAME" }
    $start = az consumption budget show-with-rg --budget-name dropscribe --only-show-errors `
        --subscription $env:AZURE_SUBSCRIPTION_ID --resource-group $group `
        --query timePeriod.startDate --output tsv 2>$null
    if ($LASTEXITCODE -or -not $start) { $start = (Get-Date).ToUniversalTime().ToString('yyyy-MM-01') }
    azd env set BUDGET_START $start.Substring(0, 10)
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}
