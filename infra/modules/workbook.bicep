// What the app did and is doing, on one page.

param location string
param tags object
param workspaceId string

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(resourceGroup().id, 'dropscribe')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'Dropscribe'
    category: 'workbook'
    sourceId: workspaceId
    version: '1.0'
    serializedData: replace(loadTextContent('../queries/workbook.json'), '<workspace>', workspaceId)
  }
}
