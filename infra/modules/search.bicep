// The app may keep what was said in a service of Azure AI Search, which is there, and search it.

param serviceName string
param appPrincipalId string

var indexDataContributor = '8ebe5a00-799e-43f5-93ac-243d3dce84a7'
var serviceContributor = '7ca78c08-252a-4471-8644-bb5ff32d4ba0'

resource service 'Microsoft.Search/searchServices@2025-05-01' existing = {
  name: serviceName
}

resource dataRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: service
  name: guid(service.id, appPrincipalId, indexDataContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', indexDataContributor)
    description: 'The app puts what was said into its index, finds it and removes it.'
  }
}

// No smaller built-in role may make an index.
resource indexRole 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: service
  name: guid(service.id, appPrincipalId, serviceContributor)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', serviceContributor)
    description: 'The app makes its index where there is none.'
  }
}
