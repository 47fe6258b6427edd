# The Python environment of this checkout, .venv, made from the lock files. Read by bin/koine and bin/test, which set
# `root` first. Why it is done so: docs/decisions/0003-launchers-and-locks.md.

venv=$root/.venv

# Make .venv hold the packages of "$root/$1" (requirements.lock or requirements-dev.lock), unless it does already.
ensure_venv() {
    holds "$1" && return
    refuse_where_one_may_not_write
    find_python
    [ -e "$root/.venv.lock" ] || : >"$root/.venv.lock"
    (
        wait_for_turn
        holds "$1" || make_venv "$1"
    ) 9<"$root/.venv.lock" || exit 1
}

# This runs at every start, so it starts no Python.
holds() {
    [ -x "$venv/bin/python" ] || return 1
    if [ -n "${KOINE_PYTHON-}" ]; then
        printf '%s\n' "$KOINE_PYTHON" | cmp -s - "$venv/koine.asked" || return 1
    fi
    stamp "$1" | cmp -s - "$venv/koine.$1"
}

stamp() {
    printf 'recipe 1\ncheckout %s\ninterpreter %s\n' "$root" "$(readlink -f "$venv/bin/python")"
    cat "$root/$1"
}

refuse() {
    printf 'koine: %s\n' "$*" >&2
    exit 1
}

refuse_where_one_may_not_write() {
    [ -w "$root" ] && { [ ! -e "$venv" ] || [ -w "$venv" ]; } && return
    refuse "$venv has to be made anew, and $(id -un) may not write there. Run bin/koine once as the owner of" \
        "$root, or check Koine out into a folder of your own."
}

# Sets `python` to the real interpreter (never that of a virtual environment, which might be the .venv about to go).
find_python() {
    python='' bare='' found=''
    for name in ${KOINE_PYTHON:+"$KOINE_PYTHON"} python3 python3.13 python3.12 python3.11 python3.14; do
        if said=$("$name" -I -c "$probe" 2>/dev/null </dev/null); then
            case $said in
            'whole '*) python=${said#* } && break ;;
            *) bare=${bare:-${said#* }} ;;
            esac
        elif [ -n "$said" ]; then
            found="$found, $name is $said"
        fi
        [ "$name" != "${KOINE_PYTHON-}" ] || break # what was asked for, or nothing
    done
    [ -z "$python" ] && have_uv && python=$bare
    [ -n "$python" ] && return
    [ -z "$bare" ] || refuse_without_venv "$bare"
    asked=${KOINE_PYTHON:+", and KOINE_PYTHON asks for $KOINE_PYTHON"}
    refuse "Koine needs Python 3.11 or later$asked${found:+ (here$found)}. Install one" \
        "(on Debian and Ubuntu: apt install python3 python3-venv), or let KOINE_PYTHON name one."
}

probe="
import sys
if sys.version_info < (3, 11):
    sys.exit(print('%d.%d' % sys.version_info[:2]) or 1)
try:
    import venv
    from ensurepip import bootstrap
    whole = 'whole'
except ImportError:
    whole = 'bare'
print(whole, sys._base_executable or sys.executable)
"

refuse_without_venv() {
    refuse "$1 comes without the modules venv and ensurepip, which Koine's first use needs. Install them" \
        "(on Debian and Ubuntu: apt install python3-venv), or let KOINE_PYTHON name another Python."
}

have_uv() {
    command -v uv >/dev/null 2>&1
}

# The lock stays with the installer too: were this script killed, the next one waits until that has ended.
wait_for_turn() {
    "$python" -I -c '
import fcntl, sys
try:
    fcntl.flock(9, fcntl.LOCK_EX | fcntl.LOCK_NB)
except OSError:
    print("Waiting for another first use of Koine to end ...", file=sys.stderr)
    fcntl.flock(9, fcntl.LOCK_EX)
' || refuse "cannot lock $root/.venv.lock."
}

make_venv() {
    log=$root/.venv.log
    if [ "$1" = requirements.lock ] || ! holds requirements.lock; then
        echo "Installing Koine's packages into .venv (first use only) ..." >&2
        rm -rf "$venv" || refuse "cannot remove $venv."
        create >"$log" 2>&1 || give_up
    else
        echo "Installing Koine's packages for development into .venv (first use only) ..." >&2
        rm -f "$venv/koine.$1"
        : >"$log"
    fi
    fill "$1" >>"$log" 2>&1 || give_up
    # Relative, so that no encoding of a path matters; and unlike PYTHONPATH it does not reach child processes.
    for packages in "$venv"/lib/python3*/site-packages; do
        echo ../../../../src >"$packages/koine.pth" || give_up
    done
    printf '%s\n' "${KOINE_PYTHON-}" >"$venv/koine.asked"
    # The development lock holds the runtime one, pin by pin (tests/rules/test_locks.py).
    stamp requirements.lock >"$venv/koine.requirements.lock" || give_up
    [ "$1" = requirements.lock ] || stamp "$1" >"$venv/koine.$1" || give_up
    rm -f "$log"
}

create() {
    if have_uv; then
        uv venv --no-project --python "$python" "$venv" </dev/null && return
        rm -rf "$venv"
    fi
    "$python" -I -m venv "$venv" </dev/null
}

# Only wheels: a source package would run code, and fetch build tools, that no hash of ours covers.
fill() {
    set -- --require-hashes --no-deps --only-binary :all: -r "$root/$1"
    if have_uv; then
        uv pip install --python "$venv/bin/python" --compile-bytecode "$@" </dev/null && return
        echo "uv could not; trying pip."
    fi
    "$venv/bin/python" -I -m pip --version || "$venv/bin/python" -I -m ensurepip || return
    "$venv/bin/python" -I -m pip install --no-user --no-input --disable-pip-version-check "$@" </dev/null
}

give_up() {
    printf "koine: Koine's packages could not be installed. The last lines of %s:\n" "$log" >&2
    tail -n 20 "$log" >&2
    exit 1
}
