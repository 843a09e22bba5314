#!/bin/sh
# Gives people, groups and programs access to the data, or takes it away.
#
#     infra/access.sh drop WHO       drop audio and manifests
#     infra/access.sh read WHO       read transcripts, corrected ones, reports and error reports
#     infra/access.sh review WHO     the same, and hear the audio
#     infra/access.sh hear WHO       hear copies in which personal data is hidden
#     infra/access.sh unredacted WHO read what is kept unredacted
#     infra/access.sh watch WHO      look into the table, the queues and the log
#     infra/access.sh take-away WHO  whatever they have here, also on containers
#     infra/access.sh list           who has what
#
# WHO is a sign-in name, the name of a group, or an object id, as of a guest. It takes up to ten minutes to work.
# With azd's environment, or that of a file: DEPLOYMENT=prod.env infra/access.sh ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/deployment.sh"

usage() {
    sed -n '2,15s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

case "${1:-} ${2:+who}" in
'drop who' | 'read who' | 'review who' | 'hear who' | 'unredacted who' | 'watch who' | 'take-away who' | 'list ') ;;
*) usage ;;
esac
[ -n "${DATA_STORAGE_NAME:-}" ] || load
need AZURE_SUBSCRIPTION_ID AZURE_RESOURCE_GROUP DATA_STORAGE_NAME
group="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP"
here_only="scope == '$group' || starts_with(scope, '$group/')"
account="$group/providers/Microsoft.Storage/storageAccounts/$DATA_STORAGE_NAME"

# The object id of whom is meant.
known() {
    case "$1" in
    *@*) az ad user show --only-show-errors --id "$1" --query id --output tsv ;;
    *-*-*-*-*) printf '%s' "$1" ;;
    *) az ad group show --only-show-errors --group "$1" --query id --output tsv ;;
    esac
}

grant() {
    az role assignment create --only-show-errors --output none --assignee "$who" --role "$1" --scope "$2"
    echo "$1 on ${2##*/}"
}

on_containers() {
    role=$1
    shift
    for container in "$@"; do
        grant "$role" "$account/blobServices/default/containers/$container"
    done
}

[ "$1" = list ] || who=$(known "$2")
case "$1" in
drop) on_containers 'Storage Blob Data Contributor' audio uploads manifests ;;
read) on_containers 'Storage Blob Data Reader' transcripts corrected reports errors ;;
review) on_containers 'Storage Blob Data Reader' transcripts corrected reports errors audio uploads ;;
hear) on_containers 'Storage Blob Data Reader' redacted-audio ;;
unredacted) on_containers 'Storage Blob Data Reader' unredacted ;;
watch)
    grant 'Storage Table Data Reader' "$account"
    grant 'Storage Queue Data Reader' "$account"
    grant 'Monitoring Reader' "$group"
    ;;
take-away)
    az role assignment list --only-show-errors --subscription "$AZURE_SUBSCRIPTION_ID" --all --assignee "$who" \
        --query "[?$here_only].id" --output tsv | while IFS= read -r id; do
        az role assignment delete --only-show-errors --ids "$id"
        echo "taken away: $id"
    done
    ;;
list)
    az role assignment list --only-show-errors --subscription "$AZURE_SUBSCRIPTION_ID" --all \
        --query "[?$here_only].[principalName, principalType, roleDefinitionName, scope]" \
        --output tsv | sed "s#$group/*##"
    ;;
esac
