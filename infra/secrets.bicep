// Puts secrets into the vault. A deployment of its own, because they are not made anew with the rest:
// hooks/postprovision makes ours once, at random, and infra/secret.sh changes them and brings keys of
// providers. It goes by Azure Resource Manager, so it needs no role on the secrets themselves and no way
// into the network of the vault.

@description('Name of the vault.')
param vaultName string

@description('Names of the secrets.')
param names string[]

@secure()
@description('Name -> secret.')
param values object

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName
}

resource secrets 'Microsoft.KeyVault/vaults/secrets@2025-05-01' = [for name in names: {
  // checkov:skip=CKV_AZURE_41: it does not expire by itself; docs/operations.md says how it is changed
  parent: vault
  name: name
  properties: {
    contentType: 'text/plain'
    value: values[name]
  }
}]
