// Dropscribe in a resource group: `azd up`, or infra/deploy.sh with the Azure CLI alone. Rights on the
// group are enough. docs/deploy.md says what each parameter does and what it costs.

import { addressesIn, audioIn, guidOf, plain, problems, regionOf, regionsOf, siteOf, words } from 'typed.bicep'

@description('Name of the environment: makes the names of resources unique.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Where everything is, but for further Speech accounts.')
@metadata({
  azd: {
    type: 'location'
  }
})
param location string

@description('Names to use instead of those made by convention, for any of the keys of `convention`.')
param names { *: string } = {}

@description('Tags on everything, besides that of the environment.')
param tags { *: string } = {}

@description('private: nothing public answers. The app is reached through a network, providers do not call it, what was deleted or overwritten is kept for a week, and reads of blobs are logged.')
param posture 'open' | 'private' = 'open'

@description('The cloud: with it the names of private endpoints and the audience of tokens differ.')
param cloud 'AzureCloud' | 'AzureUSGovernment' | 'AzureChinaCloud' = 'AzureCloud'

@description('Version of Python that runs the app.')
param pythonVersion '3.11' | '3.12' | '3.13' = '3.13'

@description('Memory of an instance.')
param instanceMemoryMB 512 | 2048 | 4096 = 2048

@description('Instances at most, for each group of functions that scales by itself.')
@minValue(40)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances kept warm for HTTP, for blob events and for small steps, each. Costs also while nothing happens.')
@minValue(0)
@maxValue(20)
param alwaysReadyInstances int = 0

@description('How the platform changes over to new code or settings. Recreate ends what runs, RollingUpdate lets it finish; empty: as the platform does by itself.')
param siteUpdateStrategy '' | 'Recreate' | 'RollingUpdate' = ''

@description('Regions with a further Speech account each, separated by spaces or commas.')
param speechRegions string = ''

@description('Providers besides Azure Speech, separated by spaces: assemblyai, soferai. Their keys are put into the vault by hand.')
param otherProviders string = ''

@description('Whether names and other personal data that has no form are found by an account of Azure AI Language, where a profile redacts.')
param languageEnabled bool = false

@description('An account of Azure OpenAI or Foundry that is there, by its resource id, which makes insights of transcripts where a profile asks for some; empty: none does.')
param chatAccountId string = ''

@description('With it: the name that a deployment of a model has there.')
param chatModel string = ''

@description('A service of Azure AI Search that is there, by its resource id, which holds and finds what was said; empty: it lies in storage alone.')
param searchServiceId string = ''

@description('Whether providers call the app when they are done. Otherwise they are only asked now and then.')
param providerWebhooks bool = true

@description('Client id of the Entra application whose tokens callers of the API bring. Empty: they bring function keys.')
param apiClientId string = ''

@description('With tokens: the app role that stands for Submit, Read and Operate; empty: Transcribe.')
param apiRole string = ''

@description('With tokens: two workflows for Logic Apps beside the app; docs/flows.md says what they do.')
param flowsEnabled bool = false

@description('With the workflows: address of the SharePoint site whose library is transcribed; empty: none.')
param flowsSite string = ''

@description('With the workflows: id of that library, the guid of its list.')
param flowsLibrary string = ''

@description('With the workflows: who gets the transcripts by mail.')
param flowsMailTo string = ''

@description('Further settings of the app, as in docs/settings.md.')
param appSettings { *: string } = {}

@description('Further containers of audio that manifests may name, separated by spaces.')
param audioContainers string = ''

@description('Replication of the storage accounts.')
param storageSku 'Standard_LRS' | 'Standard_ZRS' | 'Standard_GRS' | 'Standard_GZRS' = 'Standard_LRS'

@description('Days after which audio, and the manifests and requests for it, are deleted; 0: never.')
@minValue(0)
@maxValue(36500)
param audioDays int = 0

@description('Days after which transcripts and reports are deleted; 0: never.')
@minValue(0)
@maxValue(36500)
param outputDays int = 0

@description('Days for which it is kept who read and changed what by the API.')
@minValue(30)
@maxValue(36500)
param auditDays int = 400

