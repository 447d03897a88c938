#!/usr/bin/python3
"""Pushes a call, and says what became of it in the inbox: `queued orders <callId>`, or `rejected <code>`.

  PRODUCER_URL=redis://producer:…@127.0.0.1:6379 READER_URL=redis://reader:…@127.0.0.1:6379 \
    python3 examples/push/push.py order-4711 Ada +15055550123

Needs redis-py: python3-redis (Debian), or redis (PyPI).
"""
import json
import os
import sys
import time
from datetime import datetime, timezone

from redis import Redis

producer = Redis.from_url(os.environ["PRODUCER_URL"], decode_responses=True)
reader = Redis.from_url(os.environ["READER_URL"], decode_responses=True)


def push(campaign, call):
    """Not sure whether it arrived? Push it again: the same externalId is called once."""
    return producer.xadd("{libby}:inbox", {"campaign": campaign, "call": json.dumps(call)})


def fate(entry, within_seconds=10):
    # The fates of a day are a hash, named after the UTC day of their entries; an entry's id begins with its milliseconds.
    day = datetime.fromtimestamp(int(entry.split("-")[0]) / 1000, timezone.utc).date()
    give_up_at = time.monotonic() + within_seconds
    while time.monotonic() < give_up_at:
        text = reader.hget(f"{{libby}}:inbox:fates:{day}", entry)
        if text is not None:
            return text
        time.sleep(0.1)
    sys.exit(f"{entry} waits for a daemon (enqueuer serve)")


if __name__ == "__main__":
    external_id, name, number = sys.argv[1:]
    entry = push("orders", {"externalId": external_id, "name": name, "toPhoneNumber": number})
    print(entry, fate(entry))
