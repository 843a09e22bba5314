// The few secrets there are. The app reads them by reference, with its identity; no setting holds
// one, and no deployment is given one.

param name string
param location string
param tags object

@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string
param workspaceId string
param hostStorageName string

@description('What the key of the owner is made of, at the first deployment.')
@secure()
param ownerSeed string = newGuid()

@secure()
param ownerSalt string = newGuid()

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

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName
}

// Secrets of our own are made from a key that is good for nothing else, because the account refuses
// keys: the same at each deployment, unknown to everybody, changed by renewing that key.
resource webhookSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  // checkov:skip=CKV_AZURE_41: it does not expire by itself; docs/operations.md says how it is changed
  parent: vault
  name: 'webhook-secret'
  properties: {
    contentType: 'signs the calls of speech providers'
    value: '${guid(hostStorage.listKeys().keys[0].value, 'webhook', name)}${guid(name, hostStorage.listKeys().keys[0].value, 'secret')}'
  }
}

// Signs the events that go to addresses which batches bring along, in the form of Standard Webhooks.
resource eventsSecret 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  // checkov:skip=CKV_AZURE_41: it does not expire by itself; docs/operations.md says how it is changed
  parent: vault
  name: 'events-secret'
  properties: {
    contentType: 'signs events'
    value: 'whsec_${base64(replace('${guid(hostStorage.listKeys().keys[0].value, 'events', name)}${guid(name, 'signs', hostStorage.listKeys().keys[0].value)}', '-', ''))}'
  }
}

// Opens everything in the API, to begin with: whoever has it makes the keys of others. Made at random,
// and only where there is none.
@onlyIfNotExists()
resource ownerKey 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = {
  // checkov:skip=CKV_AZURE_41: it does not expire by itself; docs/operations.md says how it is changed
  parent: vault
  name: 'owner-key'
  properties: {
    contentType: 'the key of the owner for the API'
    value: 'dsk_${substring(replace('${ownerSeed}${ownerSalt}', '-', ''), 0, 43)}'
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
