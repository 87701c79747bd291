# The volume: STORAGE/VOLUME as a loop device with XFS, mounted on EXPORT.

volume_file=$STORAGE/$VOLUME

# Loop devices over our file; by name, because one that is left over from a mirror
# that died has the name and no longer the file.
volume_loops() {
  local backing name
  for backing in /sys/block/loop*/loop/backing_file; do
    read -r name 2>/dev/null <"$backing" || continue
    [[ $name == "$volume_file" || $name == "$volume_file (deleted)" ]] || continue
    backing=${backing#/sys/block/}
    echo "/dev/${backing%%/*}"
  done
}

volume_up() {
  mirrored "$STORAGE" || { complain "Cannot mount the volume: $STORAGE is not mirrored"; return 1; }
  [[ -f $volume_file ]] || { complain "Cannot mount the volume: $volume_file does not exist; \"hakit first\" makes it"; return 1; }
  if mounted "$EXPORT"; then
    if [[ -n $(losetup -j "$volume_file" -n -O NAME) ]] && stat -t "$EXPORT/." >/dev/null 2>&1; then
      say "The volume is mounted already"
      return
    fi
    volume_down || return 1
  fi
  local loop
  for loop in $(volume_loops); do losetup -d "$loop"; done
  # Direct: what the volume has written is in the mirror, not in a cache in
  # between. Where the kernel refuses, its cache is flushed by each fsync.
  loop=$(losetup --find --show --direct-io=on "$volume_file" 2>/dev/null) ||
    loop=$(losetup --find --show "$volume_file") ||
    { complain "Cannot make a loop device over $volume_file"; return 1; }
  mkdir -p "$EXPORT"
  # nouuid: a volume that a dead mirror left behind in the kernel has the same.
  if ! mount -t xfs -o noatime,nouuid "$loop" "$EXPORT"; then
    losetup -d "$loop"
    complain "Cannot mount $loop on $EXPORT: $(dmesg 2>/dev/null | grep XFS | tail -1)"
    return 1
  fi
  say "The volume is mounted on $EXPORT"
}

volume_down() {
  local tries=0 loop
  while mounted "$EXPORT"; do
    umount "$EXPORT" 2>/dev/null && continue
    ((tries++ < 20)) || {
      complain "Cannot unmount $EXPORT: used by $(fuser -M -m "$EXPORT" 2>/dev/null | xargs)"
      return 1
    }
    # Never lazily: somebody could go on writing after the other server took over.
    # -M: only if it still is a mount point, or everybody on the disk below dies.
    [[ -n $force ]] && fuser -s -k -M -m "$EXPORT" 2>/dev/null
    sleep 0.2
  done
  for loop in $(volume_loops); do losetup -d "$loop"; done
  until_true 1 no_loops && return
  local pid found
  found=$(for pid in $(volume_holders); do grep -q /kubepods "/proc/$pid/cgroup" 2>/dev/null && echo "$pid"; done)
  for pid in $found; do kill -KILL "$pid" 2>/dev/null; done
  [[ -z $found ]] || say "Pods kept a mount of the volume of their own: processes $(xargs <<<"$found") are killed"
  until_true 5 no_loops && return
  found=$(volume_holders | xargs)
  complain "Cannot free the loop device of $volume_file${found:+: mounted for processes $found}"
  return 1
}

no_loops() { [[ -z $(volume_loops) ]]; }

# Processes that have a mount of the volume which this server's own processes have
# no longer: a pod with "hostPath: /" got a copy of every mount when it began, and
# that stays when ours goes.
volume_holders() {
  local loop device
  for loop in $(volume_loops); do
    read -r device 2>/dev/null <"/sys/block/${loop#/dev/}/dev" || continue
    [[ $(</proc/self/mountinfo) == *" $device "* ]] && continue
    grep -lF " $device " /proc/[0-9]*/mountinfo 2>/dev/null
  done | cut -d / -f 3 | sort -nu
}
