# npm packages of a folder: installed once per lock file.
# shellcheck shell=bash

# Installs FOLDER/node_modules unless they are there for this lock file and this Node.
npm_dependencies() { # FOLDER
  local folder=$1 wanted
  wanted=$(sha256sum <"$folder/package-lock.json")$(node -p 'process.platform + process.arch + process.versions.modules')
  if [[ -r $folder/node_modules/.installed-for && $(<"$folder/node_modules/.installed-for") == "$wanted" ]]; then return 0; fi
  (cd -- "$folder" && npm ci --no-audit --no-fund --prefer-offline) || {
    warn "npm could not install what $folder/package-lock.json names (see above); the first time it needs its registry"
    return 1
  }
  printf '%s\n' "$wanted" >"$folder/node_modules/.installed-for"
}
