"""What the scripts of the devices share: checks that print one JSON line each, and a RunEngine that is quiet."""

import json
import logging
import threading

from bluesky import RunEngine

from dm_ioc import Dm

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


def values(device):
    """What goes into the run, by the names of the signals."""
    device.wait_for_connection(timeout=60)
    return {
        key.removeprefix(f"{device.name}_"): reading["value"]
        for key, reading in device.read().items()
    }


class Until:
    """Waits for a monitored value, not for a time."""

    def __init__(self, signal, is_so):
        self._is_so, self._there = is_so, threading.Event()
        self._signal = signal
        self._token = signal.subscribe(self._look, run=True)

    def _look(self, *, value, **_rest):
        if self._is_so(value):
            self._there.set()

    def wait(self):
        self._there.wait()
        self._signal.unsubscribe(self._token)


def until(signal, wanted):
    Until(signal, lambda value: value == wanted).wait()


def in_thread(work):
    """Runs beside the plan, which has the main thread."""
    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    return thread


def connected(name="dm"):
    return Dm("dm:", name=name)
