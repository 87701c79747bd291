# What all scripts of this module share. Functions may be called at any time and
# any number of times: each looks at what is, not at what should have been.
set -uo pipefail
export LC_ALL=C

: "${HAKIT_MODULE_DIR:?is set by the agent}"
: "${STORAGE:?is a variable of module.yaml}" "${EXPORT:?is a variable of module.yaml}"
: "${VOLUME:=replicatedVolume}" "${CLIENTS:=}" "${FSID:=4801}" "${HAKIT_VIP:=}"
: "${SQUASH:=no_root_squash}" "${DRAIN:=stop}" "${HAKIT:=hakit}" "${HAKIT_NODE:=}" "${HAKIT_PEER:=}"

# Arguments of every script: [force] CURRENT NEXT ACTION.
force=""
if [[ ${1:-} == force ]]; then
  force=force
  shift
fi
current=${1:-}
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
# with the module only, and not when that is started again at once.
leaving() {
  [[ $next == STOP || $next == WAIT ]] && [[ $action != restart && $action != stopstart ]]
}

# background NAME COMMAND...: in a session of its own, so that it outlives the
# script, and once at a time. What it says goes into this script's log.
background() {
  local lock=/run/hakit/k3s-$1.lock
  shift
  setsid flock -n "$lock" "$@" </dev/null &
}

# unit_stop SECONDS UNIT...: orderly. At a shutdown systemd holds its own stop of each
# back until hakit-drain.service has stopped, and so whoever waits for one, like a swap
# that hakit-drain.service itself has asked for: the processes are told instead.
unit_stop() {
  local limit=$1
  shift
  if [[ $(systemctl is-system-running 2>/dev/null) == stopping ]]; then
    systemctl kill "$@" 2>/dev/null
  else
    timeout "$limit" systemctl stop "$@" 2>/dev/null
  fi
}

# A dead server's end of these connections is silent; ours would repeat its last
# words for seconds before it is told that nobody knows it here.
drop_stale() {
  [[ -n $HAKIT_VIP ]] && timeout 5 ss -K -H -n dst "$HAKIT_VIP" dport = ":$1" >/dev/null 2>&1
  return 0
}

# What has dialled the virtual address while it was here may have it as its own end
# (version 6, and where the address has a network of its own), and then finds no way
# out: a mount would wait for minutes until TCP gives up, instead of dialling anew.
drop_orphans() {
  [[ -n $HAKIT_VIP ]] && timeout 5 ss -K -H -n src "$HAKIT_VIP" >/dev/null 2>&1
  return 0
}

# Looking costs no process: a failover on a busy machine has no time to start any.
mounted() { [[ $(</proc/self/mounts) == *" $1 "* ]]; }
# A disk of its own may be mounted there on both servers.
mirrored() { [[ $(</proc/self/mounts) == *" $1 fuse.hakit "* ]]; }

# until_true SECONDS COMMAND...
until_true() {
  local tries=$(($1 * 10))
  shift
  until "$@"; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}
