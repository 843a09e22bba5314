// A private address for everything that the app reaches through the virtual network.

param location string
param tags object
param subnetId string
param hostStorageId string
param dataStorageId string
param vaultId string

@description('Resource ids of the Speech accounts, in the order of `regions`.')
param speechIds array
param regions array

var storage = [for (part, i) in ['blob', 'queue', 'table', 'blob', 'queue', 'table']: {
  name: 'pe-${i < 3 ? 'host' : 'data'}-${part}'
  target: i < 3 ? hostStorageId : dataStorageId
  part: part
  zone: 'privatelink.${part}.${environment().suffixes.storage}'
}]
var vault = [
  {
    name: 'pe-vault'
    target: vaultId
    part: 'vault'
    zone: 'privatelink.vaultcore.azure.net'
  }
]
var speech = [for (region, i) in regions: {
  name: 'pe-speech-${region}'
  target: speechIds[i]
  part: 'account'
  zone: 'privatelink.cognitiveservices.azure.com'
}]
var all = concat(storage, vault, speech)

resource zones 'Microsoft.Network/privateDnsZones@2024-06-01' existing = [for entry in all: {
  name: entry.zone
}]

// One after the other: an account refuses a second while it is busy with the first.
@batchSize(1)
resource endpoints 'Microsoft.Network/privateEndpoints@2025-05-01' = [for entry in all: {
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
          privateLinkServiceId: entry.target
          groupIds: [entry.part]
        }
      }
    ]
  }
}]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [for (entry, i) in all: {
  parent: endpoints[i]
  name: 'default'
  properties: {
    privateDnsZoneConfigs: [
      {
        name: entry.part
        properties: {
          privateDnsZoneId: zones[i].id
        }
      }
    ]
  }
}]
