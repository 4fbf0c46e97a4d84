# shellcheck shell=bash disable=SC2034
quick=false
page=/

# The compiler, a native program of 130 MB, is needed for this only, so it stays out of the release.
build_release() { # TREE
  (cd -- "$1" && NEXT_TELEMETRY_DISABLED=1 node node_modules/next/dist/bin/next build) || return 1
  rm -rf -- "$1/.next/cache" "$1"/node_modules/@next/swc-*
}
