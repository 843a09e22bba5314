// What people type, put right where it is clear what they mean, and otherwise refused: each parameter
// by its name, all that is wrong at once, before anything is made. hooks/parameters.tsv says the same
// of single parameters to the hooks, which see what azd would swallow. Limits of names are those of
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules.

// Lists.

@export()
@description('The words of a list, in small letters, each once. Spaces, commas, semicolons and lines separate them.')
func words(text string) string[] => union(filter(split(toLower(text), [' ', ',', ';', '\n', '\r', '\t']), word => !empty(word)), [])

@export()
@description('A region as the services write it: westeurope for "West Europe".')
func regionOf(text string) string => toLower(replace(replace(text, ' ', ''), '\t', ''))

@export()
@description('Regions with a Speech account each: that of everything first, and none twice.')
func regionsOf(location string, more string) string[] => union([regionOf(location)], words(more))

@export()
@description('Containers of audio that a manifest may name: the two that are always there, and further ones.')
func audioIn(more string) string[] => union(['audio', 'uploads'], words(more))

@export()
@description('Addresses that a firewall lets in. A single one stands without /32, as storage wants it.')
func addressesIn(text string) string[] => union(map(words(text), address => endsWith(address, '/32') ? split(address, '/')[0] : address), [])

@export()
@description('Text of one line without what surrounds it; in small letters, too, where these are meant.')
func plain(text string) string => toLower(trim(text))

@export()
@description('The address of a site, without a slash at the end.')
func siteOf(text string) string => endsWith(trim(text), '/') ? substring(trim(text), 0, max(0, length(trim(text)) - 1)) : trim(text)

@export()
@description('The guid of a library, which SharePoint shows in braces.')
func guidOf(text string) string => plain(replace(replace(text, '{', ''), '}', ''))

// Characters.

func small() string => 'abcdefghijklmnopqrstuvwxyz'
func letters() string => '${small()}ABCDEFGHIJKLMNOPQRSTUVWXYZ'
func digits() string => '0123456789'
func smallAndDigits() string => '${small()}${digits()}'
func lettersAndDigits() string => '${letters()}${digits()}'

func hasOnly(text string, allowed string) bool => empty(filter(range(0, length(text)), i => !contains(allowed, substring(text, i, 1))))
func begins(text string, allowed string) bool => !empty(text) && hasOnly(substring(text, 0, min(1, length(text))), allowed)
func ends(text string, allowed string) bool => !empty(text) && hasOnly(substring(text, max(0, length(text) - 1), min(1, length(text))), allowed)
func isLong(text string, least int, most int) bool => length(text) >= least && length(text) <= most
func isNumber(text string, least int, most int) bool => isLong(text, 1, 4) && hasOnly(text, digits()) ? int(text) >= least && int(text) <= most : false
func isGuid(text string) bool => hasOnly(text, '0123456789abcdef-') && join(map(split(text, '-'), part => string(length(part))), '-') == '8-4-4-4-12'
func isMail(text string) bool => length(split(text, '@')) == 2 && !contains(text, ' ') && !contains(text, ',') && !contains(text, ';') && !startsWith(text, '@') && contains(last(split(text, '@')), '.')

// Addresses.

func isAddress(text string) bool => length(split(text, '.')) == 4 && empty(filter(split(text, '.'), part => !isNumber(part, 0, 255)))
func isPrivate(text string) bool => isAddress(text) && (startsWith(text, '10.') || startsWith(text, '127.') || startsWith(text, '192.168.') || startsWith(text, '169.254.') || (startsWith(text, '172.') && isNumber(split(text, '.')[1], 16, 31)))
func isRange(text string) bool => length(split(text, '/')) == 2 && isAddress(first(split(text, '/'))) && isNumber(last(split(text, '/')), 8, 30)
func isPrefix(text string) bool => length(split(text, '.')) == 2 && isNumber(first(split(text, '.')), 1, 223) && isNumber(last(split(text, '.')), 0, 255) && !startsWith(text, '127.') && text != '169.254'

// What is wrong with each parameter; empty texts are none.

func when(isWrong bool, problem string) string => isWrong ? problem : ''

func ofEnvironment(name string) string[] => [
  when(!isLong(name, 1, 64) || !hasOnly(name, '${lettersAndDigits()}-_.()') || endsWith(name, '.'), 'environmentName: "${name}" cannot be part of the name of a resource group; letters, digits and - _ . ( ) can, and no dot at the end.')
]

