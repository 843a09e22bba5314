#!/bin/sh
# Resource providers that the platform uses behind our resources, so that no template registers them.
set -eu
for namespace in Microsoft.App Microsoft.EventGrid Microsoft.Insights; do
    az provider register --namespace "$namespace" --subscription "$AZURE_SUBSCRIPTION_ID" \
        --wait --only-show-errors
done
