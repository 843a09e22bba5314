// The account of the data: audio, outputs, state, messages. Names of containers, queues and table
// are those of the code; a test holds them together.

param name string
param location string
param tags object
param sku string
param isPrivate bool

@description('Addresses that a firewall lets in.')
param allowedAddresses array
param workspaceId string

@description('Resource ids of the Speech accounts, which a firewall lets in.')
param speechIds array

@description('Whether every version of a blob is kept for a week after the next one.')
param versioning bool

@description('Address of a key of the owner in a vault, with which the account is encrypted; empty: one of the platform.')
param customerKey string

@description('Resource id of the identity that may use that key.')
param customerKeyIdentityId string

@description('Days after which audio and what asked for its transcription are deleted; 0: never.')
param audioDays int

@description('Days after which transcripts, reports and error reports are deleted; 0: never.')
param outputDays int

@description('Days after which what was called by the API is forgotten.')
param auditDays int

@description('Log who reads and writes blobs, not only who deletes them.')
param auditBlobs bool

@description('Where the page is served from: its scripts may send audio and read it. scheme://host')
param page string

@description('Containers of audio: audio, uploads, and further ones that manifests may name. When the blobs of those end, their owners say.')
param audio array

var requests = [
  'manifests'
  'batches'
]
var outputs = [
  'transcripts'
  'reports'
  'errors'
  'corrected'
  'revisions'
  'search'
  'exports'
]
// Addresses and secrets of those who are told of events. Nothing deletes them but the app.
var subscriptions = 'subscriptions'
var deadLetters = 'dead-letters'
// Copies of audio for providers, which the app makes anew where they are wanted again.
var prepared = 'prepared'
// Copies of audio for people's browsers, with their waves. The app makes them anew, too.
var listening = 'listening'
// Those in which personal data is hidden lie apart. The app removes them, unless they are to stay.
var redactedAudio = 'redacted-audio'
// What profiles keep as it was said, for owners alone.
var unredacted = 'unredacted'
// Who read and changed what, in blobs that only grow.
var audit = 'audit'
// What express was paid for and is not written yet, sealed where a profile redacts. The app removes it.
var answers = 'answers'
var steps = [
  'steps'
  'write'
  'deliver'
  'heavy'
]

// What has 0 days is left out: the audio is its owner's, and nothing deletes it unasked.
var expiringAlways = [
  {
    name: 'dead-letters'
    days: 14
    prefixes: ['${deadLetters}/']
    kind: 'blockBlob'
  }
  {
    name: 'prepared'
    days: 7
    prefixes: ['${prepared}/']
    kind: 'blockBlob'
  }
  {
    name: 'listening'
    days: 90
    prefixes: ['${listening}/']
    kind: 'blockBlob'
  }
  {
    name: 'unredacted'
    days: 90
    prefixes: ['${unredacted}/']
    kind: 'blockBlob'
  }
  {
    name: 'audit'
    days: auditDays
    prefixes: ['${audit}/']
    kind: 'appendBlob'
  }
  {
    name: 'answers'
    days: 7
    prefixes: ['${answers}/']
    kind: 'blockBlob'
  }
]
var expiringAudio = audioDays == 0 ? [] : [
  {
    name: 'audio'
    days: audioDays
    prefixes: ['audio/', 'uploads/', 'manifests/', 'batches/']
    kind: 'blockBlob'
  }
]
var expiringOutputs = outputDays == 0 ? [] : [
  {
    name: 'outputs'
    days: outputDays
    prefixes: ['transcripts/', 'reports/', 'errors/', 'corrected/', 'revisions/', 'search/', 'exports/']
    kind: 'blockBlob'
  }
]

// A version that was overtaken, or whose blob was deleted, lives as long as what was deleted.
var expiringVersions = !versioning ? [] : [
  {
    name: 'versions'
    type: 'Lifecycle'
    definition: {
      actions: {
        version: {
          delete: {
            daysAfterCreationGreaterThan: 7
          }
        }
      }
      filters: {
        blobTypes: ['blockBlob']
      }
    }
  }
]

