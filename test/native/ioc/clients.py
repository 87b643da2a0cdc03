"""Real EPICS clients for the tests of the IOC: commands and answers are lines of JSON on stdin and stdout."""

import ctypes
import json
import sys
import threading
import time

import epics
from epics import dbr
from p4p.client.raw import RemoteError
from p4p.client.thread import Context

TIMEOUT = 300.0
libca = epics.ca.initialize_libca()
CALLBACK = ctypes.CFUNCTYPE(None, dbr.event_handler_args)
OUTPUT = threading.Lock()
CHANNELS = {}
CONTEXTS = threading.local()


def emit(message):
    with OUTPUT:
        print(json.dumps(message, default=plain), flush=True)


def plain(value):
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, bytes):
        return value.decode()
    return str(value)


def channel(name):
    """One CA channel a name, and a circuit of its own for put callbacks."""
    if name not in CHANNELS:
        found = epics.ca.create_channel("t:" + name, connect=False)
        if not epics.ca.connect_channel(found, timeout=TIMEOUT):
            raise TimeoutError(f"t:{name} doesn't connect over CA")
        CHANNELS[name] = found
    return CHANNELS[name]


def ca_get(name):
    return epics.ca.get(channel(name), as_string=False, timeout=TIMEOUT)


def ca_get_text(name):
    return epics.ca.get(channel(name), as_string=True, timeout=TIMEOUT)


def ca_alarm(name):
    found = channel(name)
    data = epics.ca.get_with_metadata(
        found, ftype=epics.ca.promote_type(found, use_time=True), timeout=TIMEOUT
    )
    return {
        "severity": data["severity"],
        "status": data["status"],
        "time": data["timestamp"],
    }


def ca_put(name, value):
    """Without completion; flushed, and known to have reached the server when the answer to a get is back."""
    status = epics.ca.put(channel(name), value, wait=False)
    epics.ca.get(channel(name), timeout=TIMEOUT)
    return status


def ca_put_wait(name, value, timeout=TIMEOUT):
    """The status of the answer, which pyepics hides: 1 for ECA_NORMAL, 160 for ECA_PUTFAIL, None for no answer."""
    answer = {}
    found = channel(name)
    started = time.monotonic()

    def on_done(args):
        answer["status"] = args.status

    callback = CALLBACK(on_done)
    ftype, data, count = encode(found, value)
    libca.ca_array_put_callback(
        ctypes.c_long(ftype),
        ctypes.c_ulong(count),
        found,
        data,
        callback,
        ctypes.py_object(None),
    )
    epics.ca.flush_io()
    while "status" not in answer and time.monotonic() - started < timeout:
        epics.ca.poll()
    return {"status": answer.get("status"), "seconds": time.monotonic() - started}


def encode(found, value):
    ftype = epics.ca.field_type(found)
    if ftype == dbr.CHAR and isinstance(value, str):
        encoded = value.encode()
        return ftype, ctypes.create_string_buffer(encoded), len(encoded) + 1
    if isinstance(value, str):
        return dbr.STRING, ctypes.create_string_buffer(value.encode(), 40), 1
    values = value if isinstance(value, list) else [value]
    return ftype, (dbr.Map[ftype] * len(values))(*values), len(values)


def pva():
    if not hasattr(CONTEXTS, "pva"):
        CONTEXTS.pva = Context("pva")
    return CONTEXTS.pva


def pva_get(name):
    structure = pva().get("t:" + name, timeout=TIMEOUT).raw.todict()
    return {key: structure[key] for key in ("value", "alarm", "timeStamp")}


def pva_put(name, value):
    pva().put("t:" + name, value, timeout=TIMEOUT)


def pva_put_wait(name, value, timeout=TIMEOUT):
    started = time.monotonic()
    try:
        pva().put("t:" + name, value, wait=True, timeout=timeout)
        return {"status": 1, "seconds": time.monotonic() - started}
    except RemoteError as error:
        return {
            "status": 0,
            "message": str(error),
            "seconds": time.monotonic() - started,
        }


def pva_put_unprocessed(name, value):
    pva().put("t:" + name, value, request="record[process=false]", timeout=TIMEOUT)


def pva_put_many(name, count):
    for value in range(count):
        pva().put("t:" + name, value, wait=True, timeout=TIMEOUT)


def ca_put_many(name, count):
    for value in range(count):
        epics.ca.put(channel(name), value, wait=True, timeout=TIMEOUT)


def ca_monitor(name, ftype=None):
    """Every update becomes an event; asked for as another type than its own if one is given."""

    def on_update(value=None, severity=None, **rest):
        emit({"event": "update", "name": name, "value": value, "severity": severity})

    reference = epics.ca.create_subscription(
        channel(name), use_time=True, ftype=ftype, callback=on_update
    )
    MONITORS.append(reference)


def ca_monitor_text(name):
    ca_monitor(name, dbr.STRING)


def pva_monitor(name):
    """Severity and message of every update become an event."""

    def on_update(value):
        if isinstance(value, Exception):
            return
        alarm = value.raw.alarm
        emit(
            {
                "event": "pvaUpdate",
                "name": name,
                "severity": alarm.severity,
                "message": alarm.message,
            }
        )

    MONITORS.append(pva().monitor("t:" + name, on_update))


MONITORS = []
METHODS = {
    "caGet": ca_get,
    "caGetText": ca_get_text,
    "caAlarm": ca_alarm,
    "caPut": ca_put,
    "caPutWait": ca_put_wait,
    "caPutMany": ca_put_many,
    "caMonitor": ca_monitor,
    "caMonitorText": ca_monitor_text,
    "pvaGet": pva_get,
    "pvaMonitor": pva_monitor,
    "pvaPut": pva_put,
    "pvaPutUnprocessed": pva_put_unprocessed,
    "pvaPutWait": pva_put_wait,
    "pvaPutMany": pva_put_many,
}
#: CA calls from any thread share libca's preemptive context.
CA_CONTEXT = epics.ca.current_context()


def answer(command):
    try:
        if command["method"].startswith("ca"):
            epics.ca.attach_context(CA_CONTEXT)
        emit(
            {
                "id": command["id"],
                "result": METHODS[command["method"]](*command["args"]),
            }
        )
    except Exception as error:  # noqa: BLE001 - the test judges it
        emit(
            {
                "id": command["id"],
                "error": {"message": f"{type(error).__name__}: {error}"},
            }
        )


if __name__ == "__main__":
    emit({"event": "ready"})
    for line in sys.stdin:
        threading.Thread(target=answer, args=(json.loads(line),), daemon=True).start()
