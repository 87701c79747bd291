# Kernel NFS server. Its unit has a drop-in (server scope, lease and grace of 15 s,
# no version 3). What it remembers of its clients lies in the mirrored storage, so
# that they may reclaim their locks from the other server.

nfs_memory=(nfsdcld nfsdcltrack v4recovery)
nfsd=/proc/fs/nfsd
# What exportfs has exported: path, tab, client and options.
nfs_table=/var/lib/nfs/etab
# Told by one start to itself; never left for the next one.
nfs_forgotten=/run/hakit/k3s-forgotten

# New connections wait instead of being refused while the address is here and
# the server is not: a refused NFS client comes back after 3, 6, 12 seconds.
door() {
  local tool=iptables mode=$1
  [[ -n $HAKIT_VIP ]] || return 0
  [[ $HAKIT_VIP == *:* ]] && tool=ip6tables
  command -v "$tool" >/dev/null || return 0
  local rule=(INPUT -d "$HAKIT_VIP" -p tcp --dport 2049 -m comment --comment hakit-k3s -j DROP)
  if [[ $mode == close ]]; then
    "$tool" -w 5 -C "${rule[@]}" >/dev/null 2>&1 || "$tool" -w 5 -I "${rule[@]}" 2>/dev/null
  else
    while "$tool" -w 5 -D "${rule[@]}" 2>/dev/null; do :; done
  fi
  return 0
}

nfs_threads() {
  local count=0
  read -r count 2>/dev/null <"$nfsd/threads"
  [[ $count -gt 0 ]]
}

# Neither threads nor what they would hold on to.
nfs_is_down() {
  local name
  nfs_threads && return 1
  for name in "${nfs_memory[@]}"; do mounted "/var/lib/nfs/$name" && return 1; done
  ! nfs_exported
}

# Where nfsd's clients are remembered, the dead server is one that will never
# reclaim, and everybody would wait for it. Runs beside the mount of the volume.
nfs_forget() {
  rm -f "$nfs_forgotten"
  # A swap leaves two living clients behind, and has no time to ask.
  [[ $next == ALONE && -d $STORAGE/nfs ]] || return 0
  nfs_threads || timeout 60 "$HAKIT" k3s-node forget "$STORAGE/nfs" >"$nfs_forgotten"
}

# Connections of other machines, so that the next primary can wake their clients.
nfs_remember() {
  local file=$STORAGE/nfs/connections found
  [[ -n $HAKIT_VIP && -d $STORAGE/nfs ]] || return 0
  found=$(ss -H -t -n state established src "$HAKIT_VIP" sport = :2049 2>/dev/null |
    awk -v own="$HAKIT_VIP" '{ n = split($4, part, ":"); port = part[n]; address = substr($4, 1, length($4) - length(port) - 1)
      gsub(/[][]|^::ffff:/, "", address); if (address != own) print address, port }' | sort | head -n 1000)
  [[ -e $file && $(<"$file") == "$found" ]] && return
  # Nobody reads half of it: a line that is cut off is no address.
  printf '%s' "${found:+$found$'\n'}" >"$file.new" && mv "$file.new" "$file"
}

# What is open or locked may be reclaimed until the grace period ends, which it
# does by itself when all have. With nobody to wait for it ends here.
nfs_end_grace() {
  [[ -e $nfs_forgotten ]] || return 0
  local said
  said=$(<"$nfs_forgotten")
  rm -f "$nfs_forgotten"
  [[ -n $said ]] && say "$said"
  [[ $said == "NFS clients: 0 may reclaim"* ]] || return 0
  echo Y 2>/dev/null >"$nfsd/v4_end_grace" && say "No NFS client has anything to reclaim: no grace period"
}

# Whole: somebody's /srv/volume2 is not /srv/volume.
nfs_exported() { [[ -e $nfs_table && $'\n'$(<"$nfs_table") == *$'\n'"$EXPORT"[[:space:]]* ]]; }

# Nodes, and the agents that `hakit agent-join` let in: addresses only, whatever
# stands in that file.
nfs_clients() {
  local client
  for client in $CLIENTS $(grep -E '^[0-9A-Fa-f.:]+$' "$STORAGE/agents" 2>/dev/null); do
    # As a network of one: a single address is looked up by name, which without a
    # name server that answers takes 40 seconds each.
    if [[ $client == *:* ]]; then echo "[$client]"; else echo "$client/32"; fi
  done
}

# Whom the running server exports the volume to, as exportfs -u takes them: it
# prints an address of version 6 without the brackets that it wants.
nfs_served() {
  exportfs -s | awk -v path="$EXPORT" '$1 == path { sub(/\(.*/, "", $2); print ($2 ~ /:/ ? "[" $2 "]" : $2) }'
}

nfs_export() {
  local client
  for client in $(nfs_clients); do
    exportfs -o "rw,sync,$SQUASH,no_subtree_check,fsid=$FSID" "$client:$EXPORT" ||
      { complain "Cannot export $EXPORT to $client"; return 1; }
  done
}

nfs_up() {
  local name
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
  nfs_end_grace
  nfs_export || return 1
  nfs_exported || { complain "$EXPORT is not exported: CLIENTS is empty"; return 1; }
  door open
  # Only now: one that dials while the door is closed waits for its next try.
  drop_stale 2049
  [[ -s $STORAGE/nfs/connections ]] &&
    background tickle timeout 30 "$HAKIT" k3s-node tickle "$STORAGE/nfs/connections"
  say "NFS exports $EXPORT"
}

# Everything exported from the volume, whoever was a client then.
nfs_unexport() {
  local name table
  if nfs_threads; then
    nfs_served 2>/dev/null |
      while read -r name; do timeout 10 exportfs -u "$name:$EXPORT" 2>/dev/null; done
    return
  fi
  # After a power cut the table stands for nobody; exportfs would look up each client by name.
  table=$(awk -v path="$EXPORT" '$1 != path' "$nfs_table" 2>/dev/null)
  printf '%s' "${table:+$table$'\n'}" >"$nfs_table"
}

nfs_down() {
  local name tries
  door close
  nfs_is_down && return
  nfs_unexport
  unit_stop 30 nfs-server
  nfs_threads && echo 0 >"$nfsd/threads" 2>/dev/null
  # Those that hold the memory's files open.
  unit_stop 30 nfs-mountd nfsdcld
  exportfs -f 2>/dev/null
  for name in "${nfs_memory[@]}"; do
    tries=0
    while mounted "/var/lib/nfs/$name"; do
      umount "/var/lib/nfs/$name" 2>/dev/null && continue
      ((tries++ < 50)) || { complain "Cannot unmount /var/lib/nfs/$name"; return 1; }
      sleep 0.1
    done
  done
  ! nfs_threads || { complain "The NFS server has not stopped"; return 1; }
}
