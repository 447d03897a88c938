# shellcheck shell=sh Sourced by bin/*, with $root set: puts one of the programs in place of the
# shell, so that signals reach it and its exit code is ours. Anything that the checkout still lacks
# is got first; whether it lacks something is told by file times alone, because a second Node just
# to ask would double the time to start.
launch() {
  entry=$1
  shift
  node=$root/.toolchain/bin/node
  stamp=$root/node_modules/.set-up
  if [ ! -x "$node" ] || [ ! -e "$stamp" ] || [ "$root/pnpm-lock.yaml" -nt "$stamp" ]; then
    if ! command -v node >/dev/null; then
      echo "Node.js is missing: install version 20 or newer with npm, then run this again." >&2
      exit 1
    fi
    node "$root/tools/run.mjs" setup >&2
  fi
  # Half of a start is stripping types and compiling, the same every time. Kept in the checkout:
  # what lies in a folder that all users share, such as Node's own choice in /tmp, anybody could
  # have written.
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$root/node_modules/.cache/node-compile}
  export NODE_COMPILE_CACHE
  exec "$node" "$root/$entry" "$@"
}