@description('Log every read and write of a blob, and not only every deletion.')
param auditBlobs bool = false

@description('Whether nobody can purge a deleted vault or secret before its week is over. It cannot be taken back.')
param purgeProtection bool = false

@description('Address of a key of yours in a vault, with which the data account is encrypted; empty: a key of the platform.')
param customerKey string = ''

@description('With such a key: resource id of the user-assigned identity that may use it.')
param customerKeyIdentityId string = ''

@description('A virtual network with private endpoints for storage, vault and Speech.')
param vnetEnabled bool = false

@description('First two numbers of the addresses in the virtual network.')
param addressPrefix string = '10.20'

@description('With a network: resource id of a subnet that is there, for the app; delegated to Microsoft.App/environments. Empty: a network is made.')
param appSubnetId string = ''

@description('With such a subnet: resource id of the one for private endpoints.')
param endpointSubnetId string = ''

@description('With a network: resource id of the resource group with the private DNS zones of the organisation, or the word policy where a policy enters the addresses. Empty: zones are made.')
param dnsZonesGroupId string = ''

@description('With a network and other providers: whether audio may leave it, by signed links over the public endpoint.')
param audioMayLeave bool = false

@description('With a virtual network: addresses or ranges outside it from which audio may be dropped and the vault be read all the same, separated by spaces.')
param allowedAddresses string = ''

@description('Resource id of a Log Analytics workspace that is there; empty: one is made.')
param workspaceId string = ''

@description('Days for which the log is kept; the first 31 are free.')
@minValue(30)
@maxValue(730)
param logDays int = 30

@description('Gigabytes of log a day, after which no more is taken until the next day; -1: no cap.')
@minValue(-1)
param logCapGb int = 2

@description('Who is told of alerts; empty: nobody, they are only seen in the portal.')
param alertEmail string = ''

@description('Money a month, in the currency of the subscription, of which half and all is told; 0: no budget.')
@minValue(0)
param monthlyBudget int = 0

@description('With a budget: the first day of the month in which it is first made, as in 2026-11-01. The service refuses another one later.')
param budgetStart string = ''

@description('Object id of who looks after the deployment; gets the data roles. Empty, or the word nobody: nobody.')
param ownerPrincipalId string = ''

@description('What kind of principal that is.')
param ownerPrincipalType 'User' | 'Group' | 'ServicePrincipal' = 'User'

// All that is wrong with what was typed is said at once, before anything is made.
var refused = problems({
  environmentName: environmentName
  location: location
  names: names
  tags: tags
  appSettings: appSettings
  speechRegions: speechRegions
  otherProviders: otherProviders
  audioContainers: audioContainers
  posture: posture
  vnetEnabled: vnetEnabled
  appSubnetId: appSubnetId
  endpointSubnetId: endpointSubnetId
  dnsZonesGroupId: dnsZonesGroupId
  audioMayLeave: audioMayLeave
  workspaceId: workspaceId
  chatAccountId: chatAccountId
  chatModel: chatModel
  searchServiceId: searchServiceId
  customerKey: customerKey
  customerKeyIdentityId: customerKeyIdentityId
  addressPrefix: addressPrefix
  allowedAddresses: allowedAddresses
  apiClientId: apiClientId
  apiRole: apiRole
  ownerPrincipalId: ownerPrincipalId
  flowsEnabled: flowsEnabled
  flowsSite: flowsSite
  flowsLibrary: flowsLibrary
  flowsMailTo: flowsMailTo
  alertEmail: alertEmail
  logCapGb: logCapGb
  monthlyBudget: monthlyBudget
  budgetStart: budgetStart
})
var parameters = empty(refused) ? { names: names } : fail(join(refused, '\n'))

var place = regionOf(location)
var token = uniqueString(subscription().id, environmentName, place)
var convention = {
  functionApp: 'func-dropscribe-${token}'
  plan: 'plan-dropscribe-${token}'
  identity: 'id-dropscribe-${token}'
  hostStorage: 'sthost${token}'
  dataStorage: 'stdata${token}'
  speech: 'spch-dropscribe-${token}'
  language: 'lang-dropscribe-${token}'
  vault: 'kv-${token}'
  eventTopic: 'evgt-dropscribe-${token}'
  workspace: 'log-dropscribe-${token}'
  applicationInsights: 'appi-dropscribe-${token}'
  network: 'vnet-dropscribe-${token}'
  actionGroup: 'ag-dropscribe-${token}'
}
var named = union(convention, parameters.names)
var tagged = union(tags, { 'azd-env-name': environmentName })

