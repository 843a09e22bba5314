// Private names for what is closed to others, in one network. Where an organisation keeps such zones for
// all its networks, this is left out.

param tags object

@description('Names of the zones.')
param zones array

@description('Resource id of the network in which the names are known.')
param networkId string

resource dns 'Microsoft.Network/privateDnsZones@2024-06-01' = [for zone in zones: {
  name: zone
  location: 'global'
  tags: tags
}]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [for (zone, i) in zones: {
  parent: dns[i]
  name: last(split(networkId, '/'))
  location: 'global'
  tags: tags
  properties: {
    registrationEnabled: false
    // Accounts of others that have a private endpoint somewhere are found by their public names.
    resolutionPolicy: 'NxDomainRedirect'
    virtualNetwork: {
      id: networkId
    }
  }
}]

output zoneIds array = [for (zone, i) in zones: dns[i].id]
