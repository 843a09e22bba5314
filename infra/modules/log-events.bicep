// How a line of the log is read is said once: alerts and workbook ask this function.

param workspaceName string

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' existing = {
  name: workspaceName
}

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
