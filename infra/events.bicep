// What is dropped is told to the app. This is a deployment of its own, because the address that
// Event Grid calls holds a key which the app makes when it first runs: apply it after the app's code
// was deployed. It may be applied again at any time. The key is read here, and goes nowhere else.

@description('Name of the function app.')
param functionAppName string

@description('Name of the system topic of the data account.')
param eventTopicName string

@description('Name of the storage account that holds the data.')
param dataStorageName string

@description('Where Event Grid leaves what it could not deliver.')
param deadLetterContainer string = 'dead-letters'

@description('The queue of the app in which it is told of renamed blobs.')
param renamedQueue string = 'dropscribe-steps'

// The triggers of functions/, each with its container.
var intake = [
  {
    function: 'audio_dropped'
    container: 'audio'
  }
  {
    function: 'manifest_dropped'
    container: 'manifests'
  }
]

// A blob of an account with a hierarchical namespace is announced when it is made and when it is
// complete; these are the calls after which a blob is whole.
var callsThatComplete = [
  'PutBlob'
  'PutBlockList'
  'CopyBlob'
  'FlushWithClose'
  'SftpCommit'
]

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: functionAppName
}

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = {
  name: eventTopicName
}

resource dataStorage 'Microsoft.Storage/storageAccounts@2025-06-01' existing = {
  name: dataStorageName
}

var undelivered = {
  identity: {
    type: 'SystemAssigned'
  }
  deadLetterDestination: {
    endpointType: 'StorageBlob'
    properties: {
      resourceId: dataStorage.id
      blobContainerName: deadLetterContainer
    }
  }
}
var retries = {
  maxDeliveryAttempts: 30
  eventTimeToLiveInMinutes: 1440
}

resource subscriptions 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [for entry in intake: {
  parent: topic
  name: replace(entry.function, '_', '-')
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'WebHook'
      properties: {
        // The types know no resource for the keys of the host.
        #disable-next-line use-resource-symbol-reference
        endpointUrl: 'https://${app.properties.defaultHostName}/runtime/webhooks/blobs?functionName=Host.Functions.${entry.function}&code=${listKeys('${app.id}/host/default', '2024-04-01').systemKeys.blobs_extension}'
        maxEventsPerBatch: 10
        preferredBatchSizeInKilobytes: 64
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobCreated']
      subjectBeginsWith: '/blobServices/default/containers/${entry.container}/blobs/'
      enableAdvancedFilteringOnArrays: true
      advancedFilters: [
        {
          operatorType: 'StringIn'
          key: 'data.api'
          values: callsThatComplete
        }
      ]
    }
    retryPolicy: retries
    deadLetterWithResourceIdentity: undelivered
  }
}]

// Accounts with a hierarchical namespace tell of blobs that get another name in words of their own,
// which the trigger for blobs does not read (it wants a url, an ETag and a type). So they lie in a
// queue of the app. Other accounts have no such events.
resource renames 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = [for entry in intake: {
  parent: topic
  name: '${entry.container}-renamed'
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    deliveryWithResourceIdentity: {
      identity: {
        type: 'SystemAssigned'
      }
      destination: {
        endpointType: 'StorageQueue'
        properties: {
          resourceId: dataStorage.id
          queueName: renamedQueue
        }
      }
    }
    filter: {
      includedEventTypes: ['Microsoft.Storage.BlobRenamed']
      subjectBeginsWith: '/blobServices/default/containers/${entry.container}/blobs/'
    }
    retryPolicy: retries
    deadLetterWithResourceIdentity: undelivered
  }
}]

output containers array = [for entry in intake: entry.container]
