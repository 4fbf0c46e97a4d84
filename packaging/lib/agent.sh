# Building pointsman, and running an agent of one's own under a temporary root. Source lib/require.sh and lib/processes.sh
# first. Sets DISTRIBUTION and POINTSMAN; make_root sets root, start_agent sets agent, start_load sets load.
# shellcheck shell=bash

DISTRIBUTION=${POINTSMAN_DISTRIBUTION:-$REPOSITORY/agent/target/pointsman} # Set: that one is tried, and nothing is built.
POINTSMAN=$DISTRIBUTION/bin/pointsman

# Builds the distribution and its start-up cache; its output is in LOGS.
build_distribution() { # LOGS
  if [[ -z ${POINTSMAN_DISTRIBUTION:-} ]]; then
    say "== building pointsman (the first time, Maven fetches what it needs)"
    mkdir -p "$1"
    (cd "$REPOSITORY" && mvn -q -B -ntp -pl protocol,agent package -DskipTests) >"$1/build.log" 2>&1 || {
      tail -n 40 -- "$1/build.log" >&2
      die 1 "the build failed; all of its output is in $1/build.log"
    }
  fi
  [[ -x $POINTSMAN ]] || die "$EX_UNAVAILABLE" "$POINTSMAN is not there or cannot be run"
  "$DISTRIBUTION/bin/pointsman-aot" >"$1/aot.log" 2>&1 || say "   (no start-up cache: $1/aot.log; everything works, only slower)"
}

# A new temporary folder with a place for the configuration; commands talk to its agent from here on.
make_root() {
  local base=${TMPDIR:-/tmp}
  ((${#base} <= 40)) || base=/tmp # The path of a socket has 107 bytes.
  root=$(mktemp -d "$base/pointsman.XXXXXX")
  root=$(cd "$root" && pwd -P)
  mkdir -p "$root/etc/apps.d" "$root/trees" "$root/bundles" "$root/data"
  export POINTSMAN_SOCKET=$root/run/api.sock
  unset POINTSMAN_URL POINTSMAN_TOKEN
}

# The host's file, and a throw-away key that may release the app as ci@APP.
configure_host() { # NAME APP
  ssh-keygen -q -t ed25519 -N '' -C "ci@$2" -f "$root/key"
  printf 'ci@%s namespaces="release.v1@pointsman" %s\n' "$2" "$(cut -d' ' -f1,2 "$root/key.pub")" >"$root/etc/allowed_signers"
  cat >"$root/etc/agent.toml" <<TOML
name = "$1"
root = "$root/state"
run = "$root/run"
# A trial may lie on whatever /tmp is; a host that has to survive a crash needs ext4, xfs or btrfs.
store.allow_filesystem = "any"
[trust]
allowed_signers = "allowed_signers"
TOML
}

free_port() {
  node -e 'const s = require("node:net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })'
}

# Packs and signs a tree.
bundle() { # APP RELEASE SEQUENCE TREE [OPTIONS OF pack]
  local app=$1 release=$2 sequence=$3 tree=$4
  shift 4
  "$POINTSMAN" pack --app "$app" --release "$release" --sequence "$sequence" --env prod "$@" \
    --output "$root/bundles/$release" "$tree" || return 1
  "$POINTSMAN" sign --key "$root/key" "$root/bundles/$release"
}

ask() { node "$REPOSITORY/packaging/lib/control.mjs" --socket "$POINTSMAN_SOCKET" "$@"; }

start_agent() {
  "$POINTSMAN" agent --config "$root/etc/agent.toml" >>"$root/agent.log" 2>&1 </dev/null &
  agent=$!
  disown "$agent" # Its death is reported by what follows, not by the shell.
  echo "$agent" >"$root/agent.pid"
  local waiting
  ask --limit 30 ready &
  waiting=$!
  while alive "$waiting"; do
    if ! alive "$agent"; then
      kill "$waiting" 2>/dev/null || true
      warn "the agent ended instead of starting. Its last lines:"
      tail -n 20 -- "$root/agent.log" >&2
      return 1
    fi
    sleep 0.1
  done
  wait "$waiting"
}

# Returns once the first request was answered.
start_load() { # OPTIONS OF load.mjs
  node "$REPOSITORY/packaging/load/load.mjs" --json "$root/load.json" --status "$root/load-status.json" "$@" \
    >"$root/load.log" 2>&1 </dev/null &
  load=$!
  echo "$load" >"$root/load.pid"
  local end=$(($(now_ms) + 15000))
  until [[ -s $root/load-status.json ]] && (($(node "$REPOSITORY/packaging/lib/control.mjs" field requests <"$root/load-status.json") > 0)); do
    alive "$load" || { cat "$root/load.log" >&2; return 1; }
    (($(now_ms) < end)) || { warn "the load client made no request in 15 s"; return 1; }
    sleep 0.2
  done
}

# What failed is in its report.
stop_load() {
  alive "$load" || { warn "the load client had ended before it was told to"; cat "$root/load.log" >&2; return 1; }
  kill -TERM "$load"
  wait "$load" || true
  [[ -s $root/load.json ]]
}
