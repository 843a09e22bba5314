// Two workflows for Logic Apps (Consumption) that use the API of a deployment; docs/flows.md explains
// them. They call with their own identities, so the deployment takes tokens (parameter apiClientId).

targetScope = 'resourceGroup'

@description('Where the workflows are.')
param location string = resourceGroup().location

@description('Tags on everything.')
param tags object = {}

@description('Address of the function app, without a path: https://<name>.azurewebsites.net.')
param appUrl string

@description('Client id of the Entra application whose tokens the API takes.')
param apiClientId string

@description('Address of the SharePoint site whose library is watched; empty: no such workflow.')
param site string = ''

@description('Id of the library: the guid of its list.')
param library string = ''

@description('Who gets the transcripts by mail.')
param mailTo string = ''

@description('Profile by which the library is transcribed.')
param profile string = 'default'

var api = '${appUrl}/api'
var audience = 'api://${apiClientId}'

module waitForBatch 'wait-for-batch.bicep' = {
  name: 'wait-for-batch'
  params: {
    location: location
    tags: tags
    api: api
    audience: audience
  }
}

module transcribeLibrary 'transcribe-library.bicep' = if (!empty(site)) {
  name: 'transcribe-library'
  params: {
    location: location
    tags: tags
    api: api
    audience: audience
    site: site
    library: library
    mailTo: mailTo
    profile: profile
  }
}

@description('Whoever has the app role of the API assigned to these may call it.')
output waitForBatchPrincipalId string = waitForBatch.outputs.principalId
output transcribeLibraryPrincipalId string = empty(site) ? '' : transcribeLibrary!.outputs.principalId
