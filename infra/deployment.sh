# shellcheck shell=sh disable=SC2154
# For the scripts here, which set `here` to this folder: which deployment is meant, and what is kept
# about it. Either azd's environment, or a file of lines NAME=value that DEPLOYMENT names.

# Takes what is kept into the environment of this script.
load() {
    if [ -n "${DEPLOYMENT:-}" ]; then
        lines=$(cat "$DEPLOYMENT")
        refuse_misread
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

# Ends where a value of the file would be read as something else.
refuse_misread() {
    case "$lines" in
    *"$(printf '\r')"*)
        echo "$DEPLOYMENT: its lines end as on Windows. Save it with the line ends of Unix; nothing was done." >&2
        exit 1
        ;;
    esac
    odd=$(printf '%s\n' "$lines" | sed -n "s/^\([A-Z0-9_]*\)= *'.*/\1/p" | tr '\n' ' ')
    [ -z "$odd" ] || {
        echo "$DEPLOYMENT: ${odd% }: single quotes would be part of the value; leave them out. Nothing was done." >&2
        exit 1
    }
    odd=$(printf '%s\n' "$lines" | sed -n '/^ *#/d; /^ *$/d; /^[A-Z][A-Z0-9_]*=/d; s/^\( *[^ =]*\).*/\1/p' | tr '\n' ' ')
    [ -z "$odd" ] || {
        echo "$DEPLOYMENT: '${odd% }': a line is NAME=value, with no space before the name or around the =. Nothing was done." >&2
        exit 1
    }
    odd=$(printf '%s\n' "$lines" | sed -n 's/^\([A-Z][A-Z0-9_]*\)=.*/\1/p' | sort | uniq -d | tr '\n' ' ')
    [ -z "$odd" ] || {
        echo "$DEPLOYMENT: ${odd% } stands there twice; nobody can tell which is meant. Nothing was done." >&2
        exit 1
    }
}

# Names in the file that nobody reads, each a line. OUTPUTS are those that an earlier deployment gave, by
# whichever release: going back does not end at them.
strangers() {
    {
        sed -n "s/^\([A-Z][A-Z0-9_]*\)$(printf '\t').*/\1/p" "$here/hooks/parameters.tsv"
        sed -n 's/^output \([A-Z0-9_]*\) .*/\1/p' "$here/main.bicep"
        printf '%s\n' AZURE_SUBSCRIPTION_ID AZURE_TENANT_ID NAMES TAGS APP_SETTINGS OUTPUTS
        printf '%s\n' "${OUTPUTS-}" | tr ' ' '\n'
    } | awk -F '[ =]' 'NR == FNR { known[$1]; next } /^ *(#|$)/ { next } !($1 in known) { print $1 }' - "$DEPLOYMENT"
}

# Takes each parameter=value, by the names of the template, as a line of the file: how is the first word.
take() {
    how=$1
    shift
    for word in "$@"; do
        parameter=${word%%=*}
        case "$word" in
        names=* | tags=* | appSettings=*)
            refuse_no_object "$parameter" "${word#*=}"
            name=$(printf '%s' "$parameter" | sed 's/S/_S/' | tr '[:lower:]' '[:upper:]')
            ;;
        *=*) name=$(sed -n "s/^ *\"$parameter\": .*\"[$]{\([A-Z_]*\)[=}].*/\1/p" "$here/main.parameters.json") ;;
        *) name='' ;;
        esac
        [ -n "$name" ] || {
            echo "'$parameter' is no parameter; they are given as parameter=value, by the names of docs/deploy.md." >&2
            exit 1
        }
        "$how" "$name" "$(printf '%s' "${word#*=}" | tr '\n\r' '  ')"
    done
}

# For this run only.
set_here() {
    export "$1=$2"
}

# Ends where what these names stand for is not known, because nothing was deployed.
need() {
    for name in "$@"; do
        eval "value=\${$name-}"
        [ -n "$value" ] || {
            echo "$name is not known yet: deploy first, with 'azd up' or 'infra/deploy.sh ${DEPLOYMENT:-prod.env}'." >&2
            exit 1
        }
    done
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
    for parameter in names tags appSettings; do
        object=$(object "$parameter")
        [ -z "$object" ] || printf '%s"%s": {"value": %s}' "$comma" "$parameter" "$object"
        [ -z "$object" ] || comma=', '
    done
    printf '}}\n'
}

# Ends where a value is not written as an object: what it is, and the value.
refuse_no_object() {
    case "$2" in
    '{'*'"'*'"'*:*'}' | '{'*'"'*'"'*:*'} ' | '{}' | '{ }') ;;
    *)
        echo "$1: $2 is not an object in JSON, as in {\"team\": \"speech\"}." >&2
        exit 1
        ;;
    esac
}

# A parameter that is an object, as JSON: from its line, or else from azd's file.
object() {
    case "$1" in names) value=${NAMES-} ;; tags) value=${TAGS-} ;; *) value=${APP_SETTINGS-} ;; esac
    if [ -n "$value" ]; then
        refuse_no_object "${DEPLOYMENT:+the line of $DEPLOYMENT for }$1" "$value"
        printf '%s' "$value"
        return
    fi
    tr '\n' ' ' <"$here/main.parameters.json" | awk -v start="\"$1\": *[{] *\"value\": *" 'match($0, start) {
        text = substr($0, RSTART + RLENGTH)
        for (i = 1; i <= length(text); i++) {
            letter = substr(text, i, 1)
            if (letter == "\\" && quoted) { i++; continue }
            if (letter == "\"") quoted = !quoted
            if (quoted) continue
            if (letter == "{") depth++
            if (letter == "}" && !--depth) { text = substr(text, 1, i); break }
        }
        if (text !~ /^[{ }]*$/) print text
    }'
}
