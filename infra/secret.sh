#!/bin/sh
# The secrets in the vault. None is shown, none stands on a command line, and none is in a log.
#
#     infra/secret.sh make                      ours that are not there yet; a hook does it
#     infra/secret.sh set assemblyai-key FILE   a provider's key; the file holds nothing else
#     infra/secret.sh rotate webhook-secret     a new one, at once; so of owner-key
#     infra/secret.sh rotate events-secret      a new one beside the old one: events carry both signatures
#     infra/secret.sh settle events-secret      the old one ends
#     infra/secret.sh replace events-secret     a new one at once, after a leak: receivers refuse until they have it
#
# With azd's environment, or that of a file: DEPLOYMENT=prod.env infra/secret.sh ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/deployment.sh"
[ -n "${KEY_VAULT_NAME:-}" ] || load
need AZURE_SUBSCRIPTION_ID AZURE_RESOURCE_GROUP AZURE_FUNCTION_APP_NAME KEY_VAULT_NAME
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

usage() {
    sed -n '2,11s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

is_there() {
    az rest --method GET --only-show-errors --output none --url "$(address "$1")" 2>"$work/why" && return 0
    grep -Eq 'Not ?Found' "$work/why" && return 1
    cat "$work/why" >&2
    exit 1
}

address() {
    printf '/subscriptions/%s/resourceGroups/%s/providers/Microsoft.KeyVault/vaults/%s/secrets/%s' \
        "$AZURE_SUBSCRIPTION_ID" "$AZURE_RESOURCE_GROUP" "$KEY_VAULT_NAME" "$1"
    printf '?api-version=2025-05-01'
}

# Random, in the form that the app wants: of events, that of Standard Webhooks; of keys, its own.
made_up() {
    case "$1" in
    events-secret) printf whsec_ ;;
    owner-key)
        printf dsk_
        head -c 32 /dev/urandom | base64 | tr -d '\n=' | tr '+/' '-_'
        return
        ;;
    esac
    head -c 32 /dev/urandom | base64 | tr -d '\n'
}

# Puts what comes in on standard input into the vault.
put() {
    value=$(cat)
    case "$value" in
    '') echo "$1: there is nothing in it." >&2 && exit 1 ;;
    *[!\ -~]* | *[\"\\]*) echo "$1: only letters, digits and signs of one line are taken." >&2 && exit 1 ;;
    esac
    printf '{"parameters": {"names": {"value": ["%s"]}, "values": {"value": {"%s": "%s"}}}}' \
        "$1" "$1" "$value" >"$work/$1.json"
    az deployment group create --name "dropscribe-$1" --only-show-errors --output none \
        --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
        --template-file "$here/secrets.bicep" \
        --parameters vaultName="$KEY_VAULT_NAME" --parameters "@$work/$1.json"
    rm -f "$work/$1.json"
    echo "$1 is in $KEY_VAULT_NAME."
}

present() {
    az keyvault secret show --only-show-errors --subscription "$AZURE_SUBSCRIPTION_ID" \
        --vault-name "$KEY_VAULT_NAME" --name "$1" --query value --output tsv
}

# Settings refer to secrets; a restart has them read again.
restart() {
    az functionapp restart --only-show-errors --subscription "$AZURE_SUBSCRIPTION_ID" \
        --resource-group "$AZURE_RESOURCE_GROUP" --name "$AZURE_FUNCTION_APP_NAME"
    echo "$AZURE_FUNCTION_APP_NAME starts again with it."
}

case "${1:-} ${2:-}" in
'make ')
    for name in webhook-secret events-secret owner-key; do
        is_there "$name" || made_up "$name" | put "$name"
    done
    ;;
'set assemblyai-key' | 'set soferai-key')
    tr -d '\r\n' <"${3:?a file with the key is needed}" | put "$2"
    restart
    ;;
'rotate webhook-secret' | 'rotate owner-key' | 'replace events-secret')
    made_up "$2" | put "$2"
    restart
    case "$2" in webhook-secret) echo "Azure Speech gets it with the next sweep, within five minutes." ;; esac
    ;;
'rotate events-secret')
    old=$(present "$2")
    printf '%s %s' "$(made_up "$2")" "${old%% *}" | put "$2"
    restart
    echo "Give receivers the new one, the first of the two in the vault; then: ${DEPLOYMENT:+DEPLOYMENT=$DEPLOYMENT }infra/secret.sh settle $2"
    ;;
'settle events-secret')
    old=$(present "$2")
    printf '%s' "${old%% *}" | put "$2"
    restart
    ;;
*) usage ;;
esac
