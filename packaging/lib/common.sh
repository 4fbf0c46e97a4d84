# Shared by the scripts of this folder; source it from bash. Sets REPOSITORY and, with find_jdk25, JAVA_HOME.
# shellcheck shell=bash

REPOSITORY=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd -P)
export REPOSITORY

# Exit statuses of sysexits(3).
EX_USAGE=64
EX_UNAVAILABLE=69
export EX_USAGE EX_UNAVAILABLE

say() { printf '%s\n' "$*"; }
warn() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() { # STATUS MESSAGE...
  local status=$1
  shift
  warn "$*"
  exit "$status"
}

now_ms() { date +%s%3N; }

seconds_since() { # MILLISECONDS -> "12.3"
  local ms=$(($(now_ms) - $1))
  printf '%d.%d' $((ms / 1000)) $((ms % 1000 / 100))
}

# "major.minor" of the first argument is at least that of the second.
version_at_least() {
  local -a have want
  IFS=. read -r -a have <<<"${1#v}"
  IFS=. read -r -a want <<<"$2"
  ((have[0] > want[0] || (have[0] == want[0] && ${have[1]:-0} >= ${want[1]:-0})))
}
