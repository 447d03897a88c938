#!/bin/sh
# Pushes a call, and says what became of it in the inbox: `queued orders <callId>`, or `rejected
# <code>`.
#
#   PRODUCER_URL=redis://producer:…@127.0.0.1:6379 READER_URL=redis://reader:…@127.0.0.1:6379 \
#     sh examples/push/push.sh \
#       '{"externalId": "order-4711", "name": "Ada", "toPhoneNumber": "+15055550123"}'
set -eu

# Not sure whether it arrived? Push it again: the same externalId is called once.
entry=$(redis-cli -u "$PRODUCER_URL" --no-auth-warning -e XADD '{libby}:inbox' '*' campaign orders call "$1")

# The fates of a day are a hash, named after the UTC day of their entries; an entry's id begins with
# its milliseconds.
day=$(date -u -d "@$((${entry%-*} / 1000))" +%F)
for _ in $(seq 100); do
  fate=$(redis-cli -u "$READER_URL" --no-auth-warning -e HGET "{libby}:inbox:fates:$day" "$entry")
  [ -n "$fate" ] && echo "$entry $fate" && exit
  sleep 0.1
done
echo "$entry waits for a daemon (enqueuer serve)" >&2
exit 1
