# Has blobs announced to the app. The template reads the app's key itself; the app makes it when it
# first runs, so it is woken, and the deployment tried again until the key is there.
$ErrorActionPreference = 'Stop'
foreach ($try in 1..10) {
    try { Invoke-WebRequest -Uri $env:AZURE_FUNCTION_APP_URL -TimeoutSec 60 | Out-Null } catch { }
    az deployment group create --name dropscribe-events --only-show-errors --output none `
        --subscription $env:AZURE_SUBSCRIPTION_ID --resource-group $env:AZURE_RESOURCE_GROUP `
        --template-file "$PSScriptRoot/../events.bicep" `
        --parameters functionAppName=$env:AZURE_FUNCTION_APP_NAME `
            eventTopicName=$env:EVENT_TOPIC_NAME dataStorageName=$env:DATA_STORAGE_NAME
    if (-not $LASTEXITCODE) {
        Write-Host "Blobs are announced to $env:AZURE_FUNCTION_APP_NAME."
        exit 0
    }
    if ($try -lt 10) {
        Write-Host 'The app does not answer yet; trying again in 30 seconds.'
        Start-Sleep -Seconds 30
    }
}
[Console]::Error.WriteLine("Blobs are not announced yet. The sweep finds them meanwhile; 'azd hooks run postdeploy' tries again.")
exit 1
