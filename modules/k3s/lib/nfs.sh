# Kernel NFS server. Its unit has a drop-in (server scope, lease and grace of 15 s,
# no version 3). What it remembers of its clients lies in the mirrored storage, so
# that they may reclaim their locks from the other server.

nfs_memory=(nfsdcld nfsdcltrack v4recovery)

# New connections wait instead of being refused while the address is here and
# the server is not: a refused NFS client comes back after 3, 6, 12 seconds.
door() {
  local tool=iptables mode=$1
  [[ -n $HAKIT_VIP ]] || return 0
  [[ $HAKIT_VIP == *:* ]] && tool=ip6tables
  command -v "$tool" >/dev/null || return 0
  local rule=(INPUT -d "$HAKIT_VIP" -p tcp --dport 2049 -m comment --comment hakit-k3s -j DROP)
  if [[ $mode == close ]]; then
    "$tool" -w 5 -C "${rule[@]}" 2>/dev/null || "$tool" -w 5 -I "${rule[@]}" 2>/dev/null
  else
    while "$tool" -w 5 -D "${rule[@]}" 2>/dev/null; do :; done
  fi
  return 0
}

nfs_threads() {
  local count=0
  read -r count 2>/dev/null </proc/fs/nfsd/threads
  [[ $count -gt 0 ]]
}

# Neither threads nor what they would hold on to.
nfs_is_down() {
  local name
  nfs_threads && return 1
  for name in "${nfs_memory[@]}"; do mounted "/var/lib/nfs/$name" && return 1; done
  [[ ! -e /var/lib/nfs/etab || $(</var/lib/nfs/etab) != *"$EXPORT"* ]]
}

nfs_up() {
  local name client
  if ! nfs_threads; then
    # One that has run since boot would go on with the memory of this server alone.
    timeout 30 systemctl stop nfsdcld 2>/dev/null
    for name in "${nfs_memory[@]}"; do
      mkdir -p "$STORAGE/nfs/$name" "/var/lib/nfs/$name"
      mounted "/var/lib/nfs/$name" ||
        mount --bind "$STORAGE/nfs/$name" "/var/lib/nfs/$name" ||
        { complain "Cannot bind $STORAGE/nfs/$name to /var/lib/nfs/$name"; return 1; }
    done
    systemctl reset-failed nfs-server 2>/dev/null
    systemctl start nfs-server ||
      { complain "The NFS server did not start (journalctl -u nfs-server)"; return 1; }
  fi
  # systemd says "active" even when no thread runs.
  nfs_threads || { complain "The NFS server has no threads (journalctl -u nfs-server)"; return 1; }
  for client in $CLIENTS; do
    # As a network of one: a single address is looked up by name, which without a
    # name server that answers takes 40 seconds each.
    if [[ $client == *:* ]]; then client="[$client]"; else client=$client/32; fi
    exportfs -o "rw,sync,no_root_squash,no_subtree_check,fsid=$FSID" "$client:$EXPORT" ||
      { complain "Cannot export $EXPORT to $client"; return 1; }
  done
  door open
  say "NFS exports $EXPORT"
}

# Everything exported from the volume, whoever was a client then.
nfs_unexport() {
  local name table
  if nfs_threads; then
    exportfs -s 2>/dev/null | awk -v path="$EXPORT" '$1 == path { sub(/\(.*/, "", $2); print $2 }' |
      while read -r name; do timeout 10 exportfs -u "$name:$EXPORT" 2>/dev/null; done
    return
  fi
  # After a power cut the table stands for nobody; exportfs would look up each client by name.
  table=$(awk -v path="$EXPORT" '$1 != path' /var/lib/nfs/etab 2>/dev/null)
  printf '%s' "${table:+$table$'\n'}" >/var/lib/nfs/etab
}

nfs_down() {
  local name tries
  door close
  nfs_is_down && return
  nfs_unexport
  timeout 30 systemctl stop nfs-server 2>/dev/null
  nfs_threads && echo 0 >/proc/fs/nfsd/threads 2>/dev/null
  # Those that hold the memory's files open.
  timeout 30 systemctl stop nfs-mountd nfsdcld 2>/dev/null
  exportfs -f 2>/dev/null
  for name in "${nfs_memory[@]}"; do
    tries=0
    while mounted "/var/lib/nfs/$name"; do
      umount "/var/lib/nfs/$name" 2>/dev/null && continue
      ((tries++ < 20)) || { complain "Cannot unmount /var/lib/nfs/$name"; return 1; }
      sleep 0.1
    done
  done
  ! nfs_threads || { complain "The NFS server has not stopped"; return 1; }
}
