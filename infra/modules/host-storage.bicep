// The account of the functions host: leases, keys, timers, and the app's package. It is apart from
// the data, so that the identities of Speech and Event Grid never see the host's secrets.

param name string
param location string
param tags object
param sku string

@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string

var packageContainer = 'deployments'

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  // checkov:skip=CKV_AZURE_206: the sku is a parameter; what is here can be made again by a deployment
  // checkov:skip=CKV_AZURE_33: nobody but the host uses the queues, by identity; each poll would be a line
  // checkov:skip=CKV_AZURE_59: without a virtual network the host comes over the public endpoint, by identity only
  // checkov:skip=CKV_AZURE_35: the default is Deny where there is a virtual network, see publicNetworkAccess
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      bypass: 'None'
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
    }
  }
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2025-06-01' = {
  parent: account
  name: 'default'
}

resource packages 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' = {
  parent: blobs
  name: packageContainer
}

output id string = account.id
output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
output packageUrl string = '${account.properties.primaryEndpoints.blob}${packageContainer}'
