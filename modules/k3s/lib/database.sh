# MariaDB as its own systemd unit. A drop-in, written when the cluster was made,
# refuses to start it on a directory that is not mirrored, and never restarts it.

DATABASE_DIR=/var/lib/mysql

# Whoever started it: MariaDB's working directory is its data directory.
database_pids() {
  local file pid name
  for file in /proc/[0-9]*/comm; do
    read -r name 2>/dev/null <"$file" || continue
    [[ $name == mariadbd || $name == mysqld ]] || continue
    pid=${file#/proc/}
    pid=${pid%/comm}
    [[ $(readlink "/proc/$pid/cwd") == "$DATABASE_DIR"* ]] && echo "$pid"
  done
}

no_database() { [[ -z $(database_pids) ]]; }

database_start() {
  if systemctl -q is-active mariadb; then
    say "MariaDB runs already"
    return
  fi
  # An earlier start that failed often must not forbid this one.
  systemctl reset-failed mariadb 2>/dev/null
  if ! systemctl start mariadb; then
    complain "MariaDB did not start: $(journalctl -q -u mariadb -n 40 -o cat --no-pager |
      grep -a 'ERROR\|Assert' | grep -v Aborting | tail -1 | cut -c 1-300) (journalctl -u mariadb)"
    return 1
  fi
  say "MariaDB answers"
}

database_stop() {
  if [[ -z $force ]]; then
    timeout 100 systemctl stop mariadb 2>/dev/null
    no_database || complain "MariaDB has not stopped"
    no_database
    return
  fi
  no_database && ! systemctl -q is-active mariadb && return
  systemctl -q kill -s KILL mariadb 2>/dev/null
  # shellcheck disable=SC2046 # several numbers
  no_database || kill -KILL $(database_pids) 2>/dev/null
  timeout 20 systemctl stop mariadb 2>/dev/null
  until_true 10 no_database ||
    { complain "MariaDB cannot be killed: process $(database_pids | xargs) hangs in the kernel"; return 1; }
}
