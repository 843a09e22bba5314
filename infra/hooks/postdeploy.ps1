# After the code is there. Blobs are announced to the app: the template reads the app's key itself; the
# app makes it when it first runs, so it is woken, and the deployment tried again until the key is there.
# Then the deployment is green only when the secrets are resolved and the app itself says so.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false
$version = [regex]::Match((Get-Content -Raw "$PSScriptRoot/../../shared/version.py"), '(?m)^VERSION = "(.*)"').Groups[1].Value
$app = "/subscriptions/$env:AZURE_SUBSCRIPTION_ID/resourceGroups/$env:AZURE_RESOURCE_GROUP/providers/Microsoft.Web/sites/$env:AZURE_FUNCTION_APP_NAME"

# Tries it ten times, half a minute apart. What it writes is shown; the last thing says whether it worked.
function Wait-Until([string]$waiting, [scriptblock]$works) {
    foreach ($try in 1..10) {
        if (& $works) { return $true }
        if ($try -lt 10) {
            Write-Host "$waiting; trying again in 30 seconds."
            Start-Sleep -Seconds 30
        }
    }
    return $false
}

$posture = if ($env:POSTURE) { $env:POSTURE } else { 'open' }
$announced = {
    try { Invoke-WebRequest -Uri $env:AZURE_FUNCTION_APP_URL -TimeoutSec 60 | Out-Null } catch { }
    az deployment group create --name dropscribe-events --only-show-errors --output none `
        --subscription $env:AZURE_SUBSCRIPTION_ID --resource-group $env:AZURE_RESOURCE_GROUP `
        --template-file "$PSScriptRoot/../events.bicep" `
        --parameters posture=$posture functionAppName=$env:AZURE_FUNCTION_APP_NAME `
            eventTopicName=$env:EVENT_TOPIC_NAME dataStorageName=$env:DATA_STORAGE_NAME | Out-Host
    -not $LASTEXITCODE
}

# A reference that was not resolved leaves its own text in the place of the secret, for up to a day.
# Keys of providers are set by hand, maybe later: of these alone it is told.
$resolved = {
    az rest --method POST --only-show-errors --output none `
        --url "$app/config/configreferences/appsettings/refresh?api-version=2022-03-01" | Out-Host
    if ($LASTEXITCODE) { return $false }
    $open = @(az rest --method GET --only-show-errors `
        --url "$app/config/configreferences/appsettings?api-version=2022-03-01" `
        --query "value[?properties.status!='Resolved'].[name, properties.status]" --output tsv)
    if ($LASTEXITCODE) { return $false }
    $open | Where-Object { $_ } | ForEach-Object { [Console]::Error.WriteLine("Not resolved: $_") }
    -not ($open -match '_SECRET|OWNER_KEY')
}

$healthy = {
    try {
        $answer = Invoke-WebRequest -Uri "$env:AZURE_FUNCTION_APP_URL/api/health" -TimeoutSec 60
        $answer.Content.Contains("`"$version`"")
    } catch { $false }
}

if (-not (Wait-Until 'The app does not answer yet' $announced)) {
    [Console]::Error.WriteLine("Blobs are not announced yet. The sweep finds them meanwhile; 'azd hooks run postdeploy' tries again.")
    exit 1
}
Write-Host "Blobs are announced to $env:AZURE_FUNCTION_APP_NAME."
if (-not (Wait-Until 'Secrets are not read yet' $resolved)) {
    [Console]::Error.WriteLine("The app cannot read its secrets: are they in $env:KEY_VAULT_NAME (infra/secret.sh make), and has the app's identity the role Key Vault Secrets User there?")
    exit 1
}
if (-not (Wait-Until 'The app is not ready yet' $healthy)) {
    [Console]::Error.WriteLine("The code was deployed, but $env:AZURE_FUNCTION_APP_URL/api/health does not answer with version $version. It says what is wrong with settings; without an answer look at 'Diagnose and solve problems' in the portal.")
    exit 1
}
Write-Host "$env:AZURE_FUNCTION_APP_NAME answers: version $version."
