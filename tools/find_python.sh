#!/bin/sh
# Print a Python >= 3.12, found by running each candidate, or one line saying what is missing.
# The first argument is the environment's own interpreter, which wins once it exists.

runs() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 12))' >/dev/null 2>&1
}

if [ -n "$PYTHON" ]; then
    if runs "$PYTHON"; then
        echo "$PYTHON"
        exit 0
    fi
    echo "napress: PYTHON=$PYTHON is not a Python 3.12 or newer that runs; set PYTHON to one, or leave it unset." >&2
    exit 1
fi

pyenv_versions="${PYENV_ROOT:-${HOME:-/nonexistent}/.pyenv}/versions"
for candidate in "$1" python3.12 python3.13 python3.14 python3 python \
    "$pyenv_versions"/3.12*/bin/python "$pyenv_versions"/*/bin/python; do
    if [ -n "$candidate" ] && runs "$candidate"; then
        echo "$candidate"
        exit 0
    fi
done

have=$(python3 --version 2>/dev/null || echo "no python3")
echo "napress: Python 3.12 or newer is missing (have: $have); install it, for example 'pyenv install 3.12', or pass PYTHON=/path/to/python3.12." >&2
exit 1
