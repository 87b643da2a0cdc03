"""A p4p server for the test's client, on ports of its own; it serves until stdin ends."""

import json
import sys
import time

import numpy
from p4p import Type, Value
from p4p.nt import NTEnum, NTNDArray, NTScalar, NTTable
from p4p.server import Server, StaticProvider
from p4p.server.thread import SharedPV

provider = StaticProvider("test")


def serve(name, **options):
    pv = SharedPV(**options)
    provider.add(name, pv)

    @pv.put
    def put(pv, op):
        value = op.value()
        raw = getattr(value, "raw", value)
        if isinstance(raw, Value) and "value" in raw.keys() and raw["value"] == -1:
            op.done(error="minus one is refused")
            return
        pv.post(value, timestamp=time.time()) if "nt" in options else pv.post(value)
        op.done()

    return pv


serve(
    "p4p:double",
    nt=NTScalar("d", display=True, control=True, valueAlarm=True),
    initial=1.5,
)
serve("p4p:long", nt=NTScalar("l"), initial=2**62 + 1)
serve("p4p:ulong", nt=NTScalar("L"), initial=2**63 + 1)
serve("p4p:string", nt=NTScalar("s"), initial="grün")
serve("p4p:bool", nt=NTScalar("?"), initial=True)
serve("p4p:doubles", nt=NTScalar("ad"), initial=numpy.arange(3.0))
serve("p4p:strings", nt=NTScalar("as"), initial=["a", "b"])
serve("p4p:enum", nt=NTEnum(), initial={"index": 1, "choices": ["Off", "On"]})
table = NTTable([("id", "s"), ("n", "i")])
serve("p4p:table", nt=table, initial=[{"id": "x", "n": 1}, {"id": "y", "n": 2}])
serve("p4p:image", nt=NTNDArray(), initial=numpy.arange(6, dtype="u2").reshape(2, 3))
free = Type(
    [
        ("u", ("U", None, [("i", "i"), ("s", "s")])),
        ("any", "v"),
        ("rows", ("aS", None, [("x", "B")])),
    ]
)
serve(
    "p4p:free",
    initial=Value(free, {"u": ("s", "text"), "any": 5, "rows": [{"x": 1}, {"x": 2}]}),
)

rpc = SharedPV()
provider.add("p4p:rpc", rpc)


@rpc.rpc
def call(pv, op):
    query = op.value().query
    if query.get("fail"):
        op.done(error="failed as asked")
    else:
        op.done(NTScalar("d").wrap(query.a + query.b))


with Server(providers=[provider], isolate=True) as server:
    conf = server.conf()
    settings = {
        "EPICS_PVA_ADDR_LIST": "127.0.0.1",
        "EPICS_PVA_AUTO_ADDR_LIST": "NO",
        "EPICS_PVA_BROADCAST_PORT": conf["EPICS_PVAS_BROADCAST_PORT"],
        "EPICS_PVA_SERVER_PORT": conf["EPICS_PVAS_SERVER_PORT"],
    }
    print("settings", json.dumps(settings), flush=True)
    sys.stdin.read()
