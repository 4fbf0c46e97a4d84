# Starting and ending the quick start's own processes. Every one is ended by its pid, after a look at what it is.
# shellcheck shell=bash

# A zombie that nobody reaps is gone for our purposes.
alive() { # PID
  local stat
  [[ -n ${1:-} ]] || return 1
  { read -r stat <"/proc/$1/stat"; } 2>/dev/null || return 1
  [[ ${stat##*) } != [ZX]* ]]
}

wait_gone() { # PID SECONDS
  local end=$(($(now_ms) + $2 * 1000))
  while alive "$1"; do
    (($(now_ms) < end)) || return 1
    sleep 0.05
  done
}

# TERM, and KILL for what is still there after so many seconds.
end_process() { # PID SECONDS
  alive "$1" || return 0
  kill -TERM "$1" 2>/dev/null || true
  wait_gone "$1" "$2" && return 0
  kill -KILL "$1" 2>/dev/null || true
  wait_gone "$1" 5 || warn "process $1 does not end"
}

# Pids of this user's processes that run in a folder below DIR: workers run in the folder of their release.
processes_below() { # DIR
  local link cwd pid
  for link in /proc/[0-9]*/cwd; do
    cwd=$(readlink -- "$link" 2>/dev/null) || continue
    if [[ $cwd == "$1"/* ]]; then
      pid=${link#/proc/}
      echo "${pid%/cwd}"
    fi
  done
}

# The pid in FILE, if that process still names DIR on its command line: a pid alone may be somebody else's by now.
recorded_pid() { # FILE DIR
  local pid
  [[ -r $1 ]] || return 0
  pid=$(<"$1")
  if alive "$pid" && tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF -- "$2"; then echo "$pid"; fi
}

end_agent_of() { # ROOT
  local pid
  pid=$(recorded_pid "$1/agent.pid" "$1")
  [[ -z $pid ]] || end_process "$pid" 15
}

# Ends the load, the agent, then all workers at once, and removes the folder.
remove_root() { # ROOT
  local pid
  local -a workers
  pid=$(recorded_pid "$1/load.pid" "$1")
  [[ -z $pid ]] || end_process "$pid" 0 # Told to stop it would first make the requests that it still owes.
  end_agent_of "$1"
  mapfile -t workers < <(processes_below "$1")
  for pid in ${workers[@]+"${workers[@]}"}; do kill -TERM "$pid" 2>/dev/null || true; done
  for pid in ${workers[@]+"${workers[@]}"}; do end_process "$pid" 12; done
  rm -rf -- "$1"
}