// Words that names of regions are made of, and that are left when somebody writes one with a space.
func partsOfRegions() string[] => ['east', 'west', 'north', 'south', 'central', 'europe', 'us', 'uk', 'uae', 'asia', 'southeast', 'australia', 'brazil', 'canada', 'china', 'france', 'germany', 'india', 'italy', 'japan', 'korea', 'mexico', 'norway', 'poland', 'africa', 'spain', 'sweden', 'switzerland', 'israel', 'qatar', 'austria', 'chile', 'malaysia', 'zealand', 'new', 'indonesia', 'belgium', 'denmark', '2', '3']

func ofRegions(location string, more string) string[] => concat([
  when(!hasOnly(regionOf(location), smallAndDigits()) || empty(regionOf(location)) || contains(partsOfRegions(), regionOf(location)), 'location: "${location}" is no region.')
], map(words(more), word => when(!hasOnly(word, smallAndDigits()) || hasOnly(word, digits()) || contains(partsOfRegions(), word), 'speechRegions: "${word}" is no region; they are written like westeurope, without spaces.')))

func ofProviders(typed string) string[] => map(words(typed), word => when(!contains(['assemblyai', 'soferai'], word), 'otherProviders: "${word}" is neither assemblyai nor soferai. Azure Speech is always there.'))

// The containers that the app keeps for other things.
func taken() string[] => ['manifests', 'batches', 'transcripts', 'reports', 'errors', 'corrected', 'revisions', 'subscriptions', 'dead-letters', 'audit', 'search', 'exports', 'answers', 'prepared', 'listening', 'redacted-audio', 'unredacted']

func ofContainers(typed string) string[] => concat(
  map(words(typed), word => when(!isLong(word, 3, 63) || !hasOnly(word, '${smallAndDigits()}-') || contains(word, '--') || startsWith(word, '-') || endsWith(word, '-'), 'audioContainers: "${word}" is no name of a container; those have 3 to 63 letters, digits and single hyphens between them.')),
  map(words(typed), word => when(contains(taken(), word), 'audioContainers: "${word}" is one of the app\'s own containers, which hold no audio.'))
)

// Resource ids.

func isId(text string, kind string) bool => startsWith(toLower(trim(text)), '/subscriptions/') && contains(toLower(trim(text)), toLower(kind)) && !contains(trim(text), ' ') && !endsWith(trim(text), '/')
func isGroupId(text string) bool => length(split(trim(text), '/')) == 5 && isId(text, '/resourceGroups/')

func isInNetwork(typed object) bool => typed.vnetEnabled || typed.posture == 'private'

func ofPlaces(typed object) string[] => [
  when(!isInNetwork(typed) && !empty('${trim(typed.appSubnetId)}${trim(typed.endpointSubnetId)}${trim(typed.dnsZonesGroupId)}'), 'appSubnetId, endpointSubnetId, dnsZonesGroupId: need vnetEnabled, or posture private.')
  when(empty(trim(typed.appSubnetId)) != empty(trim(typed.endpointSubnetId)), 'appSubnetId, endpointSubnetId: both, or none for a network that is made.')
  when(!empty(trim(typed.appSubnetId)) && !isId(typed.appSubnetId, '/subnets/'), 'appSubnetId: "${typed.appSubnetId}" is not the resource id of a subnet.')
  when(!empty(trim(typed.endpointSubnetId)) && !isId(typed.endpointSubnetId, '/subnets/'), 'endpointSubnetId: "${typed.endpointSubnetId}" is not the resource id of a subnet.')
  when(!empty(trim(typed.appSubnetId)) && plain(typed.appSubnetId) == plain(typed.endpointSubnetId), 'endpointSubnetId: is the subnet of the app, which takes nothing else.')
  when(!empty(trim(typed.dnsZonesGroupId)) && plain(typed.dnsZonesGroupId) != 'policy' && !isGroupId(typed.dnsZonesGroupId), 'dnsZonesGroupId: "${typed.dnsZonesGroupId}" is neither the resource id of a resource group nor the word policy.')
  when(!empty(trim(typed.workspaceId)) && (!isId(typed.workspaceId, '/providers/Microsoft.OperationalInsights/workspaces/') || length(split(trim(typed.workspaceId), '/')) != 9), 'workspaceId: "${typed.workspaceId}" is not the resource id of a Log Analytics workspace.')
]

