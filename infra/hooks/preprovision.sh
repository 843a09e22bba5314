#!/bin/sh
# Before anything is made: are the parameters what they should be, are the resource providers
# registered that the platform uses behind our resources, and since when is there a budget.
set -eu
LC_ALL=C
export LC_ALL

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
    echo "Nothing was deployed. 'azd env set NAME value' sets each right." >&2
    exit 1
fi

for namespace in Microsoft.App Microsoft.EventGrid Microsoft.Insights; do
    az provider register --namespace "$namespace" --subscription "$AZURE_SUBSCRIPTION_ID" \
        --wait --only-show-errors
done

# A budget keeps the month in which it was first made: the service refuses another.
if [ "${MONTHLY_BUDGET:-0}" -gt 0 ] && [ -z "${BUDGET_START:-}" ]; then
    start=$(az consumption budget show-with-rg --budget-name dropscribe --only-show-errors \
        --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "${AZURE_RESOURCE_GROUP:-rg-$AZURE_ENV_NAME}" \
        --query timePeriod.startDate --output tsv 2>/dev/null) || start=''
    azd env set BUDGET_START "$(printf '%.10s' "${start:-$(date -u +%Y-%m-01)}")"
fi
