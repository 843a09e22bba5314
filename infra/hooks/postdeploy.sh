#!/bin/sh
# Has blobs announced to the app. The template reads the app's key itself; the app makes it when it
# first runs, so it is woken, and the deployment tried again until the key is there.
set -eu
tries=10
while :; do
    curl --silent --max-time 60 --output /dev/null "$AZURE_FUNCTION_APP_URL" || true
    if az deployment group create --name dropscribe-events --only-show-errors --output none \
        --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
        --template-file "$(dirname "$0")/../events.bicep" \
        --parameters functionAppName="$AZURE_FUNCTION_APP_NAME" \
            eventTopicName="$EVENT_TOPIC_NAME" dataStorageName="$DATA_STORAGE_NAME"; then
        echo "Blobs are announced to $AZURE_FUNCTION_APP_NAME."
        exit 0
    fi
    tries=$((tries - 1))
    [ "$tries" -gt 0 ] || break
    echo "The app does not answer yet; trying again in 30 seconds."
    sleep 30
done
echo "Blobs are not announced yet. The sweep finds them meanwhile; 'azd hooks run postdeploy' tries again." >&2
exit 1
