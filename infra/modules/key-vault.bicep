// Where the few secrets lie. The app reads them by reference, with its identity; no setting holds one.
// ../secrets.bicep puts them here.

param name string
param location string
param tags object

@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string
param workspaceId string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  // checkov:skip=CKV_AZURE_42: what is in it can be set again; protected from purging, its name could not be deployed again for a week
  // checkov:skip=CKV_AZURE_110: the same
  // checkov:skip=CKV_AZURE_109: without a virtual network the app comes over the public endpoint, by identity only
  // checkov:skip=CKV_AZURE_189: the same; with a virtual network it is closed, see publicNetworkAccess
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
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
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
