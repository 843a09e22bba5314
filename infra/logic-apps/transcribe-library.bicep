// What lands in a SharePoint library is transcribed, and the transcript comes by mail. The two
// connections are authorised once, by hand, in the portal: they act for a person.

param location string
param tags object
param api string
param audience string
param site string
param library string
param mailTo string
param profile string

var identified = {
  type: 'ManagedServiceIdentity'
  audience: '@parameters(\'audience\')'
}
var sharePoint = '@parameters(\'$connections\')[\'sharepointonline\'][\'connectionId\']'
var mail = '@parameters(\'$connections\')[\'office365\'][\'connectionId\']'
var dataset = '/datasets/@{encodeURIComponent(encodeURIComponent(parameters(\'site\')))}'

resource connections 'Microsoft.Web/connections@2016-06-01' = [for name in ['sharepointonline', 'office365']: {
  name: name
  location: location
  tags: tags
  properties: {
    displayName: name
    api: {
      id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, name)
    }
  }
}]

resource workflow 'Microsoft.Logic/workflows@2019-05-01' = {
  name: 'dropscribe-transcribe-library'
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
      site: {
        value: site
      }
      library: {
        value: library
      }
      mailTo: {
        value: mailTo
      }
      profile: {
        value: profile
      }
      '$connections': {
        value: {
          sharepointonline: {
            connectionId: connections[0].id
            connectionName: 'sharepointonline'
            id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'sharepointonline')
          }
          office365: {
            connectionId: connections[1].id
            connectionName: 'office365'
            id: subscriptionResourceId('Microsoft.Web/locations/managedApis', location, 'office365')
          }
        }
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
        site: {
          type: 'String'
        }
        library: {
          type: 'String'
        }
        mailTo: {
          type: 'String'
        }
        profile: {
          type: 'String'
        }
        '$connections': {
          type: 'Object'
          defaultValue: {}
        }
      }
      triggers: {
        New_recording: {
          type: 'ApiConnection'
          recurrence: {
            frequency: 'Minute'
            interval: 3
          }
          splitOn: '@triggerBody()?[\'value\']'
          inputs: {
            host: {
              connection: {
                name: sharePoint
              }
            }
            method: 'get'
            path: '${dataset}/tables/@{encodeURIComponent(encodeURIComponent(parameters(\'library\')))}/onnewfileitems'
          }
        }
      }
      actions: {
        All: {
          type: 'Scope'
          runAfter: {}
          actions: {
            Get_content: {
              type: 'ApiConnection'
              runAfter: {}
              inputs: {
                host: {
                  connection: {
                    name: sharePoint
                  }
                }
                method: 'get'
                path: '${dataset}/files/@{encodeURIComponent(triggerBody()?[\'{Identifier}\'])}/content'
                queries: {
                  inferContentType: true
                }
              }
              runtimeConfiguration: {
                secureData: {
                  properties: ['outputs']
                }
              }
            }
            Get_upload_link: {
              type: 'Http'
              runAfter: {
                Get_content: ['Succeeded']
              }
              inputs: {
                method: 'POST'
                uri: '@{parameters(\'api\')}/uploads'
                headers: {
                  'Content-Type': 'application/json'
                }
                body: {
                  name: '@{triggerBody()?[\'{FilenameWithExtension}\']}'
                }
                authentication: identified
              }
              runtimeConfiguration: {
                secureData: {
                  properties: ['outputs']
                }
              }
            }
            // The link is the permission: no token goes to the storage. The history of the runs shows neither
            // the link nor what was said.
            Upload: {
              type: 'Http'
              runAfter: {
                Get_upload_link: ['Succeeded']
              }
              inputs: {
                method: 'PUT'
                uri: '@body(\'Get_upload_link\')?[\'url\']'
                headers: '@body(\'Get_upload_link\')?[\'headers\']'
                body: '@body(\'Get_content\')'
              }
              runtimeConfiguration: {
                secureData: {
                  properties: ['inputs']
                }
              }
            }
            // Answers 202 and a Location, which the action follows by itself until the batch is over.
            Transcribe: {
              type: 'Http'
              runAfter: {
                Upload: ['Succeeded']
              }
              limit: {
                timeout: 'P2D'
              }
              inputs: {
                method: 'POST'
                uri: '@{parameters(\'api\')}/batches?wait=true'
                headers: {
                  'Content-Type': 'application/json'
                  'Idempotency-Key': '@{workflow().run.name}'
                }
                body: {
                  title: '@{triggerBody()?[\'{FilenameWithExtension}\']}'
                  profile: '@{parameters(\'profile\')}'
                  recordings: [
                    {
                      container: '@{body(\'Get_upload_link\')?[\'container\']}'
                      blob: '@{body(\'Get_upload_link\')?[\'blob\']}'
                      client_item_id: '@{workflow().run.name}'
                    }
                  ]
                }
                authentication: identified
              }
            }
            Find_recording: {
              type: 'Http'
              runAfter: {
                Transcribe: ['Succeeded']
              }
              inputs: {
                method: 'GET'
                uri: '@{parameters(\'api\')}/batches/@{body(\'Transcribe\')?[\'id\']}/items?client_item_id=@{workflow().run.name}'
                authentication: identified
              }
            }
            Is_transcribed: {
              type: 'If'
              runAfter: {
                Find_recording: ['Succeeded']
              }
              expression: {
                and: [
                  {
                    equals: [
                      '@first(body(\'Find_recording\')?[\'value\'])?[\'state\']'
                      'transcribed'
                    ]
                  }
                ]
              }
              actions: {
                Get_transcript: {
                  type: 'Http'
                  runAfter: {}
                  inputs: {
                    method: 'GET'
                    uri: '@{parameters(\'api\')}/batches/@{body(\'Transcribe\')?[\'id\']}/items/@{first(body(\'Find_recording\')?[\'value\'])?[\'id\']}/transcript?format=txt'
                    authentication: identified
                  }
                  runtimeConfiguration: {
                    secureData: {
                      properties: ['outputs']
                    }
                  }
                }
                Send_transcript: {
                  type: 'ApiConnection'
                  runAfter: {
                    Get_transcript: ['Succeeded']
                  }
                  inputs: {
                    host: {
                      connection: {
                        name: mail
                      }
                    }
                    method: 'post'
                    path: '/v2/Mail'
                    body: {
                      To: '@parameters(\'mailTo\')'
                      Subject: 'Transcript of @{triggerBody()?[\'{FilenameWithExtension}\']}'
                      Body: 'The transcript is attached.'
                      Attachments: [
                        {
                          Name: '@{triggerBody()?[\'{FilenameWithExtension}\']}.txt'
                          ContentBytes: '@{base64(body(\'Get_transcript\'))}'
                        }
                      ]
                    }
                  }
                  runtimeConfiguration: {
                    secureData: {
                      properties: ['inputs']
                    }
                  }
                }
              }
              else: {
                actions: {
                  Send_reason: {
                    type: 'ApiConnection'
                    runAfter: {}
                    inputs: {
                      host: {
                        connection: {
                          name: mail
                        }
                      }
                      method: 'post'
                      path: '/v2/Mail'
                      body: {
                        To: '@parameters(\'mailTo\')'
                        Subject: 'No transcript of @{triggerBody()?[\'{FilenameWithExtension}\']}'
                        Body: '@{first(body(\'Find_recording\')?[\'value\'])?[\'failure\']?[\'reason\']} @{first(body(\'Find_recording\')?[\'value\'])?[\'failure\']?[\'advice\']}'
                      }
                    }
                  }
                }
              }
            }
          }
        }
        Send_failure: {
          type: 'ApiConnection'
          runAfter: {
            All: ['Failed', 'TimedOut']
          }
          inputs: {
            host: {
              connection: {
                name: mail
              }
            }
            method: 'post'
            path: '/v2/Mail'
            body: {
              To: '@parameters(\'mailTo\')'
              Subject: 'No transcript of @{triggerBody()?[\'{FilenameWithExtension}\']}'
              Body: 'The run @{workflow().run.name} failed. Its history in the portal says where and why.'
            }
          }
        }
        // The run has failed all the same, for whoever watches the workflow.
        Fail: {
          type: 'Terminate'
          runAfter: {
            Send_failure: ['Succeeded']
          }
          inputs: {
            runStatus: 'Failed'
            runError: {
              code: 'NoTranscript'
              message: 'An action before this one failed.'
            }
          }
        }
      }
      outputs: {}
    }
  }
}

output principalId string = workflow.identity.principalId
