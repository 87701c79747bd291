# Sourced by install.sh, tests/run and .ci/run: `toolchain` puts the one Deno that builds hakit on PATH.
# shellcheck shell=bash

DENO_VERSION=2.9.4
TOOLS=${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/hakit-build

say() { printf '%s\n' "$*" >&2; }
die() { say "$0: $*"; exit 1; }

# Ours by this line: one that a killed run left behind is taken away by the next, somebody else's never.
POLICY=/usr/sbin/policy-rc.d
POLICY_MARK='# Made by hakit for the time of an installation.'

# apt_get PACKAGE...: installs what is missing, without questions. Services that a package brings are not started: a server that
# is to be part of a cluster, or only runs tests, must not suddenly run a database of its own.
apt_get() {
  local missing=() package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null |
      grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} -eq 0 ] && return 0
  command -v apt-get >/dev/null || die "missing: ${missing[*]} (install them by hand: this system has no apt-get)"
  [ "$(id -u)" = 0 ] || die "missing: ${missing[*]} (run as root, or install them)"
  say "Installing ${missing[*]}"
  apt_get_quietly "${missing[@]}"
}

# In a shell of its own, whose trap is nobody else's: Ctrl-C ends it, too, and no service would ever start here again.
apt_get_quietly() (
  log=$(mktemp "${TMPDIR:-/tmp}/hakit-apt.XXXXXX")
  if [ ! -e "$POLICY" ] || grep -qxF "$POLICY_MARK" "$POLICY"; then
    trap 'rm -f "$POLICY"' EXIT
    # By the signal itself, or the caller would go on with the next package.
    trap 'trap - INT; kill -INT $BASHPID' INT
    printf '#!/bin/sh\n%s\nexit 101\n' "$POLICY_MARK" >"$POLICY" && chmod 755 "$POLICY"
  fi
  export DEBIAN_FRONTEND=noninteractive
  status=0
  { apt-get install -y -q --no-install-recommends "$@" ||
    { apt-get update -q && apt-get install -y -q --no-install-recommends "$@"; }; } \
    </dev/null >"$log" 2>&1 || status=$?
  if [ $status = 0 ]; then
    rm -f "$log"
  else
    tail -n 5 "$log" >&2
    say "All that apt said: $log"
  fi
  exit $status
)

right_deno() { [ "$("$1" eval 'console.log(Deno.version.deno)' 2>/dev/null)" = $DENO_VERSION ]; }

# From Deno's own host, checked against the sum published beside it.
deno_from_host() {
  local arch=$1 into=$2 file url
  file=deno-$arch-unknown-linux-gnu.zip
  url=https://dl.deno.land/release/v$DENO_VERSION/$file
  curl -fsSL --connect-timeout 5 --max-time 600 -o "$into/$file" "$url" 2>/dev/null &&
    curl -fsSL --connect-timeout 5 --max-time 30 -o "$into/sum" "$url.sha256sum" 2>/dev/null || return 1
  local want have
  want=$(grep -oiE '\b[0-9a-f]{64}\b' "$into/sum" | head -n 1 | tr A-F a-f)
  have=$(sha256sum "$into/$file" | cut -d ' ' -f 1)
  [ -n "$want" ] && [ "$want" = "$have" ] || die "$url: sha256 is $have, expected ${want:-a sum beside it}"
  unzip -q -o "$into/$file" deno -d "$into"
}

# From npm (also a mirror that npm is configured for), as the package that npm's own `deno` would fetch, checked by hash: this
# works with every npm since 6 and runs no install script.
deno_from_npm() {
  local arch=$1 into=$2 package sum
  case $arch in
    x86_64) package=@deno/linux-x64-glibc
      sum=Or3ItpBDUC4GKtE723T4LpWs1nKOAQ4Zt8E+tufFeEnX9k+OhYOQTnu8kXqz+8FM42JKeuegfss8pr7k0PVQTQ== ;;
    aarch64) package=@deno/linux-arm64-glibc
      sum=SHHmaFnfOtFe0RWEAqo0lGlKFww21O6utyNzcFNYpIFRyQSKXKrfegwYMYP7hN1GEhZ49bDPKIpjJHjPbGFqyw== ;;
  esac
  command -v npm >/dev/null || apt_get npm || return 1
  (cd "$into" && npm pack --loglevel=error "$package@$DENO_VERSION" >/dev/null 2>npm.err) ||
    { grep -m 3 -iE '^npm err' "$into/npm.err" >&2; return 1; }
  local archive
  archive=$(echo "$into"/*.tgz)
  [ "$(openssl dgst -sha512 -binary "$archive" | base64 -w 0)" = "$sum" ] ||
    die "$package@$DENO_VERSION: sha512 differs from the expected one"
  tar -xzf "$archive" -C "$into" --strip-components=1 package/deno
}

deno_host_answers() { curl -fsI --connect-timeout 5 -o /dev/null https://dl.deno.land/ 2>/dev/null; }

# What `deno compile` builds on: from Deno's host, or, on x86-64, out of npm (denort.ts). Said before minutes are spent on the rest.
runtime_can_be_had() {
  local file=dl/release/v$DENO_VERSION/denort-aarch64-unknown-linux-gnu.zip
  [ "$(uname -m)" = aarch64 ] && [ -z "${DENORT_BIN:-}" ] || return 0
  [ -e "${DENO_DIR:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/deno}/$file" ] && return 0
  apt_get ca-certificates curl || die "cannot install what fetching Deno needs"
  deno_host_answers && return 0
  die "arm64: building needs Deno's download host (dl.deno.land), which does not answer, expected a way there; or build elsewhere and use ./install.sh --from FILE"
}

# Puts `deno` of exactly DENO_VERSION first on PATH: an installed one, the kept one, or a new one.
toolchain() {
  local arch deno temporary
  deno=$(command -v deno || true)
  if [ -n "$deno" ] && right_deno "$deno"; then return 0; fi
  if ! right_deno "$TOOLS/deno-$DENO_VERSION/deno"; then
    arch=$(uname -m)
    case $arch in
      x86_64) ;;
      aarch64) say "arm64: by the same way as x86-64, but untested" ;;
      *) die "$arch: hakit runs on x86_64 and aarch64" ;;
    esac
    apt_get ca-certificates curl unzip openssl || die "cannot install what fetching Deno needs"
    say "Getting Deno $DENO_VERSION"
    # Not below /tmp: it may be mounted noexec, or be too small.
    mkdir -p "$TOOLS"
    temporary=$(mktemp -d "$TOOLS/new.XXXXXX")
    deno_from_host "$arch" "$temporary" || deno_from_npm "$arch" "$temporary" ||
      { rm -rf "$temporary"; die "cannot get Deno $DENO_VERSION: neither its download host nor npm answers"; }
    chmod 755 "$temporary/deno"
    right_deno "$temporary/deno" ||
      { rm -rf "$temporary"; die "the Deno that was fetched does not run here (glibc 2.27 or later is needed, and a file system of $TOOLS that is not mounted noexec)"; }
    mkdir -p "$TOOLS/deno-$DENO_VERSION"
    mv "$temporary/deno" "$TOOLS/deno-$DENO_VERSION/deno"
    rm -rf "$temporary"
  fi
  export PATH="$TOOLS/deno-$DENO_VERSION:$PATH"
}
