# What the scripts of this module share. Every function may be called at any
# time and any number of times.
set -uo pipefail

: "${HAKIT_MODULE:?is set by the agent}" "${HAKIT_MODULE_DIR:?is set by the agent}"
: "${DATADIR:?is a variable of module.yaml}" "${PORT:=3306}" "${RUN_AS:=mysql}"
: "${DATABASE:=hakit}" "${DBUSER:=hakit}" "${DBHOSTS:=localhost}"
: "${PASSWORD_FILE:=password}"

# Not below HAKIT_HOME: MariaDB's user must reach it, and a socket's path may
# have 107 characters at most. Two nodes of one machine (lab) have two names.
run=/run/hakit-$HAKIT_MODULE-${HAKIT_NODE:-node}
socket=$run/mariadbd.sock
pid_file=$run/mariadbd.pid
log_dir=${HAKIT_HOME:+$HAKIT_HOME/log}
log_dir=${log_dir:-/var/log/hakit}
server_log=$log_dir/$HAKIT_MODULE-mariadbd.log

say() { echo "$*"; }
fail() {
  echo "$*" >&2
  exit 1
}

# MariaDB 10.3 has only the old names.
first_of() {
  local name
  for name in "$@"; do command -v "$name" && return; done
  fail "Cannot find $1: install the package mariadb-server"
}

# From 1:11.8.6-4 on MariaDB's package has AppArmor keep the server to
# /var/lib/mysql and /run/mysqld: ours has its files elsewhere.
: "${APPARMOR_PROFILES:=/sys/kernel/security/apparmor/profiles}"
unconfined=()
if grep -qs '^mariadbd (' "$APPARMOR_PROFILES" && command -v aa-exec >/dev/null; then
  unconfined=(aa-exec -p unconfined --)
fi

# Processes that have our data directory open, whoever started them. The
# argument alone would match grep's own command line: the name is asked, too.
server_pids() {
  local file pid
  grep -lzxFs -e "--datadir=$DATADIR" /proc/[0-9]*/cmdline | while read -r file; do
    pid=${file#/proc/}
    pid=${pid%/cmdline}
    case $(cat "/proc/$pid/comm" 2>/dev/null) in
      mariadbd | mysqld) echo "$pid" ;;
    esac
  done
}

# wait_gone SECONDS: true when no server is left.
wait_gone() {
  local tries=$(($1 * 10))
  while [[ -n $(server_pids) ]]; do
    ((tries-- > 0)) || return 1
    sleep 0.1
  done
}

as_root=(--no-defaults --protocol=socket "--socket=$socket" --user=root
  --batch --skip-column-names)
sql() { "$(first_of mariadb mysql)" "${as_root[@]}" "$@"; }

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
    1205 | 1969) [[ $(timeout 2 "$(first_of mariadb mysql)" "${as_root[@]}" -e "SELECT 1" 2>/dev/null) == 1 ]] ;;
    *) false ;;
  esac
}

answers() {
  timeout 3 "$(first_of mariadb-admin mysqladmin)" --no-defaults --protocol=socket \
    --socket="$socket" --user=root --connect-timeout=2 --silent ping \
    >/dev/null 2>&1
}
