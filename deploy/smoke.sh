#!/bin/sh
# Asks a running portal whether it works: deploy/smoke.sh https://caseport.example.com
#
# Needs curl or wget and an address this machine reaches. Prints a line for each check; exits 1 at
# the first that fails.
set -eu

url=${1:?usage: smoke.sh URL}
url=${url%/}

page() {
    if command -v curl >/dev/null; then
        curl --fail --silent --show-error --location --max-time 20 "$url$1"
    else
        wget --quiet --timeout=20 --output-document=- "$url$1"
    fi
}

check() {
    printf '%-36s' "$1"
    if printf '%s' "$2" | grep -q "$3"; then
        echo ok
    else
        echo FAILED
        exit 1
    fi
}

check 'process lives (/livez)' "$(page /livez || true)" '^ok'
check 'all parts work (/readyz)' "$(page /readyz || true)" '^ok'
sign_in=$(page /accounts/login/ || true)
check 'sign-in page' "$sign_in" 'name="login"'
style=$(printf '%s' "$sign_in" | grep -o '/static/[^"]*\.css' | head -n 1)
check 'static files' "$(page "${style:-/static/none.css}" | tr '\n' ' ' || true)" '{'
