"""caproto with asyncio putters. Channel Access only."""

import asyncio
import sys
import threading
import time

from caproto.server import PVGroup, pvproperty, run
from commands import lines, reply

prefix, count = sys.argv[1], int(sys.argv[2])


async def accept(_group, _instance, _value):
    pass


members = {}
for i in range(count):
    members[f"set{i}"] = pvproperty(value=0.0, name=f"set{i}", put=accept)
    members[f"get{i}"] = pvproperty(value=0.0, name=f"get{i}")
group = type("Bench", (PVGroup,), members)(prefix=f"{prefix}:")
readbacks = [getattr(group, f"get{i}") for i in range(count)]


async def publish(total):
    started = time.perf_counter()
    for i in range(total):
        await readbacks[i % count].write(float(i))
    reply(publishedPerSecond=total / (time.perf_counter() - started))


async def storm(seconds):
    end = time.perf_counter() + seconds
    value = 0.0
    while time.perf_counter() < end:
        value += 1
        for readback in readbacks:
            await readback.write(value)
        await asyncio.sleep(0)
    reply(posted=value * count, last=value)


async def startup(_async_lib):
    loop = asyncio.get_running_loop()

    def obey():
        for word, number in lines():
            work = publish(int(number)) if word == "publish" else storm(number)
            asyncio.run_coroutine_threadsafe(work, loop)

    threading.Thread(target=obey, daemon=True).start()
    reply(ready=True)


run(group.pvdb, interfaces=["127.0.0.1"], log_pv_names=False, startup_hook=startup)