func ofKey(customerKey string, identityId string) string[] => [
  when(empty(trim(customerKey)) != empty(trim(identityId)), 'customerKey, customerKeyIdentityId: both, or none for a key of the platform.')
  when(!empty(trim(customerKey)) && (!startsWith(plain(customerKey), 'https://') || !contains(plain(customerKey), '/keys/') || length(split(trim(customerKey), '/')) < 5 || length(split(trim(customerKey), '/')) > 6 || endsWith(trim(customerKey), '/')), 'customerKey: "${customerKey}" is not the address of a key, as in https://<vault>/keys/<name>.')
  when(!empty(trim(identityId)) && !isId(identityId, '/providers/Microsoft.ManagedIdentity/userAssignedIdentities/'), 'customerKeyIdentityId: "${identityId}" is not the resource id of a user-assigned identity.')
]

func ofChat(accountId string, model string) string[] => [
  when(empty(trim(accountId)) != empty(trim(model)), 'chatAccountId, chatModel: both, or none without insights.')
  when(!empty(trim(accountId)) && (!isId(accountId, '/providers/Microsoft.CognitiveServices/accounts/') || length(split(trim(accountId), '/')) != 9), 'chatAccountId: "${accountId}" is not the resource id of an account of Azure OpenAI or Foundry.')
  when(!hasOnly(trim(model), '${lettersAndDigits()}-_.'), 'chatModel: "${model}" is not the name of a deployment of a model; letters, digits and - _ . can be in it.')
]

func ofSearch(serviceId string) string[] => [
  when(!empty(trim(serviceId)) && (!isId(serviceId, '/providers/Microsoft.Search/searchServices/') || length(split(trim(serviceId), '/')) != 9), 'searchServiceId: "${serviceId}" is not the resource id of a service of Azure AI Search.')
]

func ofPosture(typed object) string[] => [
  when(typed.posture == 'private' && !empty(words(typed.allowedAddresses)), 'allowedAddresses: posture private lets nobody in from outside the network.')
  when(typed.posture == 'private' && typed.flowsEnabled, 'flowsEnabled: with posture private a Logic App outside the network cannot reach the app.')
  when(isInNetwork(typed) && !empty(words(typed.otherProviders)) && !typed.audioMayLeave, 'otherProviders: read audio over the public endpoint of storage, which a network closes; audioMayLeave says that it may be open for signed links.')
  when(typed.audioMayLeave && (!isInNetwork(typed) || empty(words(typed.otherProviders))), 'audioMayLeave: means something with a network and otherProviders only.')
]

func ofNetwork(inNetwork bool, addressPrefix string, allowed string, otherProviders string) string[] => concat([
  when(!isPrefix(trim(addressPrefix)), 'addressPrefix: "${addressPrefix}" is not the first two numbers of an address, as in 10.20.')
  when(!empty(words(allowed)) && !inNetwork, 'allowedAddresses: needs vnetEnabled; without a network there is no firewall, and everybody with a role or a link gets in.')
  when(!empty(words(allowed)) && !empty(words(otherProviders)), 'allowedAddresses: has no effect with otherProviders, which read audio from anywhere by signed links.')
], map(addressesIn(allowed), address => when(!isAddress(address) && !isRange(address), 'allowedAddresses: "${address}" is neither an address of version 4 nor a range from /8 to /30; the two addresses of a /31 are written one by one.')),
  map(addressesIn(allowed), address => when(isPrivate(first(split(address, '/'))), 'allowedAddresses: "${address}" is private; a firewall of storage sees public addresses only.')))

func ofAccess(apiClientId string, apiRole string, ownerPrincipalId string) string[] => [
  when(!empty(plain(apiClientId)) && !isGuid(plain(apiClientId)), 'apiClientId: "${apiClientId}" is not the id of an application, a guid.')
  when(!empty(trim(apiRole)) && empty(plain(apiClientId)), 'apiRole: needs apiClientId; with function keys there are no roles.')
  when(contains(trim(apiRole), ' '), 'apiRole: "${apiRole}" is not the value of one app role, which has no spaces.')
  when(!contains(['', 'nobody'], plain(ownerPrincipalId)) && !isGuid(plain(ownerPrincipalId)), 'ownerPrincipalId: "${ownerPrincipalId}" is not the object id of a person or group, a guid, or the word nobody.')
]

func ofFlows(enabled bool, site string, library string, mailTo string, apiClientId string) string[] => [
  when(enabled && empty(plain(apiClientId)), 'flowsEnabled: needs apiClientId; the workflows bring tokens.')
  when(!enabled && !empty('${trim(site)}${trim(library)}${trim(mailTo)}'), 'flowsSite, flowsLibrary, flowsMailTo: need flowsEnabled.')
  when(enabled && !empty('${trim(site)}${trim(library)}${trim(mailTo)}') && (empty(trim(site)) || empty(trim(library)) || empty(trim(mailTo))), 'flowsSite, flowsLibrary, flowsMailTo: all three, or none for the other workflow alone.')
  when(!empty(trim(site)) && !startsWith(plain(site), 'https://'), 'flowsSite: "${site}" is not the address of a site, which begins with https://.')
  when(!empty(trim(library)) && !isGuid(guidOf(library)), 'flowsLibrary: "${library}" is not the id of a library, the guid of its list.')
  when(!empty(trim(mailTo)) && !empty(filter(words(mailTo), mail => !isMail(mail))), 'flowsMailTo: "${mailTo}" is no address of mail.')
]

