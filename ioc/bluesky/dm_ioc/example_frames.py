"""An example of a streaming workflow: counts frames (NTNDArray) as they come, and adds up their pixels.

``ioc/workflows/stream-frames.yaml`` runs it. Of its environment it takes, beside what ``Stream.connect`` does, ``dataPv``, the PV of the
frames, and ``frames``: it ends by itself after so many; 0 or nothing: when it is told to stop.
"""

from __future__ import annotations

import os
import queue
import time
from typing import Any

from dm_ioc.stream import Stream

_REPORT_S = 0.2
#: So many updates may wait in the server, which then waits instead of leaving some out.
_REQUEST = "record[queueSize=100,pipeline=true]"


class Counts:
    """What has come so far."""

    def __init__(self, last_id: int) -> None:
        self.received = 0
        self.missed = 0
        self.pixel_sum = 0.0
        self.last_id = last_id

    def add(self, frame: Any) -> None:
        frame_id = int(frame.uniqueId)
        if frame_id > self.last_id:
            self.missed += frame_id - self.last_id - 1
        self.last_id = frame_id
        self.received += 1
        self.pixel_sum += float(frame.value.sum())

    def report(self, stream: Stream, state: str = "") -> None:
        stream.report(
            state,
            nReceived=self.received,
            nProcessed=self.received,
            nDropped=self.missed,
        )


def is_told_to_stop(stream: Stream) -> bool:
    """Answers the commands that have come."""
    for command in stream.commands(timeout=0):
        if command.name in ("start", "stop"):
            command.accept()
        else:
            command.refuse(f"{command.name} is unknown: send start or stop")
        if command.name == "stop":
            return True
    return False


def next_frame(frames: queue.SimpleQueue[Any]) -> Any | None:
    """None: none has come for a moment, in which commands may have come."""
    try:
        return frames.get(timeout=0.05)
    except queue.Empty:
        return None


def follow(stream: Stream, wanted: int) -> Counts:
    """Counts frames until that many have come (0: no limit), or the workflow is told to stop."""
    frames: queue.SimpleQueue[Any] = queue.SimpleQueue()
    pv = stream.names.data_pv
    with stream.context.monitor(pv, frames.put, _REQUEST):
        stream.report("Preparing", stage=f"connects to {pv}")
        while (before := next_frame(frames)) is None:
            if is_told_to_stop(stream):
                return Counts(0)
        # What the PV had before: from now on nothing is missed.
        counts = Counts(int(before.uniqueId))
        stream.report("Ready", stage=f"follows {pv}")
        reported = 0
        reported_s = time.monotonic()
        while not is_told_to_stop(stream):
            if (frame := next_frame(frames)) is not None:
                counts.add(frame)
            is_time = time.monotonic() - reported_s >= _REPORT_S
            is_enough = 0 < wanted <= counts.received
            if counts.received > reported and (is_time or reported == 0 or is_enough):
                counts.report(stream, "Streaming" if reported == 0 else "")
                reported = counts.received
                reported_s = time.monotonic()
            if is_enough:
                break
        counts.report(stream)
    return counts


def main() -> None:
    with Stream.connect() as stream:
        if not stream.names.data_pv:
            stream.fail("no PV of the frames: put Streamn:DataPv")
            return
        counts = follow(stream, int(os.environ.get("frames") or 0))
        results = {
            "frames": counts.received,
            "missed": counts.missed,
            "sum": counts.pixel_sum,
        }
        stream.finish(results, f"{counts.received} frames")


if __name__ == "__main__":
    main()
