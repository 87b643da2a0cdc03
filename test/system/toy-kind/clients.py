"""Looks at the toy kind with pyepics and p4p. Usage: python clients.py first|second

Prints one JSON line for each check: {"name": ..., "ok": ..., "detail": ...}. The IOC is found by the EPICS_* variables.
"""

import json
import sys

import epics
from p4p.client.thread import Context, RemoteError
from p4p.nt import NTURI

PATIENTLY = {"timeout": 300, "connection_timeout": 300}


def check(name, ok, detail=""):
    print(json.dumps({"name": name, "ok": bool(ok), "detail": str(detail)}))


def get(pv):
    return epics.caget(f"dm:{pv}", use_monitor=False, **PATIENTLY)


def put(pv, value):
    epics.caput(f"dm:{pv}", value, wait=True, **PATIENTLY)


pva = Context("pva")
echo = NTURI([("id", "s")])

if sys.argv[1] == "first":
    put("Toy2:Target", 7)
    put("Toy2:Label", "seven")
    check("a setpoint is read back", get("Toy2:Target") == 7, get("Toy2:Target"))
    put("Toy2:Target", 1000)
    check(
        "a bad put is refused",
        "out of range" in get("Toy2:Target.AMSG"),
        get("Toy2:Target.AMSG"),
    )
    put("Toy2:Target", 7)
    put("Toy2:Run", 1)
    check("a command ends at its end", get("Toy2:Count") == 7, get("Toy2:Count"))
    pva.put("dm:Toy1:Run", 1, request="record[block=true]", timeout=300)
    check("over PVAccess too", pva.get("dm:Toy1:Count", timeout=300) == 3)
    check("objects are counted", get("Toy:NDone") == 2, get("Toy:NDone"))
    try:
        pva.get("dm:Toy3:Run", timeout=0.5)
        check("there are as many slots as configured", False)
    except TimeoutError:
        check("there are as many slots as configured", True)
    table = pva.get("dm:Toy:Table", timeout=300).value
    check(
        "the table shows the objects", sorted(table.id) == ["/3", "seven/7"], table.id
    )
    steps = pva.get("dm:Toy2:Steps", timeout=300).value
    check("a slot has its own table", len(steps.step) == 7, steps.step)
    top = pva.get("dm:PVI", timeout=300).value
    check("PVI leads to the kind", top.toy.d == "dm:Toy:PVI", top)
    slot = pva.get("dm:Toy2:PVI", timeout=300).value
    check("and to what a slot has", slot.run.x == "dm:Toy2:Run", slot)
    check("readback and setpoint are one", slot.label.r == "dm:Toy2:Label_RBV", slot)
    call = echo.wrap("dm:rpc:echoToy", kws={"id": "x/2"})
    check(
        "a call is served", pva.rpc("dm:rpc:echoToy", call, timeout=300)["count"] == 2
    )
    try:
        wrong = echo.wrap("dm:rpc:echoToy", kws={"id": ""})
        pva.rpc("dm:rpc:echoToy", wrong, timeout=300)
        check("and checks its arguments", False)
    except RemoteError as error:
        check("and checks its arguments", "id" in str(error), error)
else:
    check("a number is kept", get("Toy2:Target") == 7, get("Toy2:Target"))
    label = pva.get("dm:Toy2:Label", timeout=300)
    check("a text is kept", label == "seven", label)
    check(
        "what the slot holds is kept", pva.get("dm:Toy2:Id", timeout=300) == "seven/7"
    )
    check("and is read again", get("Toy2:Count") == 7, get("Toy2:Count"))
    check("the other slot too", get("Toy1:Count") == 3, get("Toy1:Count"))
