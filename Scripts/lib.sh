# shellcheck shell=bash
# What the scripts beside it share: the system packages, and a build whose noise shows only when it fails. Sourced.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck disable=SC2034 # for the scripts that source this
build_packages=(
    libcurl4-openssl-dev libgnutls28-dev libjemalloc-dev libmicrohttpd-dev libsimdjson-dev libsqlite3-dev pkg-config g++
)
# shellcheck disable=SC2034
test_packages=("${build_packages[@]}" curl openssl)
# What the test of the dashboard needs, and is skipped without.
# shellcheck disable=SC2034
browser_packages=(chromium chromium-driver python3-selenium)

say() { printf '%s\n' "$*" >&2; }
die() {
    say "$*"
    exit 2
}

# By what a package gives rather than by its name: a library built from source, or libcurl's other flavour, will do.
have_package() {
    case $1 in
    libcurl4-openssl-dev) pkg-config --exists libcurl ;;
    libgnutls28-dev) pkg-config --exists gnutls ;;
    libjemalloc-dev) pkg-config --exists jemalloc ;;
    libmicrohttpd-dev) pkg-config --exists libmicrohttpd ;;
    libsimdjson-dev) pkg-config --exists simdjson || [ -e /usr/include/simdjson.h ] ;;
    libsqlite3-dev) pkg-config --exists sqlite3 ;;
    chromium-driver) command -v chromedriver ;;
    # Debian's belongs to Debian's Python, which need not be the first.
    python3-selenium) python3 -c 'import selenium' || /usr/bin/python3 -c 'import selenium' ;;
    python3-venv) python3 -c 'import ensurepip, venv' ;;
    chromium | curl | g++ | openssl | pkg-config | python3) command -v "$1" ;;
    *) die "have_package: how to look for $1 is not known" ;;
    esac >/dev/null 2>&1
}

# require_packages PACKAGE...: installs what is missing as root; else prints the line that does, and ends with status 2.
require_packages() {
    local package missing=()
    for package in "$@"; do
        have_package "$package" || missing+=("$package")
    done
    [ ${#missing[@]} -gt 0 ] || return 0
    command -v apt-get >/dev/null || die "There is no apt-get here to install: ${missing[*]} (Debian's names)"
    if [ "$(id -u)" != 0 ]; then
        say "System packages are missing. Install them with:"
        die "  sudo apt-get update && sudo apt-get install -y ${missing[*]}"
    fi
    say "Installing ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    local log
    log=$(mktemp)
    # A fresh image has no package lists; where there are lists, updating them first would be time for nothing.
    if ! apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$log" 2>&1 &&
        ! { apt-get update -qq && apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >"$log" 2>&1; then
        cat "$log" >&2
        rm -f "$log"
        die "apt-get could not install ${missing[*]}"
    fi
    rm -f "$log"
}

require_swift() {
    command -v swift >/dev/null || die "Swift 6.2 or later is needed: https://www.swift.org/install"
    command -v git >/dev/null || die "git is needed, to fetch the package's dependencies: apt-get install -y git"
}

# source_files [PATTERN...]: the files that are or could be committed, relative to the root; run it there.
source_files() {
    git -c safe.directory="$root" ls-files --cached --others --exclude-standard -- "$@" | while IFS= read -r file; do
        [ ! -f "$file" ] || printf '%s\n' "$file"
    done | sort -u
}

# quietly LABEL COMMAND...: shows the label and, on a terminal, the build's [done/all]; the output only on failure.
quietly() {
    local label=$1 log start=$SECONDS status=0
    shift
    log=$(mktemp)
    [ -t 2 ] || say "$label ..."
    { "$@" 2>&1 | tee "$log" | show_progress "$label"; } || status=$?
    if [ "$status" != 0 ]; then
        cat "$log" >&2
        say "$label: failed after $((SECONDS - start)) s"
    else
        say "$label: $((SECONDS - start)) s"
    fi
    rm -f "$log"
    return "$status"
}

show_progress() {
    local line
    while IFS= read -r line; do
        [ -t 2 ] || continue
        case $line in
        \[*/*\]*) printf '\r\033[K%s %s' "$1" "${line%%]*}]" >&2 ;;
        Fetching* | Computing* | Creating*) printf '\r\033[K%s: %.60s' "$1" "$line" >&2 ;;
        esac
    done
    [ ! -t 2 ] || printf '\r\033[K' >&2
}

# test_targets COMMAND...: runs `COMMAND --filter TARGET` for one test target after the other, so that those that measure
# time or wait for sockets share the processors with nobody; ends with a line for each. One that hangs is stopped.
test_targets() {
    local folder target result ended status=0 log summary=
    log=$(mktemp)
    for folder in "$root"/Tests/*Tests/; do
        target=$(basename "$folder")
        # What links jemalloc is left out of the package then.
        case ${CASCADE_NO_JEMALLOC-}$target in 1CascadeMemoryTests | 1CascadeCommandTests) continue ;; esac
        ended=0
        timeout -k 10 "${test_seconds-300}" "$@" --filter "^$target\\." 2>&1 | tee "$log" || ended=$?
        result=$(grep -a 'Test run with' "$log" | tail -n 1) || result="✘ No test ran to its end (status $ended)"
        # A target whose name the filter does not match would pass by testing nothing.
        case $result in *'with 0 tests'*) ended=1 ;; esac
        summary+=$(printf '%-24s%s' "$target" "$result")$'\n'
        [ "$ended" = 0 ] || status=$ended
    done
    rm -f "$log"
    printf '\n%s' "$summary"
    return "$status"
}
