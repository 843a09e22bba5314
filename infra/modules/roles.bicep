// Every role that anybody has here, each with its reason. The reason is in the assignment, too, so
// that it can be read in the portal. A test holds this page against the calls that the code makes.

param appPrincipalId string
param hostStorageName string
param dataStorageName string
param vaultName string
param applicationInsightsName string
param deadLetterContainer string
param renamedQueue string
param eventTopicPrincipalId string

@description('Containers whose audio Speech reads with its own identity.')
param containersReadBySpeech array
param speechNames array
param speechPrincipalIds array

@description('Whether the app registers webhooks at Speech.')
param registersWebhooks bool

@description('The account that finds personal data; empty: there is none.')
param languageName string

@description('Who looks after the deployment, an object id; empty: nobody gets a role.')
param ownerPrincipalId string
param ownerPrincipalType string

var blobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var blobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var blobDataReader = '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
var queueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var queueMessageSender = 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a'
var tableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var speechUser = 'f2dc8367-1007-4938-bd23-fe263f013447'
var speechContributor = '0e75ca1e-0464-4b4d-8b93-68208a576181'
var languageReader = '7628b7b8-a8b2-4cdc-b46f-e9b35248918e'
var secretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var cryptoEncryption = 'e147488a-f6f5-4113-8e2d-b22465e65bf6'
var secretsOfficer = 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7'
var metricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

var hasOwner = !empty(ownerPrincipalId)

var onHostStorage = [
  {
    role: blobDataOwner
    reason: 'The functions host keeps its leases, keys and timers here, and reads the package of the app.'
  }
  {
    role: queueDataContributor
    reason: 'The host queues blob events here, in a queue that it makes itself.'
  }
  {
    role: tableDataContributor
    reason: 'The host writes its diagnostic events here, into a table that it makes itself.'
  }
]
var appOnDataStorage = [
  {
    principal: appPrincipalId
    type: 'ServicePrincipal'
    role: blobDataContributor
    reason: 'The app reads audio, writes transcripts and reports, and signs the links that providers read by.'
  }
  {
    principal: appPrincipalId
    type: 'ServicePrincipal'
    role: queueDataContributor
    reason: 'The app sends and receives its messages; the host moves those that failed to poison queues.'
  }
  {
    principal: appPrincipalId
    type: 'ServicePrincipal'
    role: tableDataContributor
    reason: 'The app keeps the state of batches, jobs and recordings here.'
  }
]
var ownerOnDataStorage = !hasOwner ? [] : [
  {
    principal: ownerPrincipalId
    type: ownerPrincipalType
    role: blobDataContributor
    reason: 'Whoever looks after it drops audio and reads what comes back.'
  }
  {
    principal: ownerPrincipalId
    type: ownerPrincipalType
    role: queueDataContributor
    reason: 'Whoever looks after it looks into the queues and replays messages.'
  }
  {
    principal: ownerPrincipalId
    type: ownerPrincipalType
    role: tableDataContributor
    reason: 'Whoever looks after it follows recordings through the table.'
  }
]
var ownerOnVault = !hasOwner ? [] : [
  {
    principal: ownerPrincipalId
    type: ownerPrincipalType
    role: secretsOfficer
    reason: 'Whoever looks after it sets the keys of further providers.'
  }
]
var appOnVault = [
  {
    principal: appPrincipalId
    type: 'ServicePrincipal'
    role: secretsUser
    reason: 'Settings of the app refer to secrets, which are read with its identity.'
  }
  {
    principal: appPrincipalId
    type: 'ServicePrincipal'
    role: cryptoEncryption
    reason: 'The app seals addresses and secrets of receivers by a key that never leaves the vault.'
  }
]

resource hostStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: hostStorageName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataStorageName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' existing = {
  parent: dataStorage
  name: 'default'
}

resource deadLetters 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  parent: blobs
  name: deadLetterContainer
}

resource queueService 'Microsoft.Storage/storageAccounts/queueServices@2025-06-01' existing = {
  parent: dataStorage
  name: 'default'
}

resource renamed 'Microsoft.Storage/storageAccounts/queueServices/queues@2025-06-01' existing = {
  parent: queueService
  name: renamedQueue
}

resource audio 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = [for container in containersReadBySpeech: {
  parent: blobs
  name: container
}]

resource speech 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = [for name in speechNames: {
  name: name
}]

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: applicationInsightsName
}

resource hostStorageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in onHostStorage: {
  scope: hostStorage
  name: guid(hostStorage.id, appPrincipalId, grant.role)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.role)
    description: grant.reason
  }
}]

resource dataStorageRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in concat(appOnDataStorage, ownerOnDataStorage): {
  scope: dataStorage
  name: guid(dataStorage.id, grant.principal, grant.role)
  properties: {
    principalId: grant.principal
    principalType: grant.type
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.role)
    description: grant.reason
  }
}]

resource vaultRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for grant in concat(appOnVault, ownerOnVault): {
  scope: vault
  name: guid(vault.id, grant.principal, grant.role)
  properties: {
    principalId: grant.principal
    principalType: grant.type
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', grant.role)
    description: grant.reason
  }
}]

// Speech User may make, read and delete transcriptions, but not register a webhook: of its data
// actions only */read covers webhooks. The smallest built-in role that writes them is Contributor.
resource speechRoles 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for (name, i) in speechNames: {
  scope: speech[i]
  name: guid(speech[i].id, appPrincipalId, registersWebhooks ? speechContributor : speechUser)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', registersWebhooks ? speechContributor : speechUser)
    description: registersWebhooks ? 'The app makes and deletes transcriptions at ${name}, and registers its webhook there.' : 'The app makes and deletes transcriptions at ${name}.'
  }
}]

// The smallest built-in role that may have text analysed. It may read projects made there, and write none.
resource language 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = if (!empty(languageName)) {
  name: languageName
}

resource languageRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(languageName)) {
  scope: language
  name: guid(language.id, appPrincipalId, languageReader)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', languageReader)
    description: 'The app has it find names and other personal data in what was said, so that they are hidden.'
  }
}

// One for each pair of container and Speech account.
resource speechReads 'Microsoft.Authorization/roleAssignments@2022-04-01' = [for i in range(0, length(containersReadBySpeech) * length(speechNames)): {
  scope: audio[i / length(speechNames)]
  name: guid(audio[i / length(speechNames)].id, speechPrincipalIds[i % length(speechNames)], blobDataReader)
  properties: {
    principalId: speechPrincipalIds[i % length(speechNames)]
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataReader)
    description: 'Speech reads the audio by plain links; no link to it lets anybody else in.'
  }
}]

resource deadLetterRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: deadLetters
  name: guid(deadLetters.id, eventTopicPrincipalId, blobDataContributor)
  properties: {
    principalId: eventTopicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', blobDataContributor)
    description: 'Event Grid leaves the events here that it could not deliver.'
  }
}

resource renamedRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: renamed
  name: guid(renamed.id, eventTopicPrincipalId, queueMessageSender)
  properties: {
    principalId: eventTopicPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', queueMessageSender)
    description: 'Event Grid tells here of blobs that were renamed.'
  }
}

resource telemetryRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: applicationInsights
  name: guid(applicationInsights.id, appPrincipalId, metricsPublisher)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', metricsPublisher)
    description: 'The app sends its telemetry, which takes no keys.'
  }
}
