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

database_client() { command -v mariadb || command -v mysql; }
as_root=(--no-defaults --protocol=socket --user=root --batch --skip-column-names)

# alive LINE: whether this last line of the client proves a server that lives and
# is kept from the checker's row by something that another server would not cure.
alive() {
  # Newer clients wrap what they are told before TLS has begun: "ERROR 2002 ...
  # cannot be verified: 1040 - Too many connections".
  [[ $1 =~ ^ERROR\ .*verified:\ ([0-9]+)\ |^ERROR\ ([0-9]+)\  ]] || return 1
  case ${BASH_REMATCH[1]:-${BASH_REMATCH[2]}} in
    # Too many connections, a limit of the account.
    1040 | 1203 | 1226) true ;;
    # Root has got a password, which may have expired, or lost a right.
    1044 | 1045 | 1142 | 1227 | 1698 | 1820 | 1862) true ;;
    # The database was dropped; read-only; deadlock; somebody ended the query.
    1049 | 1213 | 1290 | 1317 | 1836 | 1927) true ;;
    # A lock that somebody holds, a backup for one. If that is the reason, a
    # question that needs no lock is answered at once.
    1205 | 1969) [[ $(timeout 2 "$(database_client)" "${as_root[@]}" -e "SELECT 1" 2>/dev/null) == 1 ]] ;;
    *) false ;;
  esac
}

no_database() { [[ -z $(database_pids) ]]; }

database_start() {
  if systemctl -q is-active mariadb; then
    say "MariaDB runs already"
    return
  fi
  # K3s on this server holds connections to the one that died.
  drop_stale 3306
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
    # A stop that systemd was told of goes on, also when nobody waits for it any more.
    unit_stop 50 mariadb
    until_true 50 no_database || { complain "MariaDB has not stopped"; return 1; }
    return
  fi
  no_database && ! systemctl -q is-active mariadb && return
  systemctl -q kill -s KILL mariadb 2>/dev/null
  # shellcheck disable=SC2046 # several numbers
  no_database || kill -KILL $(database_pids) 2>/dev/null
  unit_stop 20 mariadb
  until_true 10 no_database ||
    { complain "MariaDB cannot be killed: process $(database_pids | xargs) hangs in the kernel"; return 1; }
}
