"""pythonSoftIOC with blocking asyncio handlers."""

import asyncio
import sys
import time

from commands import lines, publish, reply, storm_round
from softioc import asyncio_dispatcher, builder, softioc

prefix, count = sys.argv[1], int(sys.argv[2])


async def accept(_value):
    pass


dispatcher = asyncio_dispatcher.AsyncioDispatcher()
builder.SetDeviceName(prefix)
builder.SetBlocking(True)
for i in range(count):
    builder.aOut(f"set{i}", on_update=accept, always_update=True)
setters = [builder.aIn(f"get{i}").set for i in range(count)]
builder.LoadDatabase()
softioc.iocInit(dispatcher)
reply(ready=True)


async def storm(seconds):
    end = time.perf_counter() + seconds
    value = 0.0
    while time.perf_counter() < end:
        value += 1
        storm_round(setters, value)
        await asyncio.sleep(0)
    return value


for word, number in lines():
    if word == "publish":
        publish(setters, int(number))
    elif word == "storm":
        last = asyncio.run_coroutine_threadsafe(storm(number), dispatcher.loop).result()
        reply(posted=last * count, last=last)
