"""What the benchmark tells a server on its standard input, and how the server answers: one line of JSON each.

publish N    post N values, round robin over the readbacks, with no client connected
storm S      post all readbacks again and again for S seconds, then say the last value
"""

import json
import sys
import time


def reply(**answer):
    print(json.dumps(answer), flush=True)


def publish(setters, count):
    """Post `count` values as fast as the application can, and say how many a second."""
    size = len(setters)
    started = time.perf_counter()
    for i in range(count):
        setters[i % size](float(i))
    elapsed = time.perf_counter() - started
    reply(publishedPerSecond=count / elapsed)


def storm_round(setters, value):
    for setter in setters:
        setter(value)


def lines():
    """Commands as (word, number), until standard input ends."""
    for line in sys.stdin:
        words = line.split()
        if words:
            yield words[0], float(words[1]) if len(words) > 1 else 0.0
