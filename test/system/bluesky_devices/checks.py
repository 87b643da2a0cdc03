"""What the scripts of the devices share: checks that print one JSON line each, and a RunEngine that is quiet.

The devices are those of ophyd, or, as the variable DM_DEVICES says, of ophyd-async over ``pva`` or ``ca``.
"""

import json
import logging
import os
import threading

import bluesky.plan_stubs as bps
from bluesky import RunEngine
from bluesky.run_engine import call_in_bluesky_event_loop

DEVICES = os.environ.get("DM_DEVICES", "ophyd")

JOB_INPUT = "/etc/hostname"


def check(name, ok, detail=""):
    print(json.dumps({"name": name, "ok": bool(ok), "detail": str(detail)}), flush=True)


def engine():
    """Without tracebacks of what is meant to fail."""
    logging.getLogger("bluesky").setLevel(logging.CRITICAL)
    return RunEngine({}, context_managers=[])


def failure(RE, plan):
    """The text of the exception that ends a plan; empty: it ended well."""
    try:
        RE(plan)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return ""


def short_job(RE, workflow, n):
    """The id of a job that was given ``n``, or why it has failed. It takes longer than an Abort that is under way."""
    args = {"n": n}
    plan = bps.abs_set(workflow, "unhurried", file_path=JOB_INPUT, args=args, wait=True)
    return failure(RE, plan).replace("\n", " ") or workflow.own_id


def in_loop(work):
    """Does it where ophyd-async wants to be called, and returns what it returns."""

    async def call():
        result = work()
        return await result if hasattr(result, "send") else result

    return call_in_bluesky_event_loop(call())


def begun(begin):
    """The status that ``begin`` returns, outside of a plan."""
    return begin() if DEVICES == "ophyd" else in_loop(begin)


def ended(status):
    """Waits for its end. :returns: why it has failed, None: it hasn't"""
    done = threading.Event()
    begun(lambda: status.add_callback(lambda _: done.set()))
    done.wait()
    return status.exception(timeout=0)


def value(signal):
    """What it is now."""
    if DEVICES == "ophyd":
        return signal.get()
    return in_loop(lambda: signal.get_value(cached=False))


def values(device):
    """What goes into the run, by the names of the signals."""
    if DEVICES == "ophyd":
        device.wait_for_connection(timeout=60)
        readings = device.read()
    else:
        readings = in_loop(device.read)
    return {
        key.removeprefix(f"{device.name}_"): reading["value"]
        for key, reading in readings.items()
    }


class Until:
    """Waits for a monitored value, not for a time."""

    def __init__(self, signal, is_so):
        self._is_so, self._there = is_so, threading.Event()
        self._signal = signal
        if DEVICES == "ophyd":
            self._token = signal.subscribe(self._look, run=True)
        else:
            in_loop(lambda: signal.subscribe_reading(self._look_at))

    def _look(self, *, value, **_rest):
        if self._is_so(value):
            self._there.set()

    def _look_at(self, readings):
        self._look(value=readings[self._signal.name]["value"])

    def wait(self):
        self._there.wait()
        if DEVICES == "ophyd":
            self._signal.unsubscribe(self._token)
        else:
            in_loop(lambda: self._signal.clear_sub(self._look_at))


def until(signal, wanted):
    Until(signal, lambda value: value == wanted).wait()


def in_thread(work):
    """Runs beside the plan, which has the main thread."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def connected(name="dm"):
    """After ``engine``, whose event loop it connects in."""
    if DEVICES == "ophyd":
        from dm_ioc import Dm

        return Dm("dm:", name=name)
    from dm_ioc.async_devices import Dm

    dm = Dm(f"{DEVICES}://dm:", name=name)
    in_loop(lambda: dm.connect(timeout=60))
    return dm
