#!/bin/sh
# Takes results, one JSON record a line, each of them until it is acknowledged; start it again at
# any time.
#
#   READER_URL=redis://reader:…@127.0.0.1:6379 sh examples/push/results.sh
set -eu
stream='{libby}:results'
group=billing            # who shares the results; another group gets all of them as well
consumer=$(hostname)     # one of those who share them, always by the same name

redis() {
  redis-cli -u "$READER_URL" --no-auth-warning -e "$@"
}

# From the first result there is. That the group is there already is no error.
redis XGROUP CREATE "$stream" "$group" 0 MKSTREAM 2>&1 | grep -q -e OK -e BUSYGROUP

# Between two results, not in the middle of one.
trap exit INT TERM
from=0
while :; do
  # After 0: what this consumer took before and did not acknowledge. After >: what nobody has taken.
  entry=$(redis XREADGROUP GROUP "$group" "$consumer" COUNT 1 BLOCK 1000 STREAMS "$stream" "$from")
  id=$(printf '%s\n' "$entry" | sed -n 2p)
  if [ -z "$id" ]; then
    [ "$from" = 0 ] && from='>' || from=0
    continue
  fi
  # A line each: stream, id, then field and value in turn.
  printf '%s\n' "$entry" | awk 'NR > 2 && NR % 2 == 1 { field = $0 } NR > 2 && NR % 2 == 0 && field == "result"'
  redis XACK "$stream" "$group" "$id" > /dev/null
done
