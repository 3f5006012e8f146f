#!/bin/sh
# Checks that the system has what Qt, OpenCV and MediaPipe need (configs/system-packages.txt).
# Debian and Ubuntu: prints the apt-get line for what is missing; runs it where the user is root, else exits 1.
# Other Linux: names the missing libraries and goes on. Other systems bring all of it along.
#
# Usage: .ci/system_check.sh [--tests]      PYTHON: the Python to use (python3)
set -eu

here=$(cd "$(dirname "$0")" && pwd)
list="$here/../configs/system-packages.txt"
python=${PYTHON:-python3}
for_tests=no
[ "${1:-}" = --tests ] && for_tests=yes
PATH="$PATH:/usr/sbin:/sbin" # where Debian keeps ldconfig, for users other than root

check_python() {
    if "$python" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'; then
        return
    fi
    echo "Framepick runs on Python 3.11, 3.12 and 3.13; $python is $("$python" --version 2>&1)." >&2
    echo "Name another one with: make PYTHON=python3.12 ..." >&2
    exit 1
}

has_font() {
    find /usr/share/fonts /usr/local/share/fonts "${HOME:-/nonexistent}/.fonts" \
        "${HOME:-/nonexistent}/.local/share/fonts" -name '*.[ot]t[fc]' 2>/dev/null | grep -q .
}

# is_there KIND NAME
is_there() {
    case $1 in
        lib) echo "$libraries" | grep -qF "	$2 (" ;;
        command) [ "$2" = python3 ] && command -v "$python" >/dev/null || command -v "$2" >/dev/null ;;
        module) "$python" -c "import $2" 2>/dev/null ;;
        font) has_font ;;
        test-command) [ "$for_tests" = no ] || command -v "$2" >/dev/null ;;
        *) echo "$list: unknown kind $1" >&2 && exit 1 ;;
    esac
}

# Prints "NAME PACKAGES" for each thing that is missing.
missing_things() {
    libraries=$(ldconfig -p 2>/dev/null || true)
    sed 's/#.*//' "$list" | while read -r kind name package _; do
        [ -z "$kind" ] || is_there "$kind" "$name" || echo "$name $package"
    done
}

# Prints, of A|B|..., the first package that this release knows, or the last one.
known_package() {
    for package in $(echo "$1" | tr '|' ' '); do
        if apt-cache show "$package" >/dev/null 2>&1; then
            break
        fi
    done
    echo "$package"
}

packages_of() {
    echo "$1" | while read -r _ package; do known_package "$package"; done | sort -u | tr '\n' ' ' | sed 's/ $//'
}

install_as_root() {
    apt-get update -qq
    command="apt-get install -y --no-install-recommends $(packages_of "$missing")"
    echo "Missing on this system, installing: $command"
    # shellcheck disable=SC2086  # the words of the line are wanted
    DEBIAN_FRONTEND=noninteractive $command >/dev/null
    missing=$(missing_things)
    if [ -n "$missing" ]; then
        echo "Still missing after that: $(echo "$missing" | cut -d' ' -f1 | tr '\n' ' ')" >&2
        exit 1
    fi
}

[ "$(uname -s)" = Linux ] || { check_python && exit 0; }
missing=$(missing_things)
if [ -z "$missing" ]; then
    :
elif ! command -v apt-get >/dev/null; then
    echo "Not found on this system; look for packages that hold them if the window does not open:" >&2
    echo "$missing" | cut -d' ' -f1 | sed 's/^/  /' >&2
elif [ "$(id -u)" = 0 ]; then
    install_as_root
else
    echo "Framepick needs packages that are missing on this system. Install them with:" >&2
    echo "  sudo apt-get install -y $(packages_of "$missing")" >&2
    exit 1
fi
check_python
