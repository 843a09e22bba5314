// The app may have an account of Azure OpenAI or Foundry, which is there, make insights of transcripts.

param accountName string
param appPrincipalId string

var openAiUser = '5e0bd9bd-7b93-4f28-af87-19fc36ad61bd'

resource account 'Microsoft.CognitiveServices/accounts@2025-06-01' existing = {
  name: accountName
}

// The smallest built-in role that may call a model. It may make no deployment, and read no keys.
resource role 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: account
  name: guid(account.id, appPrincipalId, openAiUser)
  properties: {
    principalId: appPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', openAiUser)
    description: 'The app has a model answer questions about transcripts.'
  }
}

output endpoint string = uri(account.properties.endpoint, 'openai/v1')
