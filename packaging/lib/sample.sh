# The sample's npm packages: installed once per lock file.
# shellcheck shell=bash

# Installs packaging/sample/node_modules unless it is there for this lock file and this Node.
sample_dependencies() {
  local sample=$REPOSITORY/packaging/sample wanted
  wanted=$(sha256sum <"$sample/package-lock.json")$(node -p 'process.platform + process.arch + process.versions.modules')
  if [[ -r $sample/node_modules/.installed-for && $(<"$sample/node_modules/.installed-for") == "$wanted" ]]; then return 0; fi
  npm --prefix "$sample" ci --no-audit --no-fund --prefer-offline || {
    warn "npm could not install the sample's dependencies (see above); the first time it needs its registry"
    return 1
  }
  printf '%s\n' "$wanted" >"$sample/node_modules/.installed-for"
}
