// One Speech account. It is spoken to under its own domain with Entra tokens, and reads the audio
// with its own identity; its keys are switched off.

param name string
param location string
param tags object

@allowed(['Enabled', 'Disabled'])
param publicNetworkAccess string
param workspaceId string

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' = {
  // checkov:skip=CKV_AZURE_134: without a virtual network the app comes over the public endpoint, by identity only
  // checkov:skip=CKV2_AZURE_22: what is stored at the provider is deleted within hours; a key of one's own would outlive it
  name: name
  location: location
  tags: tags
  kind: 'SpeechServices'
  sku: {
    name: 'S0'
  }
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    customSubDomainName: name
    disableLocalAuth: true
    publicNetworkAccess: publicNetworkAccess
    networkAcls: {
      defaultAction: publicNetworkAccess == 'Disabled' ? 'Deny' : 'Allow'
    }
  }
}

resource audit 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account
  name: 'audit'
  properties: {
    workspaceId: workspaceId
    logs: [
      {
        category: 'Audit'
        enabled: true
      }
    ]
  }
}

output id string = account.id
output name string = account.name
output principalId string = account.identity.principalId

@description('The account as an entry of SPEECH_ENDPOINTS.')
output entry string = '${location}=${account.properties.endpoint}'
