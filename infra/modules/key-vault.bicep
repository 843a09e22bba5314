// Where the few secrets lie. The app reads them by reference, with its identity; no setting holds one.
// ../secrets.bicep puts them here.

param name string
param location string
param tags object

@description('Whether only private endpoints and the named addresses get in.')
param isPrivate bool

@description('Addresses that a firewall lets in.')
param allowedAddresses array

@description('Whether what was deleted can be purged by nobody before its time. It cannot be taken back.')
param purgeProtection bool
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  // checkov:skip=CKV_AZURE_42: purgeProtection is the owner's choice; with it the name cannot be deployed again for a week
  // checkov:skip=CKV_AZURE_110: the same
  // checkov:skip=CKV_AZURE_109: without a virtual network the app comes over the public endpoint, by identity only
  // checkov:skip=CKV_AZURE_189: the same; with a virtual network it is closed, see isPrivate
  name: name
  location: location
  tags: tags
  properties: {
    tenantId: subscription().tenantId
    sku: {
      family: 'A'
      name: 'standard'
    }
    enableRbacAuthorization: true
    enableSoftDelete: true
    softDeleteRetentionInDays: 7
    // The service refuses false.
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: isPrivate && empty(allowedAddresses) ? 'Disabled' : 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      ipRules: [for address in allowedAddresses: {
        value: address
      }]
    }
  }
}

// Wraps the keys by which the addresses and secrets of receivers are sealed. It never leaves the vault.
resource seal 'Microsoft.KeyVault/vaults/keys@2025-05-01' = {
  // checkov:skip=CKV_AZURE_40: what it sealed could not be opened any more; a new version can be made at any time
  // checkov:skip=CKV_AZURE_112: the vault is a standard one; what the key guards is a few addresses and secrets
  parent: vault
  name: 'seal'
  tags: tags
  properties: {
    kty: 'RSA'
    keySize: 3072
    keyOps: ['wrapKey', 'unwrapKey']
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'AuditEvent'
        enabled: true
      }
    ]
  }
}

output id string = vault.id
output name string = vault.name
output uri string = vault.properties.vaultUri
output sealingKey string = '${vault.properties.vaultUri}keys/seal'
