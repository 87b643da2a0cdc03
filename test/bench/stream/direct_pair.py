"""The same exchange between two p4p processes, without an IOC: one line of JSON, microseconds. usage: direct_pair.py put|exchange COUNT

``put``: the workflow serves the command, a put of it completes when its handler has. ``exchange``: the user's side serves command and
acknowledgement, the workflow follows the one and puts the other.
"""

import json
import queue
import statistics
import subprocess
import sys
import time
from os import environ

from p4p import Type, Value
from p4p.client.thread import Context
from p4p.server import Server
from p4p.server.thread import SharedPV

COMMAND = Type(
    [("streamId", "s"), ("sequence", "l"), ("command", "s"), ("arguments", "s")]
)
ACK = Type([("streamId", "s"), ("sequence", "l"), ("accepted", "?"), ("message", "s")])
CONTENT = {"streamId": "direct", "command": "prepare", "arguments": "{}"}
PORT_VARIABLES = ("EPICS_PVA_NAME_SERVERS", "EPICS_PVA_AUTO_ADDR_LIST")
SERVER = {
    "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
    "EPICS_PVAS_SERVER_PORT": "0",
    "EPICS_PVAS_BROADCAST_PORT": "0",
}


def client_of(port):
    return Context(
        "pva",
        nt=False,
        useenv=False,
        conf={
            "EPICS_PVA_NAME_SERVERS": f"127.0.0.1:{port}",
            "EPICS_PVA_AUTO_ADDR_LIST": "NO",
        },
    )


def serve(pvs):
    return Server(providers=[pvs], conf=SERVER, useenv=False)


def port_of(server):
    return int(server.conf()["EPICS_PVAS_SERVER_PORT"])


def answer_puts():
    pv = SharedPV(initial=Value(COMMAND, {}))

    @pv.put
    def take(pv, operation):
        pv.post(operation.value())
        operation.done()

    with serve({"direct:command": pv}) as server:
        print(port_of(server), flush=True)
        sys.stdin.read()


def follow_commands(port):
    updates = queue.SimpleQueue()
    with client_of(port) as context:
        subscription = context.monitor("direct:command", updates.put)
        while True:
            sequence = updates.get().sequence
            if sequence == 0:
                print("connected", flush=True)
                continue
            if sequence < 0:
                subscription.close()
                return
            context.put(
                "direct:ack",
                {"streamId": "direct", "sequence": sequence, "accepted": True},
            )


def child(*arguments):
    return subprocess.Popen(
        [sys.executable, __file__, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env={k: v for k, v in environ.items() if k not in PORT_VARIABLES},
    )


def times_of(count, act):
    times = []
    for turn in range(-20, count):
        before = time.perf_counter()
        act(turn + 21)
        if turn >= 0:
            times.append(time.perf_counter() - before)
    return statistics.median(times) * 1e6


def measure_puts(count):
    with child("answer") as workflow:
        port = int(workflow.stdout.readline())
        with client_of(port) as context:
            us = times_of(
                count,
                lambda turn: context.put(
                    "direct:command", {**CONTENT, "sequence": turn}
                ),
            )
        workflow.stdin.close()
    return us


def measure_exchange(count):
    answers = queue.SimpleQueue()
    command = SharedPV(initial=Value(COMMAND, {}))
    ack = SharedPV(initial=Value(ACK, {}))

    @ack.put
    def take(pv, operation):
        pv.post(operation.value())
        operation.done()
        answers.put(None)

    with serve({"direct:command": command, "direct:ack": ack}) as server:
        with child("follow", str(port_of(server))) as workflow:
            workflow.stdout.readline()

            def exchange(turn):
                command.post(Value(COMMAND, {**CONTENT, "sequence": turn}))
                answers.get()

            us = times_of(count, exchange)
            command.post(Value(COMMAND, {"sequence": -1}))
    return us


if sys.argv[1] == "answer":
    answer_puts()
elif sys.argv[1] == "follow":
    follow_commands(int(sys.argv[2]))
else:
    measure = measure_puts if sys.argv[1] == "put" else measure_exchange
    print(json.dumps({"us": measure(int(sys.argv[2]))}))
