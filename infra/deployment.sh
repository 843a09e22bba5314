# For the scripts here: which deployment is meant, and what is kept about it. Either azd's environment,
# or a file of lines NAME=value that DEPLOYMENT names.

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
