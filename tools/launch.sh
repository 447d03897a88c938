# shellcheck shell=sh Sourced by bin/*, with $root set: puts one of the programs in place of the
# shell, so that signals reach it and its exit code is ours.
#
# The program is run as it was built. Where it cannot be, as in a checkout that one may only read,
# its sources are: that is slower to start, and the same program.
launch() {
  name=$1
  source=$2
  shift 2
  set_up
  entry=dist/$name.js
  build_programs || entry=$source
  # Half of a start is stripping types and compiling, the same every time. Kept in the checkout:
  # what lies in a folder that all users share, such as Node's own choice in /tmp, anybody could
  # have written.
  NODE_COMPILE_CACHE=${NODE_COMPILE_CACHE-$root/node_modules/.cache/node-compile}
  export NODE_COMPILE_CACHE
  # What the program asks of Node stands behind that word in its first line.
  read -r first_line <"$root/$entry" || true
  case $first_line in '#!'*' node '*) options=${first_line#* node } ;; *) options= ;; esac
  # shellcheck disable=SC2086 several options are several words
  exec "$node" $options "$root/$entry" "$@"
}

# Gets first what the checkout still lacks; whether it lacks something is told by file times alone,
# because a second Node just to ask would double the time to start.
set_up() {
  node=$root/.toolchain/bin/node
  stamp=$root/node_modules/.set-up
  if [ -x "$node" ] && [ -e "$stamp" ] && [ ! "$root/pnpm-lock.yaml" -nt "$stamp" ]; then return; fi
  if ! command -v node >/dev/null; then
    echo "Node.js is missing: install version 20 or newer with npm, then run this again." >&2
    exit 1
  fi
  node "$root/tools/run.mjs" setup >&2
}

build_programs() {
  built=$root/dist/.built-from
  if [ -e "$built" ] && [ -z "$(newer_sources)" ]; then return; fi
  "$node" "$root/tools/run.mjs" programs >&2
}

newer_sources() {
  find "$root"/apps/*/src "$root"/packages/*/src "$root/pnpm-lock.yaml" "$root/tools/bundle.mjs" \
    -newer "$built" ! -name '*.test.ts' -type f
}

# Builds the console's page where it is missing, or older than its sources by file times. The API
# needs none of it, and is served whatever becomes of this.
build_page() {
  set_up
  page=$root/apps/console/page
  built=$page/dist/.built-from
  if [ -e "$built" ] && [ -z "$(newer_page_sources)" ]; then return; fi
  if "$node" "$root/tools/run.mjs" page >&2; then return; fi
  echo "The API is served; the page is not, or as it was. To build it: node tools/run.mjs page" >&2
}

newer_page_sources() {
  find "$page/src" "$page/public" "$page/index.html" "$page/vite.config.ts" \
    "$root/packages/api-client/src" "$root/pnpm-lock.yaml" -newer "$built"
}
