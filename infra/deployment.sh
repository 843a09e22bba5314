# shellcheck shell=sh disable=SC2154
# For the scripts here, which set `here` to this folder: which deployment is meant, and what is kept
# about it. Either azd's environment, or a file of lines NAME=value that DEPLOYMENT names.

# Takes what is kept into the environment of this script.
load() {
    if [ -n "${DEPLOYMENT:-}" ]; then
        lines=$(cat "$DEPLOYMENT")
    else
        lines=$(azd env get-values)
    fi
    while IFS= read -r line; do
        name=${line%%=*}
        value=${line#*=}
        case "$name" in '' | *[!A-Z0-9_]* | "$line") continue ;; esac
        case "$value" in '"'*'"') value=${value#'"'} value=${value%'"'} ;; esac
        export "$name=$value"
    done <<EOF
$lines
EOF
}

# Keeps a value under a name, here and for the next time.
keep() {
    export "$1=$2"
    if [ -n "${DEPLOYMENT:-}" ]; then
        touch "$DEPLOYMENT"
        { grep -v "^$1=" "$DEPLOYMENT" || true; } >"$DEPLOYMENT.new"
        printf '%s=%s\n' "$1" "$2" >>"$DEPLOYMENT.new"
        mv "$DEPLOYMENT.new" "$DEPLOYMENT"
    else
        azd env set "$1" "$2"
    fi
}

# The parameters of the template that are set, as JSON. azd's file says by which variable each is known,
# the template of which type it is.
parameters() {
    printf '{"parameters": {'
    comma=''
    while IFS="$(printf '\t')" read -r name _; do
        case "$name" in '' | '#'*) continue ;; esac
        eval "value=\${$name-}"
        [ -n "$value" ] || continue
        parameter=$(sed -n "s/^ *\"\([A-Za-z]*\)\": .*\"[\$]{${name}[=}].*/\1/p" "$here/main.parameters.json")
        case "$(sed -n "s/^param $parameter \([a-z0-9]*\).*/\1/p" "$here/main.bicep") $value" in
        'bool '[tT1]*) value=true ;;
        'bool '*) value=false ;;
        'int '* | [0-9]*) ;;
        *) value="\"$(printf '%s' "$value" | tr '\n\r\t' '   ' | sed 's/[\\"]/\\&/g')\"" ;;
        esac
        printf '%s"%s": {"value": %s}' "$comma" "$parameter" "$value"
        comma=', '
    done <"$here/hooks/parameters.tsv"
    printf '}}\n'
}
