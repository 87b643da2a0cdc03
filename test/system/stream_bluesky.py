"""A Bluesky plan that streams frames to a workflow. Usage: stream_bluesky.py PYTHON

Prints one JSON line for each check. The IOC is found by the EPICS_* variables; frames are served to whoever finds this process.
"""

import asyncio
import json
import sys
from pathlib import Path

import bluesky.plan_stubs as bps
import bluesky.plans as bp
import numpy as np
from bluesky import RunEngine
from ophyd import Component, Device, EpicsSignal, EpicsSignalRO, Signal
from ophyd.signal import EpicsSignalBase
from ophyd.status import Status
from p4p.nt import NTNDArray
from p4p.server import Server
from p4p.server.thread import SharedPV

sys.path.append(str(Path(__file__).parent / "main_job"))
from checks import check  # noqa: E402

FRAMES = 25
PV = "bluesky:frames"


def text(pv):
    return Component(EpicsSignal, f"{pv}.VAL$", string=True, put_complete=True)


def command(pv):
    return Component(EpicsSignal, pv, put_complete=True)


def reading(pv, **options):
    return Component(EpicsSignalRO, pv, **options)


class StreamSlot(Device):
    workflow = text("Workflow")
    args = text("Args")
    data_pv = text("DataPv")
    start = command("Start")
    stop_stream = command("Stop")
    send_command = text("SendCommand")
    send = command("Send")
    state = reading("State", string=True)
    error = reading("ErrorMessage.VAL$", string=True)
    received = reading("NReceived")
    dropped = reading("NDropped")
    stream_id = reading("StreamId")
    results = reading("Results.VAL$", string=True)
    frames_seen = reading("DataCount")


class Dataset(Device):
    experiment = Component(EpicsSignal, "Experiment", put_complete=True)
    dataset_name = text("Dataset:Name")
    metadata = text("Dataset:Metadata")
    upload = command("Dataset:Upload")
    status = reading("Dataset:Status", string=True)
    message = reading("Message.VAL$", string=True)


class Detector(Device):
    """Posts a frame for each trigger."""

    last_id = Component(Signal, value=0)

    def __init__(self, *args, pv, **kwargs):
        super().__init__(*args, **kwargs)
        self.pv = pv
        self.pixel_sum = 0

    def trigger(self):
        frame_id = self.last_id.get() + 1
        pixels = np.full((8, 8), frame_id, dtype=np.uint16)
        self.pixel_sum += int(pixels.sum())
        value = NTNDArray().wrap(pixels)
        value.uniqueId = frame_id
        self.pv.post(value)
        self.last_id.put(frame_id)
        status = Status(self)
        status.set_finished()
        return status


def put(signal, value):
    """Like bps.mv, but a put that has failed raises."""
    yield from bps.mv(signal, value)
    signal.get()
    if signal.alarm_severity:
        raise RuntimeError(f"{signal.name}: {stream.error.get()}")


def until(signal, is_so):
    """Waits for an event, not for a time."""

    async def wait():
        done, loop = asyncio.Event(), asyncio.get_running_loop()

        def look(*, value, **_rest):
            if is_so(value):
                loop.call_soon_threadsafe(done.set)

        subscription = signal.subscribe(look)
        try:
            await done.wait()
        finally:
            signal.unsubscribe(subscription)

    yield from bps.wait_for([wait])


def begin(frames):
    args = {"frames": frames, "python": sys.argv[1]}
    yield from put(stream.workflow, "stream-frames")
    yield from put(stream.data_pv, PV)
    yield from put(stream.args, json.dumps(args))
    yield from put(stream.start, 1)


def publish(name, uid):
    """What came of it, as a dataset."""
    metadata = {"bluesky_run_uid": uid, "streamId": stream.stream_id.get()}
    metadata["results"] = json.loads(stream.results.get())
    yield from put(dm.dataset_name, name)
    yield from put(dm.metadata, json.dumps(metadata))
    yield from put(dm.upload, 1)


def bluesky_ends_it():
    yield from begin(0)
    check("Start is done when the workflow is Ready", stream.state.get() == "Ready")
    yield from put(stream.send_command, "start")
    yield from put(stream.send, 1)
    uid = yield from bp.count([detector], num=FRAMES)
    yield from until(stream.received, lambda n: n + stream.dropped.get() == FRAMES)
    check("the stream is Streaming", stream.state.get() == "Streaming")
    yield from until(stream.frames_seen, lambda n: n == FRAMES)
    check("the IOC has seen every frame itself", stream.frames_seen.get() == FRAMES)
    yield from put(stream.stop_stream, 1)
    check("Stop is done when the stream is", stream.state.get() == "Done")
    yield from publish(f"stream_{uid[:8]}", uid)


def workflow_ends_it():
    yield from begin(FRAMES)
    uid = yield from bp.count([detector], num=FRAMES)
    yield from until(stream.state, lambda state: state == "Done")
    # Its job may take a moment more: Stop waits for that.
    yield from put(stream.stop_stream, 1)
    yield from publish(f"stream_{uid[:8]}", uid)


EpicsSignalBase.set_defaults(timeout=300, connection_timeout=300)
pv = SharedPV(initial=NTNDArray().wrap(np.zeros((8, 8), dtype=np.uint16)))
with Server(providers=[{PV: pv}]):
    stream = StreamSlot("dm:Stream1:", name="stream")
    dm = Dataset("dm:", name="dm")
    detector = Detector("", name="detector", pv=pv)
    for device in (stream, dm):
        device.wait_for_connection(timeout=300)
    engine = RunEngine({})
    engine(put(dm.experiment, "demo"))
    for plan in (bluesky_ends_it, workflow_ends_it):
        before = detector.pixel_sum
        engine(plan())
        results = json.loads(stream.results.get())
        check(
            f"{plan.__name__}: every frame arrived, whole",
            results["frames"] == FRAMES
            and results["missed"] == 0
            and results["sum"] == detector.pixel_sum - before,
            results,
        )
        check(
            f"{plan.__name__}: the metadata is in DM",
            dm.status.get() == "Done",
            dm.message.get(),
        )
    engine(bps.mv(stream.args, json.dumps({"python": "/no/such/python"})))
    engine(bps.mv(stream.start, 1))
    stream.start.get()
    check(
        "a workflow that can't start fails the plan's put with the reason",
        stream.start.alarm_severity and "/no/such/python" in stream.error.get(),
        stream.error.get(),
    )
