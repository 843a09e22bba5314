# Before anything is made: are the parameters what they should be, are the resource providers
# registered that the platform uses behind our resources, is there a group, since when is there a
# budget, and whose is the data. azd may ask for subscription and region only afterwards.
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

$there = if ($env:AZURE_SUBSCRIPTION_ID) { @('--subscription', $env:AZURE_SUBSCRIPTION_ID) } else { @() }
$who = az account show @there --only-show-errors --query user.type --output tsv
if ($LASTEXITCODE) {
    [Console]::Error.WriteLine("The Azure CLI has a sign-in of its own: 'az login', into the tenant of the subscription.")
    exit 1
}

# Whoever has rights on a resource group alone may not register; the deployment tells if it is needed.
foreach ($namespace in 'Microsoft.App', 'Microsoft.EventGrid', 'Microsoft.Insights') {
    az provider register --namespace $namespace @there --wait --only-show-errors
    if ($LASTEXITCODE) {
        [Console]::Error.WriteLine("$namespace is not registered by you; if it never was, an owner of the subscription does it.")
    }
}

# The group is made here where nothing has to be asked for; whoever has rights on one alone names it.
$group = if ($env:AZURE_RESOURCE_GROUP) { $env:AZURE_RESOURCE_GROUP } else { "rg-$env:AZURE_ENV_NAME" }
if ($env:AZURE_SUBSCRIPTION_ID -and $env:AZURE_ENV_NAME -and $env:AZURE_LOCATION) {
    az group show @there --name $group --only-show-errors --output none 2>$null
    if ($LASTEXITCODE) {
        az group create @there --name $group --location $env:AZURE_LOCATION `
            --tags azd-env-name=$env:AZURE_ENV_NAME --only-show-errors --output none
        if ($LASTEXITCODE) { exit $LASTEXITCODE }
    }
    if ($env:AZURE_RESOURCE_GROUP -ne $group) {
        azd env set AZURE_RESOURCE_GROUP $group
        if ($LASTEXITCODE) { exit $LASTEXITCODE }
    }
}

# A budget keeps the month in which it was first made: the service refuses another.
if ([int]($env:MONTHLY_BUDGET) -gt 0 -and -not $env:BUDGET_START) {
    $start = az consumption budget show-with-rg --budget-name dropscribe --only-show-errors @there `
        --resource-group $group `
        --query timePeriod.startDate --output tsv 2>$null
    if ($LASTEXITCODE -or -not $start) { $start = (Get-Date).ToUniversalTime().ToString('yyyy-MM-01') }
    azd env set BUDGET_START $start.Substring(0, 10)
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

# A person who deploys first looks after it. A pipeline is nobody, unless it is told who.
if (-not $env:OWNER_PRINCIPAL_ID -and $who -eq 'user') {
    $owner = az ad signed-in-user show --only-show-errors --query id --output tsv
    if ($LASTEXITCODE) {
        [Console]::Error.WriteLine('Who you are is not known, so nobody gets the data roles; OWNER_PRINCIPAL_ID says who.')
    } else {
        azd env set OWNER_PRINCIPAL_ID $owner
        if ($LASTEXITCODE) { exit $LASTEXITCODE }
    }
}
