// What wakes somebody up. Each alert says what to do; more is in docs/operations.md. Every query
// gives a row for each thing that is wrong, so that all of them fire on more than no rows.

param actionGroupName string
param location string
param tags object

@description('Who is told; empty: alerts are only seen in the portal.')
param email string
param workspaceId string
param hostStorageId string
param dataStorageId string
param eventTopicId string

var questions = [
  {
    name: 'messages-poisoned'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/messages-poisoned.kql')
    advice: 'A step failed five times. Its recordings are looked after: results get another round, and in the end there is an error report. Find the exception of that function in Application Insights; docs/operations.md, Poison, says how to replay.'
  }
  {
    name: 'endpoint-failing'
    severity: 1
    every: 'PT15M'
    window: 'PT1H'
    query: loadTextContent('../queries/endpoint-failing.kql')
    advice: 'A provider refuses us or fails again and again; the reason is in the row !endpoint of the table and in this alert. ProviderUnauthorised: put key or role right. Otherwise look at the provider\'s status page. Jobs wait and go on by themselves; other endpoints take what they can.'
  }
  {
    name: 'jobs-unresolved'
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/jobs-unresolved.kql')
    advice: 'Nobody can find out whether the provider carried out a create call, so it was not sent again: it might be paid for twice. Look for the job by its id in the provider\'s own list, then drop the recordings again or retry their batch. Their error reports say the same.'
  }
  {
    name: 'backlog-old'
    severity: 2
    every: 'PT30M'
    window: 'PT30M'
    query: loadTextContent('../queries/backlog-old.kql')
    advice: 'A batch has been open for more than twelve hours. Look at its jobs in the table: planned means that no endpoint has room or is well, submitted that the provider is slow. Another region helps against both: parameter speechRegions.'
  }
  {
    name: 'recordings-failing'
    severity: 2
    every: 'PT30M'
    window: 'PT6H'
    query: loadTextContent('../queries/recordings-failing.kql')
    advice: 'More than a fifth of the recordings of the last hours failed. The workbook shows by which code; docs/troubleshooting.md says for each what to do. Drop them again when it is put right.'
  }
  {
    name: 'app-silent'
    severity: 1
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/app-silent.kql')
    advice: 'The sweep, which runs every five minutes, has not reported for half an hour. If dropscribe-log-capped fired as well, it is the log that is silent, not the app. Open /api/health of the app: it lists what is wrong with the configuration, and tells whether storage answers. If it does not answer, AppExceptions of the workspace and the blade Diagnose and solve problems tell why. Nothing is lost meanwhile; what was dropped is found when it runs again.'
  }
  {
    name: 'log-capped'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/log-capped.kql')
    advice: 'The workspace has taken as much as it may take in a day, and takes nothing more until its own hour of the next day. The app goes on; but every alert that reads the log is blind until then, and the one that the app is silent fires without reason. Ask /api/health how the app does, raise logCapGb, and see in Usage what wrote so much.'
  }
  {
    name: 'faults-of-ours'
    severity: 3
    every: 'PT1H'
    window: 'PT6H'
    query: loadTextContent('../queries/faults-of-ours.kql')
    advice: 'The app met what it was not made for; the event names file and line or part. The recordings are looked after. Report it with the lines of the log.'
  }
  {
    name: 'subscriptions-disabled'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/subscriptions-disabled.kql')
    advice: 'A receiver of events failed for so long that nothing is sent to it any more. Ask its owner, whose address is in the subscription. When it works again, switch the subscription on and replay what it missed.'
  }
  {
    name: 'ceilings-reached'
    severity: 2
    every: 'PT15M'
    window: 'PT30M'
    query: loadTextContent('../queries/ceilings-reached.kql')
    advice: 'What a day may cost, or hold of audio, was sent for the deployment or for a profile; the rest waits for the next day (UTC). See who sent so much. If it is meant, lift the ceiling for today with POST /api/brakes; if not, stop the scope there. What was sent before is fetched all the same.'
  }
  {
    name: 'copies-left'
    severity: 2
    every: 'PT1H'
    window: 'PT6H'
    query: loadTextContent('../queries/copies-left.kql')
    advice: 'A provider refuses to delete its copy of audio or text. Look at key and role. The search for orphans tries again every hour, and the provider deletes it by itself when its time to live is over.'
  }
]

var accounts = [
  {
    name: 'host'
    id: hostStorageId
  }
  {
    name: 'data'
    id: dataStorageId
  }
]

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: actionGroupName
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'dropscribe'
    enabled: true
    emailReceivers: empty(email) ? [] : [
      {
        name: 'owner'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource rules 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [for question in questions: {
  name: 'dropscribe-${question.name}'
  location: location
  tags: tags
  kind: 'LogAlert'
  properties: {
    displayName: 'Dropscribe: ${replace(question.name, '-', ' ')}'
    description: question.advice
    severity: question.severity
    enabled: true
    scopes: [workspaceId]
    evaluationFrequency: question.every
    windowSize: question.window
    criteria: {
      allOf: [
        {
          query: question.query
          timeAggregation: 'Count'
          operator: 'GreaterThan'
          threshold: 0
          failingPeriods: {
            numberOfEvaluationPeriods: 1
            minFailingPeriodsToAlert: 1
          }
        }
      ]
    }
    autoMitigate: true
    // On a new workspace neither the table nor the function can be asked yet.
    skipQueryValidation: true
    actions: {
      actionGroups: [people.id]
    }
  }
}]

resource availability 'Microsoft.Insights/metricAlerts@2026-01-01' = [for account in accounts: {
  name: 'dropscribe-storage-${account.name}'
  location: 'global'
  tags: tags
  properties: {
    description: 'The storage account answers less than 99 of 100 calls. Look at its resource health and at Azure status; with a virtual network, whether its private endpoints are approved. Work is delayed and goes on by itself.'
    severity: 1
    enabled: true
    scopes: [account.id]
    evaluationFrequency: 'PT5M'
    windowSize: 'PT15M'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'availability'
          metricNamespace: 'Microsoft.Storage/storageAccounts'
          metricName: 'Availability'
          timeAggregation: 'Average'
          operator: 'LessThan'
          threshold: 99
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}]

resource deadLetters 'Microsoft.Insights/metricAlerts@2026-01-01' = {
  name: 'dropscribe-events-dead-lettered'
  location: 'global'
  tags: tags
  properties: {
    description: 'Event Grid gave up telling the app of a blob. The sweep reads what it left behind, and finds the blob without it, too. See whether the app was down for a day, or whether its key changed: then apply infra/events.bicep again.'
    severity: 2
    enabled: true
    scopes: [eventTopicId]
    evaluationFrequency: 'PT15M'
    windowSize: 'PT1H'
    autoMitigate: true
    criteria: {
      'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
      allOf: [
        {
          criterionType: 'StaticThresholdCriterion'
          name: 'dead-lettered'
          metricNamespace: 'Microsoft.EventGrid/systemTopics'
          metricName: 'DeadLetteredCount'
          timeAggregation: 'Total'
          operator: 'GreaterThan'
          threshold: 0
        }
      ]
    }
    actions: [
      {
        actionGroupId: people.id
      }
    ]
  }
}

output actionGroupId string = people.id
