// Where telemetry goes. Nothing writes here with a key: local authentication is off.

param workspaceName string
param applicationInsightsName string
param location string
param tags object
param retentionDays int

@description('Gigabytes a day after which the workspace takes nothing more until the next day; -1: no cap.')
param dailyCapGb int

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: workspaceName
  location: location
  tags: tags
  properties: {
    sku: {
      name: 'PerGB2018'
    }
    retentionInDays: retentionDays
    workspaceCapping: {
      dailyQuotaGb: dailyCapGb
    }
    features: {
      disableLocalAuth: true
      enableLogAccessUsingOnlyResourcePermissions: true
    }
  }
}

resource applicationInsights 'Microsoft.Insights/components@2020-02-02' = {
  name: applicationInsightsName
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    DisableLocalAuth: true
    WorkspaceResourceId: workspace.id
  }
}

// How a line of the log is read is said once: alerts and workbook ask this function.
resource events 'Microsoft.OperationalInsights/workspaces/savedSearches@2025-07-01' = {
  parent: workspace
  name: 'dropscribe-events'
  properties: {
    category: 'Dropscribe'
    displayName: 'Events of Dropscribe'
    functionAlias: 'DropscribeEvents'
    query: loadTextContent('../queries/events.kql')
    version: 2
    // Without it a second deployment is refused (409). The service wants it here, the types at the top.
    #disable-next-line BCP037
    etag: '*'
  }
}

output workspaceId string = workspace.id
output applicationInsightsName string = applicationInsights.name
output connectionString string = applicationInsights.properties.ConnectionString
