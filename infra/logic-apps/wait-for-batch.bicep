// Takes a manifest, has it transcribed, and answers with the report once the batch is over. It sleeps
// meanwhile: the batch's own callback wakes it.

param location string
param tags object
param api string
param audience string

var identified = {
  type: 'ManagedServiceIdentity'
  audience: '@parameters(\'audience\')'
}

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'dropscribe-wait-for-batch'
  location: location
  tags: tags
  identity: {
    type: 'SystemAssigned'
  }
  properties: {
    state: 'Enabled'
    parameters: {
      api: {
        value: api
      }
      audience: {
        value: audience
      }
    }
    definition: {
      '$schema': 'https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#'
      contentVersion: '1.0.0.0'
      parameters: {
        api: {
          type: 'String'
        }
        audience: {
          type: 'String'
        }
      }
      triggers: {
        Manifest: {
          type: 'Request'
          kind: 'Http'
          inputs: {
            schema: {
              type: 'object'
              required: ['recordings']
              properties: {
                title: {
                  type: 'string'
                }
                recordings: {
                  type: 'array'
                }
              }
            }
          }
        }
      }
      actions: {
        // Wakes up with the event batch.completed. Who cancels the run, or waits too long, cancels
        // the batch as well.
        Transcribe: {
          type: 'HttpWebhook'
          runAfter: {}
          limit: {
            timeout: 'P2D'
          }
          inputs: {
            subscribe: {
              method: 'POST'
              uri: '@{parameters(\'api\')}/batches'
              headers: {
                'Content-Type': 'application/json'
                'Idempotency-Key': '@{workflow().run.name}'
              }
              body: '@setProperty(triggerBody(), \'callback_url\', listCallbackUrl())'
              authentication: identified
            }
            unsubscribe: {
              method: 'POST'
              uri: '@{parameters(\'api\')}/batches/@{subscribe()[\'body\'][\'id\']}/cancel'
              authentication: identified
            }
          }
        }
        Get_report: {
          type: 'Http'
          runAfter: {
            Transcribe: ['Succeeded']
          }
          inputs: {
            method: 'GET'
            uri: '@{parameters(\'api\')}/batches/@{body(\'Transcribe\')?[\'data\']?[\'batch_id\']}/report?format=json'
            authentication: identified
          }
        }
        Answer: {
          type: 'Response'
          kind: 'Http'
          runAfter: {
            Get_report: ['Succeeded']
          }
          operationOptions: 'Asynchronous'
          inputs: {
            statusCode: 200
            headers: {
              'Content-Type': 'application/json'
            }
            body: '@body(\'Get_report\')'
          }
        }
      }
      outputs: {}
    }
  }
}

output principalId string = workflow.identity.principalId