var regions = regionsOf(location, speechRegions)
var audio = audioIn(audioContainers)
var others = words(otherProviders)
var client = plain(apiClientId)
var owner = plain(ownerPrincipalId) == 'nobody' ? '' : plain(ownerPrincipalId)

// Other providers can read audio only through signed links, over the public endpoint. Links are made
// in one way for all, and a firewall would keep them out.
var speechReadsByIdentity = empty(others)
var isPrivate = posture == 'private'
var isInNetwork = isPrivate || vnetEnabled
var publicNetworkAccess = isInNetwork ? 'Disabled' : 'Enabled'
var isDataPrivate = isInNetwork && speechReadsByIdentity
var takesWebhooks = providerWebhooks && !isPrivate
var makesNetwork = isInNetwork && empty(trim(appSubnetId))
var makesZones = isInNetwork && empty(trim(dnsZonesGroupId))
var zonesOfOthers = trim(dnsZonesGroupId)
var hasChat = !empty(trim(chatAccountId))
var chatOwner = split(hasChat ? trim(chatAccountId) : resourceGroup().id, '/')
var hasSearch = !empty(trim(searchServiceId))
var searchOwner = split(hasSearch ? trim(searchServiceId) : resourceGroup().id, '/')
var logOwner = split(empty(trim(workspaceId)) ? resourceGroup().id : trim(workspaceId), '/')

// Private endpoints are known by names that differ by cloud.
// https://learn.microsoft.com/azure/private-link/private-endpoint-dns
var speechDomains = {
  AzureCloud: 'cognitiveservices.azure.com'
  AzureUSGovernment: 'cognitiveservices.azure.us'
  AzureChinaCloud: 'cognitiveservices.azure.cn'
}
var searchDomains = {
  AzureCloud: { services: 'search.windows.net', audience: 'search.azure.com' }
  AzureUSGovernment: { services: 'search.azure.us', audience: 'search.azure.us' }
  AzureChinaCloud: { services: 'search.azure.cn', audience: 'search.azure.cn' }
}
var vaultDomains = {
  AzureCloud: 'vaultcore.azure.net'
  AzureUSGovernment: 'vaultcore.usgovcloudapi.net'
  AzureChinaCloud: 'vaultcore.azure.cn'
}
var appDomains = {
  AzureCloud: 'azurewebsites.net'
  AzureUSGovernment: 'azurewebsites.us'
  AzureChinaCloud: 'chinacloudsites.cn'
}
var zones = concat([
  'privatelink.blob.${environment().suffixes.storage}'
  'privatelink.queue.${environment().suffixes.storage}'
  'privatelink.table.${environment().suffixes.storage}'
  'privatelink.${vaultDomains[cloud]}'
  'privatelink.${speechDomains[cloud]}'
], isPrivate ? ['privatelink.${appDomains[cloud]}'] : [])

// What one instance does side by side, by HTTP and otherwise.
var threads = 16

// What the functions host reads.
var hostSettings = {
  AzureWebJobsStorage__blobServiceUri: hostStorage.outputs.blobEndpoint
  AzureWebJobsStorage__queueServiceUri: hostStorage.outputs.queueEndpoint
  AzureWebJobsStorage__tableServiceUri: hostStorage.outputs.tableEndpoint
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.outputs.clientId
  APPLICATIONINSIGHTS_CONNECTION_STRING: monitoring.outputs.connectionString
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.outputs.clientId};Authorization=AAD'
  // Numbers are counted from the log, and a line of a trace that was left out is left out, too.
  OTEL_TRACES_SAMPLER: 'microsoft.fixed_percentage'
  OTEL_TRACES_SAMPLER_ARG: '1.0'
  // Functions wait for the network most of the time; the worker's default is four more than cores.
  PYTHON_THREADPOOL_THREAD_COUNT: string(threads)
  // A manifest has up to 64 MB; what is larger is refused before the app is asked. Open routes share it.
  FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '66000000'
}

