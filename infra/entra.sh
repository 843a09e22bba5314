#!/bin/sh
# Tokens of Entra ID for the API: registers the application with its roles, and lets callers in.
#
#     infra/entra.sh register            the application; you get every role; ends in a call that answers 200
#     infra/entra.sh allow WHO [ROLE]    a person, a group, or a managed identity; Transcribe if no role is named
#     infra/entra.sh program NAME [ROLE] a program of its own, with a role; prints its client id
#     infra/entra.sh call                calls the API as you
#     infra/entra.sh call CLIENT FILE    calls it as a program, whose secret the file holds
#
# WHO is a sign-in name, the name of a group, or an object id, as of a guest. ROLE may be bound, as in
# Read/profile/sales. It needs the right to register applications; to assign roles, that of a Cloud
# Application Administrator.
# With azd's environment, or that of a file: DEPLOYMENT=prod.env infra/entra.sh ...
set -eu
here=$(cd "$(dirname "$0")" && pwd)
. "$here/deployment.sh"
umask 077
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
roles='Transcribe Submit Read Listen Review Operate Own'
scope_id=5d1b1c40-7a0e-4c5e-9a55-2f0d3a6c7e01
azure_cli=04b07795-8ddb-461a-bbee-02f9e1bf7b46

usage() {
    sed -n '2,14s/^# \{0,1\}//p' "$0" >&2
    exit 2
}

# Ids of roles need to differ within the application only. That of a bound one is made of its name.
role_id() {
    case "$1" in
    */*)
        role_id "${1%%/*}" >"$work/of"
        printf '%s\n' "$1" | grep -v '^Transcribe/' |
            grep -Eq '^[A-Z][a-z]+(/(profile|container)/[A-Za-z0-9._-]+)+$' || {
            echo "There is no role $1; a bound one is as Read/profile/sales or Submit/profile/sales/container/calls." >&2
            exit 1
        }
        printf '8f6a2b10-3c4d-4e5f-8a9b-1%011d' "$(printf '%s' "$1" | cksum | cut -d ' ' -f 1)"
        return
        ;;
    esac
    place=1
    for role in $roles; do
        [ "$role" = "$1" ] && printf '8f6a2b10-3c4d-4e5f-8a9b-00000000000%s' "$place" && return
        place=$((place + 1))
    done
    echo "There is no role $1; there are: $roles." >&2
    exit 1
}

role_value() {
    case "$1" in Transcribe) printf Transcribe ;; *) printf 'Dropscribe.%s' "$1" ;; esac
}

# The directory of the cloud that az is signed in to.
directory() {
    az cloud show --only-show-errors --query endpoints.microsoftGraphResourceId --output tsv
}

# A role as the application has it.
described() {
    printf '{"id": "%s", "value": "%s", "displayName": "%s", "description": "%s in Dropscribe", "isEnabled": true, "allowedMemberTypes": ["User", "Application"]}' \
        "$(role_id "$1")" "$(role_value "$1")" "$1" "$1"
}

# Its roles whose ids do not begin so, as a list without brackets; the directory refuses to let one go.
roles_but() {
    az ad app show --only-show-errors --id "$API_CLIENT_ID" \
        --query "appRoles[?!starts_with(id, '$1')]" --output json >"$work/roles"
    tr '\n' ' ' <"$work/roles" | sed 's/^ *\[ *//; s/ *\] *$//'
}