// https://vault/keys/name or https://vault/keys/name/version; without a version the newest counts.
var keyParts = split(customerKey, '/')
var encryption = empty(customerKey) ? null : {
  keySource: 'Microsoft.Keyvault'
  identity: {
    userAssignedIdentity: customerKeyIdentityId
  }
  keyvaultproperties: {
    keyvaulturi: '${keyParts[0]}//${keyParts[2]}'
    keyname: keyParts[4]
    keyversion: length(keyParts) > 5 ? keyParts[5] : ''
  }
}

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  // checkov:skip=CKV_AZURE_206: the sku is a parameter, because what the data is worth only its owner knows
  // checkov:skip=CKV_AZURE_33: each poll of a queue would be a line; what the messages do is in the app's own log
  // checkov:skip=CKV_AZURE_59: people and programs drop audio over the public endpoint; with a virtual network it is closed to all but the resources named here
  // checkov:skip=CKV_AZURE_35: the default is Deny where there is a virtual network, see isPrivate
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  identity: empty(customerKey) ? null : {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${customerKeyIdentityId}': {}
    }
  }
  properties: {
    encryption: encryption
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    // Not Disabled: Speech and Event Grid come over the public endpoint even past a firewall.
    publicNetworkAccess: 'Enabled'
    networkAcls: {
      bypass: 'AzureServices'
      defaultAction: isPrivate ? 'Deny' : 'Allow'
      ipRules: [for address in allowedAddresses: {
        value: address
        action: 'Allow'
      }]
      resourceAccessRules: [for id in speechIds: {
        tenantId: subscription().tenantId
        resourceId: id
      }]
    }
    sasPolicy: {
      expirationAction: 'Log'
      sasExpirationPeriod: '7.00:00:00'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: versioning
    deleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: 7
    }
    cors: {
      corsRules: [
        {
          allowedOrigins: [page]
          allowedMethods: ['GET', 'HEAD', 'PUT']
          allowedHeaders: ['x-ms-*', 'content-type', 'range']
          exposedHeaders: ['x-ms-*', 'etag']
          maxAgeInSeconds: 3600
        }
      ]
    }
  }
}

resource containers 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = [for container in concat(audio, requests, outputs, [subscriptions, deadLetters, prepared, listening, redactedAudio, unredacted, audit, answers]): {
  parent: blobs
  name: container
  properties: {
    publicAccess: 'None'
  }
}]

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource queues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for step in steps: {
  parent: queueService
  name: 'dropscribe-${step}'
}]

resource poisonQueues 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = [for step in steps: {
  parent: queueService
  name: 'dropscribe-${step}-poison'
}]

// The host's own name for blob events that failed five times.
resource blobPoisonQueue 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' = {
  parent: queueService
  name: 'webjobs-blobtrigger-poison'
}

resource tableService 'Microsoft.Storage/storageAccounts/tableServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource state 'Microsoft.Storage/storageAccounts/tableServices/tables@2025-06-01' = {
  parent: tableService
  name: 'dropscribe'
}

var rules = [for rule in concat(expiringAlways, expiringAudio, expiringOutputs): {
  name: rule.name
  type: 'Lifecycle'
  definition: {
    actions: {
      baseBlob: {
        delete: {
          daysAfterModificationGreaterThan: rule.days
        }
      }
    }
    filters: {
      blobTypes: [rule.kind]
      prefixMatch: rule.prefixes
    }
  }
}]

resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: concat(rules, expiringVersions)
    }
  }
}

resource blobAudit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: blobs
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [for category in concat(['StorageDelete'], auditBlobs ? ['StorageRead', 'StorageWrite'] : []): {
      category: category
      enabled: true
    }]
  }
}

output id string = account.id
output name string = account.name
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table

@description('What Speech has to read.')
// Speech may read what was dropped, and the copies that were made of it.
output containersOfSound array = concat(audio, [prepared])
output deadLetterContainer string = deadLetters

@description('Where the app is told of renamed blobs.')
output renamedQueue string = 'dropscribe-${steps[0]}'
