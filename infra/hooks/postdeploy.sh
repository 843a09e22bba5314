#!/bin/sh
# After the code is there. Blobs are announced to the app: the template reads the app's key itself; the
# app makes it when it first runs, so it is woken, and the deployment tried again until the key is there.
# Then the deployment is green only when the secrets are resolved and the app itself says so.
set -eu
here=$(dirname "$0")
version=$(sed -n 's/^VERSION = "\(.*\)"$/\1/p' "$here/../../shared/version.py")
again='azd hooks run postdeploy'
[ -z "${DEPLOYMENT:-}" ] || again="infra/deploy.sh $DEPLOYMENT"
app="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP/providers/Microsoft.Web/sites/$AZURE_FUNCTION_APP_NAME"

# Tries what comes behind the words, ten times, half a minute apart.
until_it_works() {
    waiting=$1
    shift
    tries=10
    until "$@"; do
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        echo "$waiting; trying again in 30 seconds."
        sleep 30
    done
}

announced() {
    curl --silent --max-time 60 --output /dev/null "$AZURE_FUNCTION_APP_URL" || true
    az deployment group create --name dropscribe-events --only-show-errors --output none \
        --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
        --template-file "$here/../events.bicep" \
        --parameters posture="${POSTURE:-open}" functionAppName="$AZURE_FUNCTION_APP_NAME" \
            eventTopicName="$EVENT_TOPIC_NAME" dataStorageName="$DATA_STORAGE_NAME"
}

# A reference that was not resolved leaves its own text in the place of the secret, for up to a day.
# Keys of providers are set by hand, maybe later: of these alone it is told.
resolved() {
    az rest --method POST --only-show-errors --output none \
        --url "$app/config/configreferences/appsettings/refresh?api-version=2022-03-01" || return 1
    open=$(az rest --method GET --only-show-errors \
        --url "$app/config/configreferences/appsettings?api-version=2022-03-01" \
        --query "value[?properties.status!='Resolved'].[name, properties.status]" --output tsv) || return 1
    [ -z "$open" ] || printf '%s\n' "$open" | sed 's/^/Not resolved: /' >&2
    ! printf '%s\n' "$open" | grep -Eq '_SECRET|OWNER_KEY'
}

healthy() {
    curl --silent --fail --max-time 60 "$AZURE_FUNCTION_APP_URL/api/health" | grep -Fq "\"$version\""
}

if ! until_it_works "The app does not answer yet" announced; then
    echo "Blobs are not announced yet. The sweep finds them meanwhile; '$again' tries again." >&2
    exit 1
fi
echo "Blobs are announced to $AZURE_FUNCTION_APP_NAME."
if ! until_it_works "Secrets are not read yet" resolved; then
    echo "The app cannot read its secrets: are they in $KEY_VAULT_NAME (${DEPLOYMENT:+DEPLOYMENT=$DEPLOYMENT }infra/secret.sh make), and has the app's identity the role Key Vault Secrets User there?" >&2
    exit 1
fi
if ! until_it_works "The app is not ready yet" healthy; then
    echo "The code was deployed, but $AZURE_FUNCTION_APP_URL/api/health does not answer with version $version. It says what is wrong with settings; without an answer look at 'Diagnose and solve problems' in the portal." >&2
    exit 1
fi
echo "$AZURE_FUNCTION_APP_NAME answers: version $version."