# Has the application have a bound role; the others stay.
bind() {
    case "$1" in */*) ;; *) return ;; esac
    others=$(roles_but "$(role_id "$1")")
    object=$(az ad app show --only-show-errors --id "$API_CLIENT_ID" --query id --output tsv)
    printf '{"appRoles": [%s%s]}' "${others:+$others, }" "$(described "$1")" | change "applications/$object"
}

# Calls with the body that comes in on standard input.
change() {
    cat >"$work/body"
    az rest --only-show-errors --output none --method PATCH --url "$graph/v1.0/$1" \
        --headers content-type=application/json --body "@$work/body"
}

add() {
    cat >"$work/body"
    az rest --only-show-errors --output none --method POST --url "$graph/v1.0/$1" \
        --headers content-type=application/json --body "@$work/body"
}

principal() {
    az ad sp show --only-show-errors --id "$1" --query id --output tsv 2>/dev/null ||
        az ad sp create --only-show-errors --id "$1" --query id --output tsv
}

# The object id of whom is meant.
known() {
    case "$1" in
    *@*) az ad user show --only-show-errors --id "$1" --query id --output tsv ;;
    *-*-*-*-*) printf '%s' "$1" ;;
    *) az ad group show --only-show-errors --group "$1" --query id --output tsv ;;
    esac
}

# Makes an application of that name. az would take over one that is there, which may be another's.
made() {
    name=$(printf '%s' "$1" | sed "s/'/''/g")
    there=$(az ad app list --only-show-errors --filter "displayName eq '$name'" --query '[0].appId' --output tsv)
    [ -z "$there" ] || {
        echo "There is an application $1 already: $there. It stays as it is." >&2
        printf '%s\n' "$2" | sed "s/<id>/$there/g" >&2
        exit 1
    }
    az ad app create --only-show-errors --display-name "$1" --sign-in-audience AzureADMyOrg --query appId --output tsv
}

# Assigns a role; one that is assigned already stays.
assign() {
    id=$(role_id "$2")
    printf '{"principalId": "%s", "resourceId": "%s", "appRoleId": "%s"}' "$1" "$service" "$id" |
        add "servicePrincipals/$service/appRoleAssignedTo" 2>"$work/why" ||
        grep -q 'already exists' "$work/why" || {
        cat "$work/why" >&2
        exit 1
    }
    echo "$(role_value "$2") is assigned to $1."
}

register() {
    client=${API_CLIENT_ID:-}
    if [ -n "${DEPLOYMENT:-}" ]; then named="the line API_CLIENT_ID=<id> in $DEPLOYMENT"; else named="'azd env set API_CLIENT_ID <id>'"; fi
    [ -n "$client" ] || client=$(made "dropscribe-$AZURE_ENV_NAME" \
        "If it is this deployment's, say so by $named, and repeat. If it is another's, make one by another name and say so of that: 'az ad app create --display-name NAME --sign-in-audience AzureADMyOrg --query appId'.")
    keep API_CLIENT_ID "$client"
    object=$(az ad app show --only-show-errors --id "$client" --query id --output tsv)
    all=$(roles_but 8f6a2b10-3c4d-4e5f-8a9b-00000000000)
    for role in $roles; do
        all="$all${all:+, }$(described "$role")"
    done
    # Tokens of version 2, an address by which it is asked for, and a scope for people.
    printf '{"identifierUris": ["api://%s"], "appRoles": [%s], "api": {"requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [{"id": "%s", "value": "access", "type": "User", "isEnabled": true, "adminConsentDisplayName": "Use Dropscribe", "adminConsentDescription": "Call Dropscribe in the name of whoever is signed in."}]}}' \
        "$client" "$all" "$scope_id" | change "applications/$object"
    # The Azure CLI may ask for such tokens without a consent of its own.
    printf '{"api": {"preAuthorizedApplications": [{"appId": "%s", "delegatedPermissionIds": ["%s"]}]}}' \
        "$azure_cli" "$scope_id" | change "applications/$object"
    service=$(principal "$client")
    me=$(az ad signed-in-user show --only-show-errors --query id --output tsv)
    for role in $roles; do assign "$me" "$role"; done
    if [ -n "${DEPLOYMENT:-}" ]; then
        "$here/deploy.sh" "$DEPLOYMENT"
    else
        azd provision --no-prompt
    fi
}

# People sign in to the page by App Service, which has Entra ID send them back with a token of who they are.
let_people_sign_in() {
    printf '{"web": {"redirectUris": ["%s/.auth/login/aad/callback"], "implicitGrantSettings": {"enableIdTokenIssuance": true}}}' \
        "${AZURE_FUNCTION_APP_URL%/}" | change "applications/$object"
}

# Says what a call answers; a role needs some minutes until tokens carry it.
call() {
    tries=10
    while :; do
        token=$("$@")
        printf 'header = "authorization: Bearer %s"\n' "$token" >"$work/header"
        code=$(curl --silent --max-time 60 --output /dev/null --write-out '%{http_code}' \
            --config "$work/header" "$AZURE_FUNCTION_APP_URL/api/batches") || code='nothing'
        echo "$AZURE_FUNCTION_APP_URL/api/batches answers $code."
        [ "$code" != 200 ] || return 0
        tries=$((tries - 1))
        [ "$tries" -gt 0 ] || return 1
        sleep 30
    done
}

of_person() {
    az account get-access-token --only-show-errors --scope "api://$API_CLIENT_ID/.default" \
        --query accessToken --output tsv
}

of_program() {
    login=$(az cloud show --only-show-errors --query endpoints.activeDirectory --output tsv)
    tenant=$(az account show --only-show-errors --query tenantId --output tsv)
    printf 'data-urlencode = "client_secret=%s"\n' "$(tr -d '\r\n' <"$2")" >"$work/secret"
    curl --silent --fail --max-time 60 --config "$work/secret" --data-urlencode "client_id=$1" \
        --data-urlencode "scope=api://$API_CLIENT_ID/.default" --data grant_type=client_credentials \
        "$login/$tenant/oauth2/v2.0/token" |
        sed 's/.*"access_token" *: *"\([^"]*\)".*/\1/'
}

case "${1:-} ${2:+who}" in
'register ' | 'call ') ;;
'allow who' | 'program who') role_id "${3:-Transcribe}" >"$work/role" ;;
'call who') [ -r "${3:-}" ] || usage ;;
*) usage ;;
esac
[ -n "${AZURE_FUNCTION_APP_URL:-}" ] || load
need AZURE_ENV_NAME AZURE_FUNCTION_APP_URL
if [ "$1" != call ]; then
    graph=$(directory)
    graph=${graph%/}
fi
if [ "$1" != register ]; then
    : "${API_CLIENT_ID:?is not known: infra/entra.sh register comes first}"
fi
case "$1" in
register)
    register
    load
    let_people_sign_in
    call of_person
    ;;
allow)
    service=$(principal "$API_CLIENT_ID")
    who=$(known "$2")
    bind "${3:-Transcribe}"
    assign "$who" "${3:-Transcribe}"
    ;;
program)
    service=$(principal "$API_CLIENT_ID")
    caller=$(made "$2" "Take another name, or let it in as it is, by what 'az ad sp show --id <id> --query id' says: infra/entra.sh allow OBJECT_ID ${3:-Transcribe}")
    bind "${3:-Transcribe}"
    assign "$(principal "$caller")" "${3:-Transcribe}"
    echo "Its client id is $caller. Give it a secret, or a federated credential, in the portal."
    ;;
call)
    if [ -n "${2:-}" ]; then call of_program "$2" "$3"; else call of_person; fi
    ;;
esac
