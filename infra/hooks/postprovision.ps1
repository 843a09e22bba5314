# After everything is made: secrets of ours, at random, where there are none yet. The parameters are in
# a file that is removed, so that no secret stands on a command line.
$ErrorActionPreference = 'Stop'
$PSNativeCommandUseErrorActionPreference = $false

foreach ($name in 'webhook-secret', 'events-secret', 'owner-key') {
    $address = "/subscriptions/$env:AZURE_SUBSCRIPTION_ID/resourceGroups/$env:AZURE_RESOURCE_GROUP" +
        "/providers/Microsoft.KeyVault/vaults/$env:KEY_VAULT_NAME/secrets/${name}?api-version=2025-05-01"
    $why = az rest --method GET --only-show-errors --output none --url $address 2>&1
    if (-not $LASTEXITCODE) { continue }
    if ("$why" -notmatch 'Not ?Found') {
        [Console]::Error.WriteLine("$why")
        exit 1
    }
    $bytes = [byte[]]::new(32)
    [System.Security.Cryptography.RandomNumberGenerator]::Fill($bytes)
    $value = [Convert]::ToBase64String($bytes)
    if ($name -eq 'events-secret') { $value = "whsec_$value" }
    if ($name -eq 'owner-key') { $value = 'dsk_' + $value.TrimEnd('=').Replace('+', '-').Replace('/', '_') }
    $file = New-TemporaryFile
    try {
        @{ parameters = @{ names = @{ value = @($name) }; values = @{ value = @{ $name = $value } } } } |
            ConvertTo-Json -Depth 5 | Set-Content $file
        az deployment group create --name "dropscribe-$name" --only-show-errors --output none `
            --subscription $env:AZURE_SUBSCRIPTION_ID --resource-group $env:AZURE_RESOURCE_GROUP `
            --template-file "$PSScriptRoot/../secrets.bicep" `
            --parameters vaultName=$env:KEY_VAULT_NAME --parameters "@$file"
        if ($LASTEXITCODE) { exit $LASTEXITCODE }
    } finally {
        Remove-Item $file
    }
    Write-Host "$name is in $env:KEY_VAULT_NAME."
}
