// The app, on a Flex Consumption plan of its own: that plan takes one app.

param name string
param planName string
param location string
param tags object
param pythonVersion string
param instanceMemoryMB int
param maximumInstanceCount int

@description('Instances that are kept warm for calls by HTTP, for blob events and for small steps, each; 0: none.')
param alwaysReadyInstances int

@description('Calls by HTTP that one instance takes at a time. The plan\'s default for Python is one.')
param concurrentCalls int

@description('How the platform changes over to new code or settings; empty: as it does by itself.')
param siteUpdateStrategy string
param identityId string
param packageUrl string

@description('Where the app goes out from; empty: not into a virtual network.')
param subnetId string

@description('Settings of the app. None holds a secret: what is secret is a reference to a vault.')
param settings object

@description('The Speech accounts, each as region=address.')
param speechEndpoints array

@description('Client id of the Entra application whose tokens callers of the API bring; empty: function keys.')
param apiClientId string

@description('Whether providers may call the app.')
param takesWebhooks bool

var addresses = {
  SPEECH_ENDPOINTS: join(speechEndpoints, ' ')
}
var kept = alwaysReadyInstances == 0 ? [] : [
  {
    name: 'http'
    instanceCount: alwaysReadyInstances
  }
  {
    name: 'blob'
    instanceCount: alwaysReadyInstances
  }
  {
    name: 'function:steps'
    instanceCount: alwaysReadyInstances
  }
]

// The types do not know the property yet.
var updates = empty(siteUpdateStrategy) ? {} : {
  siteUpdateStrategy: {
    type: siteUpdateStrategy
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  // checkov:skip=CKV_AZURE_212: the platform adds instances by itself; alwaysReadyInstances keeps some
  // checkov:skip=CKV_AZURE_225: zones cost at least two instances that are always on; a lost zone delays work and loses none
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    tier: 'FlexConsumption'
    name: 'FC1'
  }
  properties: {
    reserved: true
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  // checkov:skip=CKV_AZURE_17: those who call have keys or signatures; providers and Event Grid bring no certificates
  // checkov:skip=CKV_AZURE_212: the platform adds and replaces instances by itself
  // checkov:skip=CKV_AZURE_213: on this plan the platform watches the instances; there is no health check to set
  // checkov:skip=CKV_AZURE_222: providers and Event Grid call from outside
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'app' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identityId}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    keyVaultReferenceIdentity: identityId
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
    }
    functionAppConfig: union(updates, {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identityId
          }
        }
      }
      runtime: {
        name: 'python'
        version: pythonVersion
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstanceCount
        alwaysReady: kept
        triggers: {
          http: {
            perInstanceConcurrency: concurrentCalls
          }
        }
      }
    })
  }
}

resource appSettings 'Microsoft.Web/sites/config@2025-03-01' = {
  // These are the app's own settings; checkov takes them for the configuration of a web site.
  // checkov:skip=CKV_AZURE_13: who may call is decided by host keys and signatures, route by route
  // checkov:skip=CKV_AZURE_63: requests are in Application Insights
  // checkov:skip=CKV_AZURE_65: error pages are for nobody here
  // checkov:skip=CKV_AZURE_66: failed requests are in Application Insights
  // checkov:skip=CKV_AZURE_80: there is no .NET in it
  // checkov:skip=CKV_AZURE_88: the app keeps its files in blobs
  // checkov:skip=CKV_AZURE_222: providers and Event Grid call from outside
  parent: app
  name: 'appsettings'
  properties: union(addresses, settings, takesWebhooks ? { WEBHOOK_BASE_URL: 'https://${app.properties.defaultHostName}' } : {})
}

// Checks the token of whoever brings one, and tells the app who it is. Providers, Event Grid and those
// who ask for the health bring none, so the app itself refuses whom it does not know.
resource authentication 'Microsoft.Web/sites/config@2025-03-01' = if (!empty(apiClientId)) {
  // These are the settings of authentication alone; checkov takes them for the configuration of a web site.
  // checkov:skip=CKV_AZURE_13: this is what switches it on
  // checkov:skip=CKV_AZURE_63: requests are in Application Insights
  // checkov:skip=CKV_AZURE_65: error pages are for nobody here
  // checkov:skip=CKV_AZURE_66: failed requests are in Application Insights
  // checkov:skip=CKV_AZURE_80: there is no .NET in it
  // checkov:skip=CKV_AZURE_88: the app keeps its files in blobs
  // checkov:skip=CKV_AZURE_222: providers and Event Grid call from outside
  parent: app
  name: 'authsettingsV2'
  properties: {
    platform: {
      enabled: true
    }
    globalValidation: {
      requireAuthentication: false
      unauthenticatedClientAction: 'AllowAnonymous'
    }
    httpSettings: {
      requireHttps: true
    }
    identityProviders: {
      azureActiveDirectory: {
        enabled: true
        registration: {
          clientId: apiClientId
          openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
        }
        validation: {
          allowedAudiences: [
            apiClientId
            'api://${apiClientId}'
          ]
        }
      }
    }
    login: {
      tokenStore: {
        enabled: false
      }
    }
  }
}

// No passwords for publishing: deployments come with an Entra token. Each has its name written out,
// by which the compiler knows what belongs into it.
resource ftp 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource scm 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output url string = 'https://${app.properties.defaultHostName}'
