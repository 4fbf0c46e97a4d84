# Finds the JDK 25 that the build needs, whatever "java" on the PATH is.
# shellcheck shell=bash

is_jdk25() {
  [[ -n $1 && -x $1/bin/javac && -r $1/release ]] && grep -q '^JAVA_VERSION="25[".]' "$1/release"
}

# Exports JAVA_HOME. Looks at JAVA25_HOME, JAVA_HOME, then where Debian, Temurin and SDKMAN put JDKs.
find_jdk25() {
  local candidate
  for candidate in "${JAVA25_HOME:-}" "${JAVA_HOME:-}" /usr/lib/jvm/*25* /opt/*jdk*25* /opt/java/*25* "${HOME:-/nonexistent}"/.sdkman/candidates/java/25*; do
    if is_jdk25 "$candidate"; then
      JAVA_HOME=$candidate
      export JAVA_HOME
      return 0
    fi
  done
  return 1
}