// What the app reads, and the host for triggers: it knows no defaults.
var dataSettings = {
  AZURE_CLIENT_ID: identity.outputs.clientId
  DATA_STORAGE__blobServiceUri: dataStorage.outputs.blobEndpoint
  DATA_STORAGE__queueServiceUri: dataStorage.outputs.queueEndpoint
  DATA_STORAGE__tableServiceUri: dataStorage.outputs.tableEndpoint
  DATA_STORAGE__credential: 'managedidentity'
  DATA_STORAGE__clientId: identity.outputs.clientId
  AUDIO_CONTAINER: 'audio'
  MANIFESTS_CONTAINER: 'manifests'
  POLL_SCHEDULE: '0 * * * * *'
  SWEEP_SCHEDULE: '0 */5 * * * *'
  SPEECH_AUDIENCE: 'https://${speechDomains[cloud]}'
  SPEECH_READS_AUDIO: speechReadsByIdentity ? 'identity' : 'sas'
}

// Secrets, by reference: the platform reads them with the app's identity, and follows new versions
// within a day.
var assemblyAi = contains(others, 'assemblyai') ? { ASSEMBLYAI_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/assemblyai-key)' } : {}
var soferAi = contains(others, 'soferai') ? { SOFERAI_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/soferai-key)' } : {}
var webhook = takesWebhooks ? { WEBHOOK_SECRET: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/webhook-secret)' } : {}
var events = { EVENTS_SECRET: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/events-secret)' }
var owners = { OWNER_KEY: '@Microsoft.KeyVault(SecretUri=${vault.outputs.uri}secrets/owner-key)' }
var sealing = { SEALING_KEY: vault.outputs.sealingKey }
var finder = languageEnabled ? {
  LANGUAGE_ENDPOINT: language!.outputs.endpoint
  LANGUAGE_AUDIENCE: 'https://${speechDomains[cloud]}'
} : {}
var prompter = hasChat ? {
  CHAT_ENDPOINT: chat!.outputs.endpoint
  CHAT_MODEL: trim(chatModel)
  CHAT_AUDIENCE: 'https://${speechDomains[cloud]}'
} : {}
var searcher = hasSearch ? {
  SEARCH_ENDPOINT: 'https://${toLower(last(searchOwner))}.${searchDomains[cloud].services}'
  SEARCH_AUDIENCE: 'https://${searchDomains[cloud].audience}'
  SEARCH_INDEX: 'dropscribe-${token}'
  SEARCH_DAYS: string(outputDays)
} : {}
var keySettings = union(events, owners, sealing, webhook, assemblyAi, soferAi)
var access = empty(client) ? {} : { API_AUTH: 'entra', API_ROLE: trim(apiRole) }
var sources = length(audio) == 2 ? {} : { MANIFEST_SOURCES: join(union(['uploads'], audio), ' ') }

module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: {
    name: named.identity
    location: place
    tags: tagged
  }
}

module workspace 'modules/workspace.bicep' = if (empty(trim(workspaceId))) {
  name: 'workspace'
  params: {
    name: named.workspace
    location: place
    tags: tagged
    retentionDays: logDays
    dailyCapGb: logCapGb
  }
}
var log = empty(trim(workspaceId)) ? workspace!.outputs.id : trim(workspaceId)

module logEvents 'modules/log-events.bicep' = {
  name: 'log-events-${token}'
  scope: resourceGroup(logOwner[2], logOwner[4])
  params: {
    workspaceName: empty(trim(workspaceId)) ? named.workspace : last(logOwner)
  }
  dependsOn: [workspace]
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: named.applicationInsights
    location: place
    tags: tagged
    workspaceId: log
  }
}

module speech 'modules/speech.bicep' = [for (region, i) in regions: {
  name: 'speech-${region}'
  params: {
    name: i == 0 ? named.speech : '${named.speech}-${region}'
    location: region
    tags: tagged
    publicNetworkAccess: publicNetworkAccess
    workspaceId: log
  }
}]

