# Resource providers that the platform uses behind our resources, so that no template registers them.
$ErrorActionPreference = 'Stop'
foreach ($namespace in 'Microsoft.App', 'Microsoft.EventGrid', 'Microsoft.Insights') {
    az provider register --namespace $namespace --subscription $env:AZURE_SUBSCRIPTION_ID --wait --only-show-errors
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
}
