// A private address for everything that the app reaches through the virtual network, and for the app
// itself where nothing public may answer.

param location string
param tags object
param subnetId string

@description('The app alone gets an address; empty: all but the app.')
param appId string = ''
param hostStorageId string = ''
param dataStorageId string = ''
param vaultId string = ''

@description('Resource ids of the Speech accounts, in the order of `regions`.')
param speechIds array = []
param regions array = []

@description('Resource id of the Language account; empty: there is none.')
param languageId string = ''

@description('Resource ids of the private DNS zones in which the addresses are entered; none where a policy of the organisation enters them.')
param zoneIds array

// With each goes the place of its zone in `zoneIds`.
var storage = [for (part, i) in ['blob', 'queue', 'table', 'blob', 'queue', 'table']: {
  name: 'pe-${i < 3 ? 'host' : 'data'}-${part}'
  id: i < 3 ? hostStorageId : dataStorageId
  part: part
  zone: i % 3
}]
var vault = [
  {
    name: 'pe-vault'
    id: vaultId
    part: 'vault'
    zone: 3
  }
]
var speech = [for (region, i) in regions: {
  name: 'pe-speech-${region}'
  id: speechIds[i]
  part: 'account'
  zone: 4
}]
var language = empty(languageId) ? [] : [
  {
    name: 'pe-language'
    id: languageId
    part: 'account'
    zone: 4
  }
]
var app = [
  {
    name: 'pe-app'
    id: appId
    part: 'sites'
    zone: 5
  }
]
var targets = empty(appId) ? concat(storage, vault, speech, language) : app

// One after the other: an account refuses a second while it is busy with the first.
@batchSize(1)
resource endpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [for entry in targets: {
  name: entry.name
  location: location
  tags: tags
  properties: {
    subnet: {
      id: subnetId
    }
    privateLinkServiceConnections: [
      {
        name: entry.part
        properties: {
          privateLinkServiceId: entry.id
          groupIds: [entry.part]
        }
      }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [for (entry, i) in targets: if (!empty(zoneIds)) {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: entry.part
        properties: {
          privateDnsZoneId: zoneIds[entry.zone]
        }
      }
    ]
  }
}]
