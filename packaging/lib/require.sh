# Makes sure that the tools are there: installs them as root on Debian, otherwise says what is missing and how to get it.
# shellcheck shell=bash
# shellcheck source=common.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/common.sh"
# shellcheck source=jdk.sh
source "$(dirname -- "${BASH_SOURCE[0]}")/jdk.sh"

NODE_LEAST=20.19 # What the sample's front-end build asks for.

have_tool() {
  case $1 in
    jdk25) find_jdk25 ;;
    node) command -v node >/dev/null && version_at_least "$(node --version)" "$NODE_LEAST" ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

# The Debian packages that may bring a tool, best first.
packages_for() {
  case $1 in
    jdk25) echo openjdk-25-jdk-headless temurin-25-jdk ;;
    mvn) echo maven ;;
    node) echo nodejs ;;
    ssh-keygen) echo openssh-client ;;
    redis-server | rsync | shellcheck | nginx | haproxy | npm | curl | git | tar | gzip | busybox | zstd | python3 | gunicorn | strace | gcc) echo "$1" ;;
    bsdtar) echo libarchive-tools ;;
    systemd-notify) echo systemd ;;
    mkfs.ext4) echo e2fsprogs ;;
    mkfs.xfs) echo xfsprogs ;;
    mkfs.btrfs) echo btrfs-progs ;;
    fusermount3) echo fuse3 ;;
    pkg-config) echo pkg-config ;;
    sha256sum | mktemp | stat | readlink) echo coreutils ;;
    *) die "$EX_UNAVAILABLE" "no package is known for $1; this is a mistake in packaging/lib/require.sh" ;;
  esac
}

# One line for a person: what it is, and how to get it elsewhere than from apt.
explain() {
  case $1 in
    jdk25) echo "JDK 25 (found none in JAVA25_HOME, JAVA_HOME, /usr/lib/jvm/*25*, /opt): unpack one below /usr/lib/jvm, or set JAVA25_HOME to it" ;;
    mvn) echo "Maven 3.8.7 or newer (mvn)" ;;
    node) echo "Node.js $NODE_LEAST or newer (found: $(node --version 2>/dev/null || echo none))" ;;
    npm) echo "npm, which comes with most packages of Node.js" ;;
    ssh-keygen) echo "OpenSSH's ssh-keygen, which signs releases" ;;
    bsdtar | busybox | python3) echo "$1, for the tests that its archives are accepted" ;;
    gunicorn | systemd-notify) echo "$1, for the tests of workers in other languages than Node" ;;
    strace) echo "strace, which ends the agent at single system calls" ;;
    redis-server) echo "a Redis server, for the tests of the sample's sessions" ;;
    *) echo "$1" ;;
  esac
}

# The first of a tool's packages that apt could install; nothing if there is none.
installable_package() {
  local package
  for package in $(packages_for "$1"); do
    if apt-cache policy "$package" 2>/dev/null | grep -q 'Candidate: [^(]'; then
      echo "$package"
      return 0
    fi
  done
}

install_missing() { # TOOL...
  local tool package
  local -a packages=()
  say "Missing: $*. Installing."
  apt-get update -qq || warn "apt-get update failed; going on with the lists that are there"
  for tool in "$@"; do
    package=$(installable_package "$tool")
    [[ -z $package ]] || packages+=("$package")
  done
  if ((${#packages[@]} > 0)); then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${packages[@]}" >&2 ||
      warn "apt-get install ${packages[*]} failed"
  fi
}

list_missing() { # TOOL... -> the names of those that are not there
  local tool
  for tool in "$@"; do have_tool "$tool" || echo "$tool"; done
}

# Returns with every TOOL there and JAVA_HOME exported where jdk25 was asked for; exits with 69 otherwise.
require() { # TOOL...
  local -a missing
  mapfile -t missing < <(list_missing "$@")
  if ((${#missing[@]} > 0)) && [[ $(id -u) == 0 ]] && command -v apt-get >/dev/null; then
    install_missing "${missing[@]}"
    mapfile -t missing < <(list_missing "$@")
  fi
  if ((${#missing[@]} > 0)); then
    name_missing "${missing[@]}" >&2
    exit "$EX_UNAVAILABLE"
  fi
  if [[ " $* " == *" jdk25 "* ]]; then find_jdk25; fi
}

name_missing() { # TOOL...
  local tool
  local -a packages=()
  say "${0##*/}: cannot go on, because this machine lacks:"
  for tool in "$@"; do
    say "  - $(explain "$tool")"
    packages+=("$(packages_for "$tool" | cut -d' ' -f1)")
  done
  if command -v apt-get >/dev/null; then
    say "On Debian and Ubuntu, where their releases have these packages:"
    say "  sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
  fi
  say "Then run this again. (As root, it installs by itself what apt has.)"
}
