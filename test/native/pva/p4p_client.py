"""A p4p client of the test's server: does what each line of stdin says, answers in JSON lines."""

import json
import sys

import numpy
from p4p import Value
from p4p.client.thread import Context, RemoteError
from p4p.nt import NTURI

TIMEOUT = 300
context = Context("pva", nt=False)


def plain(value):
    if isinstance(value, Value):
        result = {name: plain(value[name]) for name in value.keys()}
        if value.getID() not in ("", "structure"):
            result["_id"] = value.getID()
        return result
    if isinstance(value, numpy.ndarray):
        return {"dtype": str(value.dtype), "list": value.tolist()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value


def monitor(name, count):
    import queue

    updates = queue.Queue()
    with context.monitor(name, updates.put, notify_disconnect=False):
        print("monitoring", flush=True)
        return [plain(updates.get(timeout=TIMEOUT)) for _ in range(count)]


def rpc(name, types, arguments):
    return plain(
        context.rpc(
            name,
            NTURI([tuple(item) for item in types]).wrap(name, kws=arguments),
            timeout=TIMEOUT,
        )
    )


COMMANDS = {
    "get": lambda name: plain(context.get(name, timeout=TIMEOUT)),
    "type": lambda name: repr(context.get(name, timeout=TIMEOUT).type()),
    "put": lambda name, value: context.put(name, value, wait=True, timeout=TIMEOUT),
    "monitor": monitor,
    "rpc": rpc,
}

for line in sys.stdin:
    command, *arguments = json.loads(line)
    try:
        answer = {"result": COMMANDS[command](*arguments)}
    except RemoteError as error:
        answer = {"remoteError": str(error)}
    except Exception as error:  # the test shows it
        answer = {"error": repr(error)}
    print("answer", json.dumps(answer), flush=True)
