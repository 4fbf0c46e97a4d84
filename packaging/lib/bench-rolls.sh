# packaging/bench rolls and packaging/bench idle: what both need, and their options. Sourced by packaging/bench, which sets root and KEPT.
# shellcheck shell=bash disable=SC2154

# Three releases of the load's own app, two good ones and one that crashes at its start; for the agent as bundles too.
rolls_releases() {
  local release sequence=0
  for release in r1 r2 r3; do
    mkdir -p "$root/trees/$release"
    cp -- "$REPOSITORY"/packaging/load/app/*.js "$root/trees/$release/"
    echo "$release" >"$root/trees/$release/RELEASE"
    if [[ $release == r3 ]]; then echo '{"crashAtStart":true}'; else echo '{}'; fi >"$root/trees/$release/behaviour.json"
    bundle web "$release" $((sequence += 1)) "$root/trees/$release" >>"$KEPT/bundles.log" 2>&1 || {
      cat "$KEPT/bundles.log" >&2
      die 1 "release $release could not be packed and signed"
    }
  done
}

# A host of its own with the app "web". SETS port
rolls_host() {
  build_distribution "$KEPT"
  peers
  trap '[[ -z $root ]] || remove_root "$root"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  make_root
  configure_host bench web
  port=$(free_port)
  cat >"$root/etc/apps.d/web.toml" <<TOML
listen = "127.0.0.1:$port"
instances = 4
command = ["$(readlink -f -- "$(command -v node)")", "server.js"]
[roll]
min_healthy_time = "1s"
[trust]
require = ["1 of ci@web"]
TOML
  rolls_releases
}

# Runs a program of packaging/lib that may end everything that names the root, so nothing of ours may name it.
rolls_program() { # NAME OPTIONS
  local name=$1 status=0
  shift
  env -u POINTSMAN_SOCKET node "$REPOSITORY/packaging/lib/bench-$name.mjs" --root "$root" --pointsman "$POINTSMAN" --port "$port" \
    --pm2 "$KEPT/peers/node_modules/pm2/bin/pm2" --releases "$root/trees" --json "$KEPT/$name.json" "$@" >"$KEPT/$name.txt" || status=$?
  cat "$KEPT/$name.txt"
  return "$status"
}

bench_rolls() { # ROUNDS RATE
  local port
  rolls_host
  say "== measuring $1 rounds: about $(($1 * 6)) minutes"
  rolls_program rolls --rounds "$1" --rate "$2"
}

bench_idle() { # MINUTES POLLS
  local port
  rolls_host
  say "== measuring: about $(($1 + 3)) minutes"
  rolls_program idle --minutes "$1" --polls "$2"
}

# Reads "--NAME N" pairs into the variables of those names.
read_numbers() { # NAME,NAME OPTIONS
  local names=,$1,
  shift
  while (($# > 0)); do
    [[ $1 == --* && $names == *",${1#--},"* ]] || die "$EX_USAGE" "unknown option '$1'; see packaging/bench --help"
    [[ ${2:-} =~ ^[1-9][0-9]{0,5}$ ]] || die "$EX_USAGE" "$1 ${2:-}: a whole number from 1 to 999999"
    printf -v "${1#--}" '%s' "$2"
    shift 2
  done
}