func ofTelling(alertEmail string, logCapGb int) string[] => [
  when(!empty(trim(alertEmail)) && !isMail(trim(alertEmail)), 'alertEmail: "${alertEmail}" is not one address of mail; for several people take that of a group.')
  when(logCapGb == 0, 'logCapGb: 0 would keep no log, and every alert would be blind; -1 is no cap.')
]

func ofBudget(amount int, start string) string[] => [
  when(amount > 0 && empty(trim(start)), 'monthlyBudget: needs budgetStart, the first day of the month in which the budget is first made, as in 2026-11-01. It stays the same for ever: the service refuses another.')
  when(!empty(trim(start)) && (!isLong(trim(start), 10, 10) || !hasOnly(trim(start), '${digits()}-') || join(map(split(trim(start), '-'), part => string(length(part))), '-') != '4-2-2' || !endsWith(trim(start), '-01') || (length(split(start, '-')) == 3 ? !isNumber(split(start, '-')[1], 1, 12) : true)), 'budgetStart: "${start}" is not the first day of a month, as in 2026-11-01.')
]

// Names of resources: who refuses what. `first` and `last` are the characters that may stand there.
func limits() object[] => [
  { key: 'functionApp', least: 2, most: 60, has: '${lettersAndDigits()}-', first: lettersAndDigits(), last: lettersAndDigits() }
  { key: 'plan', least: 1, most: 60, has: '${lettersAndDigits()}-', first: lettersAndDigits(), last: lettersAndDigits() }
  { key: 'identity', least: 3, most: 128, has: '${lettersAndDigits()}-_', first: lettersAndDigits(), last: '${lettersAndDigits()}-_' }
  { key: 'hostStorage', least: 3, most: 24, has: smallAndDigits(), first: smallAndDigits(), last: smallAndDigits() }
  { key: 'dataStorage', least: 3, most: 24, has: smallAndDigits(), first: smallAndDigits(), last: smallAndDigits() }
  { key: 'speech', least: 2, most: 64, has: '${lettersAndDigits()}-', first: lettersAndDigits(), last: lettersAndDigits() }
  { key: 'language', least: 2, most: 64, has: '${lettersAndDigits()}-', first: lettersAndDigits(), last: lettersAndDigits() }
  { key: 'vault', least: 3, most: 24, has: '${lettersAndDigits()}-', first: letters(), last: lettersAndDigits() }
  { key: 'eventTopic', least: 3, most: 50, has: '${lettersAndDigits()}-', first: '${lettersAndDigits()}-', last: '${lettersAndDigits()}-' }
  { key: 'workspace', least: 4, most: 63, has: '${lettersAndDigits()}-', first: lettersAndDigits(), last: lettersAndDigits() }
  { key: 'applicationInsights', least: 1, most: 255, has: '${lettersAndDigits()}-_.()', first: '${lettersAndDigits()}-_.()', last: '${lettersAndDigits()}-_()' }
  { key: 'network', least: 2, most: 64, has: '${lettersAndDigits()}-_.', first: lettersAndDigits(), last: '${lettersAndDigits()}_' }
  { key: 'actionGroup', least: 1, most: 260, has: '${lettersAndDigits()}-_.()', first: '${lettersAndDigits()}-_.()', last: '${lettersAndDigits()}-_()' }
]

func isName(name string, limit object) bool => isLong(name, limit.least, limit.most) && hasOnly(name, limit.has) && begins(name, limit.first) && ends(name, limit.last) && !(limit.key == 'vault' && contains(name, '--'))

func ofNames(names object, regions string[]) string[] => concat(
  map(filter(objectKeys(names), key => !contains(map(limits(), limit => limit.key), key)), key => 'names: "${key}" is none of ${join(map(limits(), limit => limit.key), ', ')}.'),
  map(filter(limits(), limit => contains(names, limit.key)), limit => when(!isName(names[limit.key], limit), 'names.${limit.key}: "${names[limit.key]}" is refused by the service; ${limit.least} to ${limit.most} of the characters ${replace(replace(replace(limit.has, small(), 'a-z '), toUpper(small()), 'A-Z '), digits(), '0-9 ')}, and not each of them at the ends.')),
  [
    when(contains(names, 'hostStorage') && contains(names, 'dataStorage') && (names.?hostStorage ?? '') == (names.?dataStorage ?? ''), 'names: hostStorage and dataStorage are two accounts.')
  ],
  map(filter(regions, each => contains(names, 'speech') && length('${names.?speech ?? ''}-${each}') > 64), each => 'names.speech: with "-${each}" behind it, it is longer than 64 characters.')
)

