# What all scripts of this module share. Functions may be called at any time and
# any number of times: each looks at what is, not at what should have been.
set -uo pipefail
export LC_ALL=C

: "${HAKIT_MODULE_DIR:?is set by the agent}"
: "${STORAGE:?is a variable of module.yaml}" "${EXPORT:?is a variable of module.yaml}"
: "${VOLUME:=replicatedVolume}" "${CLIENTS:=}" "${FSID:=4801}" "${HAKIT_VIP:=}"

# Arguments of every script: [force] CURRENT NEXT ACTION.
force=""
if [[ ${1:-} == force ]]; then
  force=force
  shift
fi
next=${2:-}
action=${3:-}

say() { echo "$*"; }
complain() { echo "$*" >&2; }
fail() {
  complain "$*"
  exit 1
}

# full FOLDER: ends the checker with "cannot tell" when the disk below has no
# room; false where it has.
full() {
  local free
  free=$(df --output=avail -k "$1" 2>/dev/null | tail -n 1)
  ((${free:-9999} < 1024)) || return 1
  complain "the disk of $1 is full"
  exit 75
}

# Between two roles K3s stays: pods that are well are not touched. It leaves
# with the module only.
leaving() {
  [[ $next == STOP || $next == WAIT ]] && [[ $action != restart ]]
}

# Looking costs no process: a failover on a busy machine has no time to start any.
mounted() { [[ $(</proc/self/mounts) == *" $1 "* ]]; }

# until_true SECONDS COMMAND...
until_true() {
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}