module language 'modules/language.bicep' = if (languageEnabled) {
  name: 'language'
  params: {
    name: named.language
    location: place
    tags: tagged
    publicNetworkAccess: publicNetworkAccess
    workspaceId: log
  }
}

module chat 'modules/chat.bicep' = if (hasChat) {
  name: 'chat-${token}'
  scope: resourceGroup(chatOwner[2], chatOwner[4])
  params: {
    accountName: last(chatOwner)
    appPrincipalId: identity.outputs.principalId
  }
}

module search 'modules/search.bicep' = if (hasSearch) {
  name: 'search-${token}'
  scope: resourceGroup(searchOwner[2], searchOwner[4])
  params: {
    serviceName: last(searchOwner)
    appPrincipalId: identity.outputs.principalId
  }
}

module hostStorage 'modules/host-storage.bicep' = {
  name: 'host-storage'
  params: {
    name: named.hostStorage
    location: place
    tags: tagged
    sku: storageSku
    publicNetworkAccess: publicNetworkAccess
  }
}

module dataStorage 'modules/data-storage.bicep' = {
  name: 'data-storage'
  params: {
    name: named.dataStorage
    location: place
    tags: tagged
    sku: storageSku
    isPrivate: isDataPrivate
    allowedAddresses: addressesIn(allowedAddresses)
    workspaceId: log
    speechIds: [for (region, i) in regions: speech[i].outputs.id]
    page: 'https://${named.functionApp}.${appDomains[cloud]}'
    audio: audio
    audioDays: audioDays
    outputDays: outputDays
    auditDays: auditDays
    auditBlobs: auditBlobs || isPrivate
    versioning: isPrivate
    customerKey: trim(customerKey)
    customerKeyIdentityId: trim(customerKeyIdentityId)
  }
}

module vault 'modules/key-vault.bicep' = {
  name: 'key-vault'
  params: {
    name: named.vault
    location: place
    tags: tagged
    isPrivate: isInNetwork
    allowedAddresses: addressesIn(allowedAddresses)
    purgeProtection: purgeProtection || isPrivate
    workspaceId: log
  }
}

