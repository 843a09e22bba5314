#!/bin/sh
# Deploys with the Azure CLI alone: what `azd up` does, and its hooks. It may be repeated at any time.
#
#     infra/deploy.sh prod.env [parameter=value ...]
#     infra/deploy.sh --provision prod.env [parameter=value ...]   all but the code; the app may be stopped
#
# prod.env has a line NAME=value for each parameter that is not to have its default, by the names of
# docs/deploy.md, AZURE_ENV_NAME and AZURE_LOCATION among them, and AZURE_RESOURCE_GROUP where there is
# a group already. What is found out on the way is written there, too, and so is each parameter=value.
# Needs `az`, `curl` and `zip`.
set -eu
with_code=1
if [ "${1:-}" = --provision ]; then
    with_code=''
    shift
fi
[ $# -gt 0 ] || {
    echo "Name a file of lines NAME=value, with AZURE_ENV_NAME and AZURE_LOCATION." >&2
    exit 2
}
DEPLOYMENT=$1
export DEPLOYMENT
shift
here=$(cd "$(dirname "$0")" && pwd)
. "$here/deployment.sh"
load
unknown=$(strangers)
if [ -n "$unknown" ]; then
    printf '%s\n' "$unknown" | sed "s#.*#$DEPLOYMENT: & is no parameter.#" >&2
    echo "Nothing was deployed. docs/deploy.md has the names of parameters." >&2
    exit 1
fi
take keep "$@"
: "${AZURE_ENV_NAME:?is not in the file}" "${AZURE_LOCATION:?is not in the file}"
[ -n "${AZURE_SUBSCRIPTION_ID:-}" ] ||
    keep AZURE_SUBSCRIPTION_ID "$(az account show --only-show-errors --query id --output tsv)"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM

"$here/hooks/preprovision.sh"
load

parameters >"$work/parameters.json"
echo "Making what is needed in $AZURE_RESOURCE_GROUP; this takes about ten minutes."
az deployment group create --name dropscribe --only-show-errors \
    --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
    --template-file "$here/main.bicep" --parameters "@$work/parameters.json" \
    --query properties.outputs --output json >"$work/outputs.json"

# Azure writes the names of outputs in letters of its own.
awk -F '"' '/^  "/ { name = toupper($2) } /^    "value": "/ { print name "=" $4 }' \
    "$work/outputs.json" >"$work/outputs"
while IFS='=' read -r name value; do
    keep "$name" "$value"
done <"$work/outputs"
# Outputs that are parameters, too, are not among them: they are carried over to another deployment.
keep OUTPUTS "$({ printf '%s\n' "${OUTPUTS-}" | tr ' ' '\n'; cut -d= -f1 "$work/outputs"; } | sort -u |
    awk 'NR == FNR { parameter[$1]; next } NF && !($1 in parameter)' "$here/hooks/parameters.tsv" - | xargs)"

"$here/hooks/postprovision.sh"
if [ -z "$with_code" ]; then
    echo "All is there but the code: 'infra/deploy.sh $DEPLOYMENT' brings it."
    exit 0
fi

# The same files as azd packs: those that .funcignore lets in.
package=$(sed -n 's#^!/\(.*[^/]\)/*$#\1#p' "$here/../.funcignore")
# Names without spaces, each a word.
# shellcheck disable=SC2086
(cd "$here/.." && zip -qr "$work/app.zip" $package --exclude '*/.*' '*/__pycache__/*' '*.pyc')
tries=3
until az functionapp deployment source config-zip --only-show-errors --output none \
    --subscription "$AZURE_SUBSCRIPTION_ID" --resource-group "$AZURE_RESOURCE_GROUP" \
    --name "$AZURE_FUNCTION_APP_NAME" --src "$work/app.zip" --build-remote true; do
    tries=$((tries - 1))
    if [ "$tries" = 0 ]; then
        echo "The code was not taken. 'infra/deploy.sh $DEPLOYMENT' tries again from the beginning." >&2
        exit 1
    fi
    echo "The code was not taken; roles may be too young. Trying again in a minute."
    sleep 60
done

"$here/hooks/postdeploy.sh"
