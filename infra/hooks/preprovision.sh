#!/bin/sh
# Before anything is made: are the parameters what they should be, are the resource providers
# registered that the platform uses behind our resources, is there a group, since when is there a
# budget, and whose is the data. azd may ask for subscription and region only afterwards.
set -eu
LC_ALL=C
export LC_ALL
here=$(dirname "$0")/..
. "$here/deployment.sh"

wrong=0
while IFS="$(printf '\t')" read -r name pattern meaning; do
    case "$name" in '' | '#'*) continue ;; esac
    eval "value=\${$name-}"
    [ -n "$value" ] || continue
    value=$(printf '%s' "$value" | tr '\n\r\t' '   ')
    if ! printf '%s\n' "$value" | grep -Eq -e "$pattern"; then
        echo "$name: '$value' is not $meaning." >&2
        wrong=1
    fi
done <"$(dirname "$0")/parameters.tsv"
if [ "$wrong" = 1 ]; then
    if [ -n "${DEPLOYMENT:-}" ]; then
        echo "Nothing was deployed. Set these lines of $DEPLOYMENT right." >&2
    else
        echo "Nothing was deployed. 'azd env set NAME value' sets each right." >&2
    fi
    exit 1
fi

if [ -n "${AZURE_SUBSCRIPTION_ID:-}" ]; then
    set -- --subscription "$AZURE_SUBSCRIPTION_ID"
else
    set --
fi
if ! who=$(az account show "$@" --only-show-errors --query user.type --output tsv); then
    echo "The Azure CLI has a sign-in of its own: 'az login', into the tenant of the subscription." >&2
    exit 1
fi

# Whoever has rights on a resource group alone may not register; the deployment tells if it is needed.
for namespace in Microsoft.App Microsoft.EventGrid Microsoft.Insights; do
    az provider register --namespace "$namespace" "$@" --wait --only-show-errors ||
        echo "$namespace is not registered by you; if it never was, an owner of the subscription does it." >&2
done

# The group is made here where nothing has to be asked for; whoever has rights on one alone names it.
group=${AZURE_RESOURCE_GROUP:-rg-${AZURE_ENV_NAME:-}}
if [ -n "${AZURE_SUBSCRIPTION_ID:-}" ] && [ -n "${AZURE_ENV_NAME:-}" ] && [ -n "${AZURE_LOCATION:-}" ]; then
    az group show "$@" --name "$group" --only-show-errors --output none 2>/dev/null ||
        az group create "$@" --name "$group" --location "$AZURE_LOCATION" \
            --tags azd-env-name="$AZURE_ENV_NAME" --only-show-errors --output none
    [ "${AZURE_RESOURCE_GROUP:-}" = "$group" ] || keep AZURE_RESOURCE_GROUP "$group"
fi

# A budget keeps the month in which it was first made: the service refuses another.
if [ "${MONTHLY_BUDGET:-0}" -gt 0 ] && [ -z "${BUDGET_START:-}" ]; then
    start=$(az consumption budget show-with-rg --budget-name dropscribe --only-show-errors "$@" \
        --resource-group "$group" \
        --query timePeriod.startDate --output tsv 2>/dev/null) || start=''
    keep BUDGET_START "$(printf '%.10s' "${start:-$(date -u +%Y-%m-01)}")"
fi

# A person who deploys first looks after it. A pipeline is nobody, unless it is told who.
if [ -z "${OWNER_PRINCIPAL_ID:-}" ] && [ "$who" = user ]; then
    if owner=$(az ad signed-in-user show --only-show-errors --query id --output tsv); then
        keep OWNER_PRINCIPAL_ID "$owner"
    else
        echo "Who you are is not known, so nobody gets the data roles; OWNER_PRINCIPAL_ID says who." >&2
    fi
fi
