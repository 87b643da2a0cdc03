"""The main job over Channel Access, as caput -c does it."""

import ctypes
import time

from epics import ca, dbr
import epics

from checks import (
    EXPERIMENT,
    INVALID,
    MAJOR,
    check,
    check_output,
    check_stored,
    wait_until,
    write_frames,
)


def run(root, work):
    """As caput -c does it: ca_put_callback, and the status that the server gives back."""

    ECA_NORMAL, ECA_PUTFAIL = 1, 160
    results = {}

    def on_put(args):
        results[args.usr] = args.status

    callback = dbr.make_callback(on_put, dbr.event_handler_args)

    def put_callback_status(pv, value, timeout=300.0):
        """pyepics itself drops the status of a put-callback; this asks libca with pyepics' own channel."""
        chid = epics.get_pv(pv, connect=True, timeout=300).chid
        key = f"{pv}{time.monotonic()}"
        data = (
            (ctypes.c_short * 1)(value)
            if isinstance(value, int)
            else ctypes.create_string_buffer(value.encode(), 40)
        )
        kind = dbr.SHORT if isinstance(value, int) else dbr.STRING
        ca.libca.ca_array_put_callback(
            kind, 1, chid, ctypes.byref(data), callback, ctypes.py_object(key)
        )
        ca.flush_io()
        wait_until(lambda: key in results, timeout)
        return results.get(key)

    def put(pv, value):
        epics.caput(pv, value, wait=True, timeout=300, connection_timeout=300)

    def get(pv, **kwargs):
        return epics.caget(
            pv, timeout=300, connection_timeout=300, use_monitor=False, **kwargs
        )

    def alarm(pv):
        return get(f"{pv}.SEVR"), get(f"{pv}.AMSG")

    frames = work / "frames"
    frames.mkdir(parents=True)
    put("dm:Experiment", EXPERIMENT)
    put("dm:DAQ2:DataDirectory.VAL$", str(frames))
    put("dm:DAQ2:DestDirectory", "ca")
    put("dm:DAQ2:Start", 1)
    check(
        "the DAQ runs when Start is done",
        get("dm:DAQ2:Status") == 2,
        get("dm:DAQ2:Status"),
    )
    files = write_frames(frames, 3, "ca")
    put("dm:DAQ2:Sync", 1)
    check_stored(files, root / "experiments" / EXPERIMENT / "data" / "ca")
    put("dm:WF2:Workflow", "example-01")
    put("dm:WF2:FilePath", f"ca/{files[0].name}")
    check("Run succeeds", put_callback_status("dm:WF2:Run", 1) == ECA_NORMAL, results)
    check(
        "the job is done when the put is",
        get("dm:WF2:Status", as_string=True) == "Done",
        get("dm:WF2:ErrorMessage"),
    )
    check_output(get("dm:WF2:JobId"), files[0])

    check(
        "an unknown experiment fails the put",
        put_callback_status("dm:Experiment", "nowhere") == ECA_PUTFAIL,
        results,
    )
    check(
        "an unknown experiment is in the alarm message",
        alarm("dm:Experiment")[0] == INVALID and "nowhere" in alarm("dm:Experiment")[1],
        alarm("dm:Experiment"),
    )
    put("dm:Experiment", EXPERIMENT)
    put("dm:WF2:Workflow", "nothing")
    check(
        "an unknown workflow fails the put",
        put_callback_status("dm:WF2:Run", 1) == ECA_PUTFAIL,
        results,
    )
    check(
        "an unknown workflow is in the alarm message",
        alarm("dm:WF2:Run")[0] == INVALID and "nothing" in alarm("dm:WF2:Run")[1],
        alarm("dm:WF2:Run"),
    )
    put("dm:WF2:Workflow", "fails")
    check(
        "a failing stage fails the put",
        put_callback_status("dm:WF2:Run", 1) == ECA_PUTFAIL,
        results,
    )
    check(
        "a failing stage is in the alarm message",
        alarm("dm:WF2:Run")[0] == MAJOR
        and alarm("dm:WF2:Run")[1].startswith("02-FAIL failed"),
        alarm("dm:WF2:Run"),
    )
    put("dm:WF2:Workflow", "sleep")
    put("dm:WF2:Args.VAL$", '{"seconds": "60"}')
    epics.caput("dm:WF2:Run", 1, wait=False, connection_timeout=300)
    check(
        "the job runs",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Running"),
        get("dm:WF2:Status"),
    )
    check(
        "a second Run is refused or queued, never a second job",
        get("dm:Job:NRunning") == 1,
        get("dm:Job:NRunning"),
    )
    put("dm:WF2:Abort", 1)
    check(
        "Abort is done when the job has ended",
        get("dm:WF2:Status", as_string=True) == "Aborted",
        get("dm:WF2:Status"),
    )
    check(
        "the aborted Run has an alarm",
        wait_until(lambda: alarm("dm:WF2:Run")[0] == MAJOR),
        alarm("dm:WF2:Run"),
    )
    epics.caput("dm:WF2:Run", 1, wait=False, connection_timeout=300)
    check(
        "the next job runs",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Running"),
        get("dm:WF2:Status"),
    )
    epics.caput("dm:WF2:Run", 0, wait=False, connection_timeout=300)
    check(
        "a put of 0 to Run aborts its job",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Aborted"),
        get("dm:WF2:Status"),
    )
    put("dm:WF2:Args.VAL$", "{not json")
    check(
        "malformed JSON raises an alarm",
        alarm("dm:WF2:Args")[0] == INVALID and "not JSON" in alarm("dm:WF2:Args")[1],
        alarm("dm:WF2:Args"),
    )
    check(
        "malformed JSON keeps the workflow from starting",
        put_callback_status("dm:WF2:Start", 1) == ECA_PUTFAIL,
        results,
    )
    put("dm:WF2:Args.VAL$", "{}")
    check(
        "a readback can't be written",
        not epics.get_pv("dm:WF2:Status", connect=True).write_access,
    )
    put("dm:DAQ2:Stop", 1)
    check(
        "the DAQ is done when Stop is",
        get("dm:DAQ2:Status", as_string=True) == "Done",
        get("dm:DAQ2:Status"),
    )