module eventTopic 'modules/event-topic.bicep' = {
  name: 'event-topic'
  params: {
    name: named.eventTopic
    location: place
    tags: tagged
    storageId: dataStorage.outputs.id
    workspaceId: log
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  params: {
    appPrincipalId: identity.outputs.principalId
    hostStorageName: named.hostStorage
    dataStorageName: dataStorage.outputs.name
    vaultName: vault.outputs.name
    applicationInsightsName: monitoring.outputs.applicationInsightsName
    deadLetterContainer: dataStorage.outputs.deadLetterContainer
    renamedQueue: dataStorage.outputs.renamedQueue
    eventTopicPrincipalId: eventTopic.outputs.principalId
    containersReadBySpeech: speechReadsByIdentity ? dataStorage.outputs.containersOfSound : []
    speechNames: [for (region, i) in regions: i == 0 ? named.speech : '${named.speech}-${region}']
    speechPrincipalIds: [for (region, i) in regions: speech[i].outputs.principalId]
    registersWebhooks: takesWebhooks
    languageName: languageEnabled ? language!.outputs.name : ''
    ownerPrincipalId: owner
    ownerPrincipalType: ownerPrincipalType
  }
}

module network 'modules/network.bicep' = if (makesNetwork) {
  name: 'network'
  params: {
    name: named.network
    location: place
    tags: tagged
    addressPrefix: trim(addressPrefix)
  }
}

var networkOfOthers = split(trim(appSubnetId), '/subnets/')[0]
var appSubnet = makesNetwork ? network!.outputs.appSubnetId : trim(appSubnetId)
var endpointSubnet = makesNetwork ? network!.outputs.endpointSubnetId : trim(endpointSubnetId)

module dns 'modules/dns.bicep' = if (makesZones) {
  name: 'dns'
  params: {
    tags: tagged
    zones: zones
    networkId: makesNetwork ? network!.outputs.networkId : networkOfOthers
  }
}

// In zones made here, in those of the organisation, or nowhere, because a policy does it.
var zoneIds = makesZones ? dns!.outputs.zoneIds : toLower(zonesOfOthers) == 'policy' ? [] : map(zones, zone => '${zonesOfOthers}/providers/Microsoft.Network/privateDnsZones/${zone}')

module endpoints 'modules/private-endpoints.bicep' = if (isInNetwork) {
  name: 'private-endpoints'
  params: {
    location: place
    tags: tagged
    subnetId: endpointSubnet
    hostStorageId: hostStorage.outputs.id
    dataStorageId: dataStorage.outputs.id
    vaultId: vault.outputs.id
    speechIds: [for (region, i) in regions: speech[i].outputs.id]
    regions: regions
    languageId: languageEnabled ? language!.outputs.id : ''
    zoneIds: zoneIds
  }
}

// The app's own address comes last: the app exists only when it can reach the others.
module appEndpoint 'modules/private-endpoints.bicep' = if (isPrivate) {
  name: 'private-endpoint-of-the-app'
  params: {
    location: place
    tags: tagged
    subnetId: endpointSubnet
    appId: app.outputs.id
    zoneIds: zoneIds
  }
}

// The roles come first: with them missing the first start of the app would fail.
module app 'modules/function-app.bicep' = {
  name: 'function-app'
  params: {
    name: named.functionApp
    planName: named.plan
    location: place
    tags: tagged
    pythonVersion: pythonVersion
    instanceMemoryMB: instanceMemoryMB
    maximumInstanceCount: maximumInstanceCount
    alwaysReadyInstances: alwaysReadyInstances
    concurrentCalls: threads
    siteUpdateStrategy: siteUpdateStrategy
    identityId: identity.outputs.id
    packageUrl: hostStorage.outputs.packageUrl
    subnetId: isInNetwork ? appSubnet : ''
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    takesWebhooks: takesWebhooks
    apiClientId: client
    speechEndpoints: [for (region, i) in regions: speech[i].outputs.entry]
    settings: union(hostSettings, dataSettings, sources, access, keySettings, finder, prompter, searcher, appSettings)
  }
  dependsOn: [roles, endpoints, search]
}

module flows 'logic-apps/main.bicep' = if (flowsEnabled) {
  name: 'logic-apps'
  params: {
    location: place
    tags: tagged
    appUrl: app.outputs.url
    apiClientId: client
    site: siteOf(flowsSite)
    library: guidOf(flowsLibrary)
    mailTo: trim(flowsMailTo)
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  params: {
    actionGroupName: named.actionGroup
    location: place
    tags: tagged
    email: trim(alertEmail)
    workspaceId: log
    hostStorageId: hostStorage.outputs.id
    dataStorageId: dataStorage.outputs.id
    eventTopicId: eventTopic.outputs.id
  }
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  params: {
    location: place
    tags: tagged
    workspaceId: log
  }
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  name: 'budget'
  params: {
    amount: monthlyBudget
    start: trim(budgetStart)
    actionGroupId: alerts.outputs.actionGroupId
  }
}

// For azd, which keeps outputs as settings of the environment, and for the commands in the docs.
output AZURE_LOCATION string = place
output AZURE_RESOURCE_GROUP string = resourceGroup().name
output AZURE_FUNCTION_APP_NAME string = app.outputs.name
output AZURE_FUNCTION_APP_URL string = app.outputs.url
output DATA_STORAGE_NAME string = dataStorage.outputs.name
output EVENT_TOPIC_NAME string = eventTopic.outputs.name
output KEY_VAULT_NAME string = vault.outputs.name
output SPEECH_NAMES array = [for (region, i) in regions: speech[i].outputs.name]
output POSTURE string = posture
output OUTBOUND_ADDRESS string = makesNetwork ? network!.outputs.outboundAddress : ''
output FLOWS_WAIT_FOR_BATCH_ID string = flowsEnabled ? flows!.outputs.waitForBatchPrincipalId : ''
output FLOWS_TRANSCRIBE_LIBRARY_ID string = flowsEnabled ? flows!.outputs.transcribeLibraryPrincipalId : ''
