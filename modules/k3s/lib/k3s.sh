# K3s as its own unit, which waits for the datastore by itself: never waited for.

# Another machine may have the same host name: this is the name by which the NFS
# server knows this one, and by which it is forgotten when it dies.
nfs_client_name() {
  local parameter=/sys/module/nfs/parameters/nfs4_unique_id
  modprobe -q nfs 2>/dev/null
  [[ -w $parameter && $(<"$parameter") != "hakit-$HAKIT_NODE" ]] && echo "hakit-$HAKIT_NODE" >"$parameter"
  return 0
}

# Taint and cordon that hakit gave this node go when it is back.
node_back() {
  systemctl -q cat k3s >/dev/null 2>&1 && background back "$HAKIT" k3s-node back
  return 0
}

# The other server is lost: what ran there starts here.
node_lost() {
  systemctl -q cat k3s >/dev/null 2>&1 || return 0
  # "hakit prim" is a person's word, not the witness'.
  [[ $action == prim ]] && export HAKIT_ARBITER=person
  background lost "$HAKIT" k3s-node lost
}

# Pods are asked to go while they can be; a server that is cut off has no time.
node_leave() {
  [[ -z $force ]] && systemctl -q is-active k3s || return 0
  local seconds=${DRAIN_SECONDS:-60}
  # A word that is no number would end the script's whole branch, and nothing would be stopped.
  if [[ ! $seconds =~ ^[0-9]{1,6}s?$ ]]; then
    complain "DRAIN_SECONDS is \"$seconds\", expected seconds such as 60, which are taken"
    seconds=60
  fi
  seconds=$((10#${seconds%s}))
  # The whole stop has 300 s: cut off in the middle, the rest would be stopped by force.
  if ((seconds > 150)); then
    complain "DRAIN_SECONDS is $seconds, expected 150 at most, which are taken"
    seconds=150
  fi
  DRAIN_SECONDS=$seconds timeout "$((seconds + 60))" "$HAKIT" k3s-node leave
  return 0
}

k3s_start() {
  if ! systemctl -q cat k3s >/dev/null 2>&1; then
    say "K3s is not installed here"
    return
  fi
  if systemctl -q is-active k3s; then
    say "K3s runs already"
    # A swap that is broken off has closed this node to pods and serves here again.
    node_back
    return
  fi
  nfs_client_name
  systemctl reset-failed k3s 2>/dev/null
  systemctl start --no-block k3s || { complain "K3s cannot be started (journalctl -u k3s)"; return 1; }
  say "K3s starts"
  node_back
}

# Processes in pods: those in Kubernetes' control groups (version 2, then 1).
pod_pids() {
  local group
  for group in /sys/fs/cgroup/kubepods* /sys/fs/cgroup/*/kubepods*; do
    [[ -d $group ]] && find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -u
}

shim_pids() {
  local pid data
  # It may be a link to a larger disk; to one that is not mounted it leads nowhere, and
  # every shim of this server, other engines' too, would be below "nowhere/".
  data=$(readlink -f "${K3S_DATA:-/var/lib/rancher/k3s}") && [[ -n $data ]] || return 0
  for pid in $(pgrep containerd-shim); do
    [[ $(readlink "/proc/$pid/exe") == "$data"/* ]] && echo "$pid"
  done
}

no_pods() { [[ -z $(pod_pids) ]]; }

# pods_stop [SECONDS]: so long they may take to end by themselves. A pod that stays
# would go on writing while the other server starts a new one.
pods_stop() {
  local signal pid point seconds=${1:-10}
  for signal in TERM KILL; do
    no_pods && break
    for pid in $(pod_pids); do kill -"$signal" "$pid" 2>/dev/null; done
    until_true "$seconds" no_pods && break
    seconds=10
  done
  for pid in $(shim_pids); do kill -KILL "$pid" 2>/dev/null; done
  # Lazily: a volume whose server is gone cannot be unmounted any other way.
  awk '$2 ~ "^/var/lib/kubelet/pods/|^/run/k3s/|^/run/netns/cni-" { print $2 }' /proc/mounts |
    sort -r | while read -r point; do timeout 10 umount -c -f -l "$point" 2>/dev/null; done
  no_pods || { complain "Pods do not end: processes $(pod_pids | xargs)"; return 1; }
}

k3s_ended() { ! systemctl -q is-active k3s; }

# pods_end SECONDS: K3s first, which would start them again; systemd does not start
# K3s, as its stop is due. Whoever has a volume must end before its server does: a
# database would lose its disk alive, and what hangs in NFS holds the server up.
pods_end() {
  systemctl -q kill --kill-who=main k3s 2>/dev/null
  until_true 10 k3s_ended
  pods_stop "$1"
}

# At a shutdown systemd has stopped K3s, datastore and NFS before hakit is told:
# the other server waits for nothing but the address, and the pods for the end.
shut_down_before() {
  [[ $action == stop && $next == WAIT ]] && no_database && ! nfs_threads && ! systemctl -q is-active k3s
}

k3s_stop() {
  systemctl -q cat k3s >/dev/null 2>&1 || return 0
  shut_down_before && return
  [[ -z ${keep_pods:-} && $action == stop && " $DRAIN " == *" stop "* ]] && node_leave
  if [[ -n $force ]]; then systemctl -q kill -s KILL k3s 2>/dev/null; fi
  timeout 60 systemctl stop k3s 2>/dev/null
  [[ -n ${keep_pods:-} ]] || pods_stop || return 1
  ! systemctl -q is-active k3s || { complain "K3s has not stopped"; return 1; }
}
