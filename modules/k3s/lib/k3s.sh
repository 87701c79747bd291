# K3s as its own unit, which waits for the datastore by itself: never waited for.

k3s_start() {
  if ! systemctl -q cat k3s >/dev/null 2>&1; then
    say "K3s is not installed here"
    return
  fi
  systemctl -q is-active k3s && { say "K3s runs already"; return; }
  systemctl reset-failed k3s 2>/dev/null
  systemctl start --no-block k3s || { complain "K3s cannot be started (journalctl -u k3s)"; return 1; }
  say "K3s starts"
}

# Processes in pods: those in Kubernetes' control groups (version 2, then 1).
pod_pids() {
  local group
  for group in /sys/fs/cgroup/kubepods* /sys/fs/cgroup/*/kubepods*; do
    [[ -d $group ]] && find "$group" -name cgroup.procs -exec cat {} + 2>/dev/null
  done | sort -u
}

shim_pids() {
  local pid
  for pid in $(pgrep containerd-shim); do
    [[ $(readlink "/proc/$pid/exe") == /var/lib/rancher/k3s/* ]] && echo "$pid"
  done
}

no_pods() { [[ -z $(pod_pids) ]]; }

# A pod that stays would go on writing while the other server starts a new one.
pods_stop() {
  local signal pid point
  for signal in TERM KILL; do
    no_pods && break
    for pid in $(pod_pids); do kill -"$signal" "$pid" 2>/dev/null; done
    until_true 10 no_pods && break
  done
  for pid in $(shim_pids); do kill -KILL "$pid" 2>/dev/null; done
  # Lazily: a volume whose server is gone cannot be unmounted any other way.
  awk '$2 ~ "^/var/lib/kubelet/pods/|^/run/k3s/|^/run/netns/cni-" { print $2 }' /proc/mounts |
    sort -r | while read -r point; do umount -f -l "$point" 2>/dev/null; done
  no_pods || { complain "Pods do not end: processes $(pod_pids | xargs)"; return 1; }
}

k3s_stop() {
  systemctl -q cat k3s >/dev/null 2>&1 || return 0
  if [[ -n $force ]]; then systemctl -q kill -s KILL k3s 2>/dev/null; fi
  timeout 60 systemctl stop k3s 2>/dev/null
  [[ -n ${keep_pods:-} ]] || pods_stop || return 1
  ! systemctl -q is-active k3s || { complain "K3s has not stopped"; return 1; }
}
