#!/usr/bin/python3
"""Takes results, each of them until it is acknowledged; start it again at any time.

  READER_URL=redis://reader:…@127.0.0.1:6379 python3 examples/push/results.py

Needs redis-py: python3-redis (Debian), or redis (PyPI).
"""
import json
import os
import socket

from redis import Redis, ResponseError

STREAM = "{libby}:results"
GROUP = "billing"  # who shares the results; another group gets all of them as well
CONSUMER = socket.gethostname()  # one of those who share them, always by the same name

reader = Redis.from_url(os.environ["READER_URL"], decode_responses=True)


def join():
    try:
        reader.xgroup_create(STREAM, GROUP, id="0", mkstream=True)  # from the first result there is
    except ResponseError as error:
        if not str(error).startswith("BUSYGROUP"):  # it is there already
            raise


def handle(result):
    """May be given the same result twice, if this ended before it was acknowledged: `callId` and `revision` tell."""
    print(result.get("externalId"), result["outcome"], result["reason"], flush=True)


join()
after = "0"
while True:
    # After 0: what this consumer took before and did not acknowledge. After >: what nobody has taken.
    reply = reader.xreadgroup(GROUP, CONSUMER, {STREAM: after}, count=100, block=1000)
    entries = reply[0][1] if reply else []
    for entry, fields in entries:
        if fields:  # none of a result that was erased in the meantime
            handle(json.loads(fields["result"]))
        reader.xack(STREAM, GROUP, entry)
    if not entries:
        after = ">" if after == "0" else "0"
