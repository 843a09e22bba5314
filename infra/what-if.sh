#!/bin/sh
# What a deployment would change, without changing anything.
#
#     infra/what-if.sh prod.env [parameter=value ...]
#
# The file is that of infra/deploy.sh, with AZURE_RESOURCE_GROUP in it, a group that is there; with azd it
# is made by: azd env get-values > plan.env
set -eu
DEPLOYMENT=${1:?'a file of lines NAME=value is needed'}
export DEPLOYMENT
shift
here=$(cd "$(dirname "$0")" && pwd)
. "$here/deployment.sh"
load
strangers | sed "s#.*#$DEPLOYMENT: & is no parameter, and is not looked at.#" >&2
take set_here "$@"
: "${AZURE_RESOURCE_GROUP:?is not in the file}"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
parameters >"$work/parameters.json"
set --
[ -z "${AZURE_SUBSCRIPTION_ID:-}" ] || set -- --subscription "$AZURE_SUBSCRIPTION_ID"
# Whoever may only read is not asked for the right to write.
az deployment group what-if --only-show-errors --exclude-change-types Ignore NoChange Unsupported \
    --validation-level ProviderNoRbac "$@" \
    --resource-group "$AZURE_RESOURCE_GROUP" --template-file "$here/main.bicep" \
    --parameters "@$work/parameters.json"