// Settings that come from a parameter or a resource of the template. POLL_SCHEDULE, SWEEP_SCHEDULE and
// PYTHON_THREADPOOL_THREAD_COUNT have values here, too, and may be given others.
func owned() string[] => ['APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'APPLICATIONINSIGHTS_CONNECTION_STRING', 'AZURE_CLIENT_ID', 'API_AUTH', 'API_ROLE', 'ASSEMBLYAI_KEY', 'EVENTS_SECRET', 'OTEL_TRACES_SAMPLER', 'OTEL_TRACES_SAMPLER_ARG', 'OWNER_KEY', 'SEALING_KEY', 'SOFERAI_KEY', 'SPEECH_AUDIENCE', 'SPEECH_ENDPOINTS', 'SPEECH_READS_AUDIO', 'STATE_TABLE', 'WEBHOOK_BASE_URL', 'WEBHOOK_SECRET']

// Families that belong to the host or to this plan, which refuses some, and names of what the template makes.
func isOwned(name string, audioContainers string) bool => contains(map(owned(), each => toLower(each)), toLower(name)) || startsWith(toLower(name), 'azurewebjobs') || startsWith(toLower(name), 'data_storage') || startsWith(toLower(name), 'functions_') || startsWith(toLower(name), 'website_') || endsWith(toLower(name), '_container') || contains(['scm_do_build_during_deployment', 'enable_oryx_build', 'tz'], toLower(name)) || (toLower(name) == 'manifest_sources' && length(audioIn(audioContainers)) > 2)

func ofSettings(settings object, audioContainers string) string[] => concat(
  map(objectKeys(settings), name => when(isOwned(name, audioContainers), 'appSettings: ${name} is set by the template or the plan; the parameters say what it becomes.')),
  map(objectKeys(settings), name => when(!begins(name, letters()) || !hasOnly(name, '${lettersAndDigits()}_'), 'appSettings: "${name}" is no name of a setting; letters, digits and _ are.')),
  map(objectKeys(settings), name => when(length(filter(objectKeys(settings), other => toLower(other) == toLower(name))) > 1, 'appSettings: ${name} is there twice, in other letters.'))
)

func ofTags(tags object) string[] => concat(
  [when(length(objectKeys(tags)) > 48, 'tags: a resource carries 50 at most, and two are ours.')],
  map(objectKeys(tags), name => when(contains(['azd-env-name', 'azd-service-name'], toLower(name)), 'tags: ${name} is set by the template.')),
  map(objectKeys(tags), name => when(!isLong(name, 1, 128) || length(string(tags[name])) > 256 || !empty(filter(range(0, length(name)), i => contains('<>%&\\?/', substring(name, i, 1)))), 'tags: "${name}" is refused; a name has up to 128 characters and none of < > % & \\ ? /, a value up to 256.'))
)

@export()
@description('All that is wrong with the parameters, a sentence each. `typed` has the parameters of main.bicep by their names.')
func problems(typed object) string[] => filter(concat(
  ofEnvironment(typed.environmentName),
  ofRegions(typed.location, typed.speechRegions),
  ofProviders(typed.otherProviders),
  ofContainers(typed.audioContainers),
  ofNetwork(isInNetwork(typed), typed.addressPrefix, typed.allowedAddresses, typed.otherProviders),
  ofPlaces(typed),
  ofPosture(typed),
  ofChat(typed.chatAccountId, typed.chatModel),
  ofSearch(typed.searchServiceId),
  ofKey(typed.customerKey, typed.customerKeyIdentityId),
  ofAccess(typed.apiClientId, typed.apiRole, typed.ownerPrincipalId),
  ofFlows(typed.flowsEnabled, typed.flowsSite, typed.flowsLibrary, typed.flowsMailTo, typed.apiClientId),
  ofTelling(typed.alertEmail, typed.logCapGb),
  ofBudget(typed.monthlyBudget, typed.budgetStart),
  ofNames(typed.names, regionsOf(typed.location, typed.speechRegions)),
  ofSettings(typed.appSettings, typed.audioContainers),
  ofTags(typed.tags)
), problem => !empty(problem))
