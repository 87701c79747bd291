#!/usr/bin/env bash
# Builds hakit and puts it at /usr/local/bin/hakit. Safe to run twice.
#
#   sudo ./install.sh              build from this checkout, install
#   sudo ./install.sh --lab        ... and show a two-node cluster on this one machine
#   sudo ./install.sh --from FILE  install a ready executable instead of building one
#   sudo ./install.sh --uninstall  remove everything; asks before data
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
target=/usr/local/bin/hakit
witness=/etc/systemd/system/hakit-witness.service

usage() { sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"; }

lab=0 from='' uninstall=0
while [ $# -gt 0 ]; do
  case $1 in
    --lab) lab=1 ;;
    --from) from=${2:?--from needs a file}; shift ;;
    --uninstall) uninstall=1 ;;
    -h | --help) usage; exit 0 ;;
    *) echo "install.sh: unknown flag \"$1\"" >&2; usage >&2; exit 2 ;;
  esac
  shift
done
[ "$(id -u)" = 0 ] || { echo "install.sh: run it as root: sudo ./install.sh" >&2; exit 1; }

# Copies beside and renames: a running executable cannot be overwritten, and nobody ever finds half of one.
put() {
  install -D -m 755 "$1" "$target.new"
  "$target.new" version >/dev/null || { rm -f "$target.new"; echo "install.sh: $1 does not run on this machine" >&2; exit 1; }
  # The agent starts replicators and scripts from there: of another version than itself, and nobody would have asked the other node.
  if systemctl is-active --quiet hakit 2>/dev/null && ! cmp -s "$target.new" "$target"; then
    rm -f "$target.new"
    echo "install.sh: an agent runs here and $target is another executable: \"hakit upgrade $(realpath "$1")\" exchanges it on both nodes while services run" >&2
    exit 1
  fi
  # On the disk before it has the name: after a power cut an empty file there would do nothing, and say that it was done.
  sync "$target.new"
  mv "$target.new" "$target"
  echo "Installed $("$target" version) as $target"
}

remove() {
  if [ -e $witness ]; then
    echo "install.sh: this machine is a witness, and clusters may count on it: \"hakit witness list\" names them; on their nodes \"hakit witness remove\", here \"hakit witness uninstall\", then this again" >&2
    exit 1
  fi
  if [ -x $target ]; then
    local data=() kept=
    "$target" lab down --quiet 2>/dev/null || true
    if [ -d /etc/hakit ]; then
      if [ -t 0 ]; then
        read -r -p 'Remove the data of the modules too? Type "data" to do so, Enter to keep it: ' answer
        [ "$answer" = data ] && data=(--data --yes)
      else
        kept="Data is kept (nobody to ask). To remove it, too: install hakit again, then \"hakit uninstall --data\"."
      fi
      "$target" uninstall "${data[@]}"
    fi
    # What an upgrade kept beside it, and half of one.
    rm -f "$target" "$target.old" "$target.new" "${target%/*}/.hakit.staged"
    echo "Removed $target"
    [ ! -d /var/lib/hakit/witness ] || echo "What a witness remembered stays in /var/lib/hakit/witness."
    [ -z "$kept" ] || echo "$kept"
  else
    echo "hakit is not installed"
  fi
  rm -rf "${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hakit-build"
}

if [ $uninstall = 1 ]; then
  remove
  exit 0
fi

if [ -n "$from" ]; then
  [ -f "$from" ] || { echo "install.sh: $from: no such file" >&2; exit 2; }
  put "$from"
else
  # shellcheck source=tests/build/toolchain.sh
  . "$here/tests/build/toolchain.sh"
  runtime_can_be_had
  toolchain
  cd "$here"
  deno_host_answers || command -v npm >/dev/null || apt_get npm
  deno task --quiet build
  put dist/hakit
fi

if [ $lab = 1 ]; then
  # shellcheck source=tests/build/toolchain.sh
  [ -n "$from" ] && . "$here/tests/build/toolchain.sh"
  apt_get iproute2
  apt_get mariadb-server || echo "MariaDB cannot be installed: the lab uses a small service that counts instead."
  exec "$target" lab up
fi
echo 'Next: "hakit prereq" and "hakit first" (see README.md), or "hakit lab up" to try a cluster on this one machine.'
