"""Puts commands to a stream and, in turns, to a workflow without an IOC: one line of JSON, medians in microseconds. usage: commands.py SLOT COUNT

``ioc``: a put of SLOT:Command, done when the workflow has acknowledged. ``direct``: the same structures without an IOC, one process
each side: the user puts the command to a server in the workflow, which puts its acknowledgement to a server of the user.
"""

import json
import queue
import statistics
import subprocess
import sys
import time

from p4p import Value
from p4p.client.thread import Context
from p4p.server import Server
from p4p.server.thread import SharedPV

CONTENT = {"command": "prepare", "arguments": "{}"}
SERVER = {
    "EPICS_PVAS_INTF_ADDR_LIST": "127.0.0.1",
    "EPICS_PVAS_SERVER_PORT": "0",
    "EPICS_PVAS_BROADCAST_PORT": "0",
}


def serve(name, like, puts):
    """A server of one object with the type of another one; what is put to it comes out of a queue."""
    with Context("pva", nt=False) as context:
        pv = SharedPV(initial=Value(context.get(like).type(), {}))

    @pv.put
    def take(pv, operation):
        pv.post(operation.value())
        operation.done()
        puts.put(operation.value())

    return Server(providers=[{name: pv}], conf=SERVER, useenv=False)


def port_of(server):
    return server.conf()["EPICS_PVAS_SERVER_PORT"]


def client_of(port):
    servers = {
        "EPICS_PVA_NAME_SERVERS": f"127.0.0.1:{port}",
        "EPICS_PVA_AUTO_ADDR_LIST": "NO",
    }
    return Context("pva", nt=False, useenv=False, conf=servers)


def acknowledge(slot, user_port):
    """The workflow without an IOC."""
    commands = queue.SimpleQueue()
    with serve("direct:command", f"{slot}:Command", commands) as server:
        print(port_of(server), flush=True)
        with client_of(user_port) as user:
            while True:
                answer = {"sequence": commands.get().sequence, "accepted": True}
                user.put("direct:ack", {"streamId": "direct", **answer})


def seconds(act):
    before = time.perf_counter()
    act()
    return time.perf_counter() - before


def measure(slot, count):
    acks = queue.SimpleQueue()
    with serve("direct:ack", f"{slot}:Ack", acks) as server:
        child = [sys.executable, __file__, "acknowledge", slot, str(port_of(server))]
        workflow = subprocess.Popen(child, stdout=subprocess.PIPE, text=True)
        port = workflow.stdout.readline().strip()
        with Context("pva", nt=False) as ioc, client_of(port) as direct:

            def exchange():
                direct.put("direct:command", {**CONTENT, "sequence": 1})
                acks.get()

            both = {
                "ioc": lambda: ioc.put(f"{slot}:Command", CONTENT),
                "direct": exchange,
            }
            turns = [{k: seconds(v) for k, v in both.items()} for _ in range(count)]
            workflow.kill()
            workflow.wait()
    return {k: statistics.median(turn[k] for turn in turns) * 1e6 for k in both}


if sys.argv[1] == "acknowledge":
    acknowledge(*sys.argv[2:])
else:
    print(json.dumps(measure(sys.argv[1], int(sys.argv[2]))))
