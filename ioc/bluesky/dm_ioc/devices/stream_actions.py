"""A slot of streams."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .errors import DmDisconnected, DmFailed, DmInterrupted, DmTimeout
from .job_slot import JobSlot
from .run import Run
from .status import DmStatus, S
from .work import Work


class StreamActions(JobSlot[S]):
    """A workflow that gets its data while they are taken (``dm:Stream1:``).

    - ``set("stream-frames", data_pv="det:Pva1:Image")`` starts it; done when it is ready
    - ``kickoff()`` does the same with the setpoints as they are
    - ``send("configure", {"gain": 2})`` is done when the workflow has accepted the command
    - ``complete()`` tells it to stop; done when it has finished and its job has ended. Without, it is ended with the plan
    - ``trigger()`` starts one that ends by itself; done when it has
    - ``read()`` has its state, what it has counted and its results
    """

    finish: Any
    send_command: Any
    send_args: Any
    send_now: Any
    stream_id: Any

    #: The command that was sent last.
    _sent: Work | None = None

    _what = "stream"
    _id_name = "stream_id"
    _setpoint_names = ("workflow", "owner", "file_path", "args", "data_pv")
    _ready = ("Ready", "Streaming")
    _active = ("Starting", "Connected", "Preparing", *_ready, "Finishing")
    _ends = ("Done", "Failed", "Aborted")

    def set(
        self,
        workflow: str,
        *,
        data_pv: str = "",
        file_path: str = "",
        args: Mapping[str, Any] | None = None,
        owner: str = "",
        timeout: float | None = None,
    ) -> S:
        """Start a streaming workflow; done when it is ready.

        :param data_pv: of the frames
        :param args: its other arguments, as JSON can say them
        :param timeout: in seconds, until the stream has ended; None: as long as it takes
        """
        inputs = {
            "workflow": workflow,
            "owner": owner,
            "file_path": file_path,
            "args": json.dumps(dict(args or {})),
            "data_pv": data_pv,
        }
        return self._answer(self._begin(inputs, timeout).taken)

    def complete(self, *, timeout: float | None = None) -> S:
        """Tell it to stop; done when it has finished well and its job has ended.

        :param timeout: in seconds, ends the waiting; None: as long as it takes
        """
        run = self._complete(timeout)
        stop = Work(f"{self.name}: stop", timeout)
        told = stop.begin(lambda: self._tell_stop(run, stop))

        def end_otherwise(_: DmStatus) -> None:
            error = told.exception(timeout=0)
            if error is not None and not isinstance(error, DmInterrupted | DmTimeout):
                run.interrupt(str(told))

        told.add_callback(end_otherwise)
        return self._answer(run.awaited())

    def send(
        self,
        name: str,
        arguments: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> S:
        """Send a command; done when the workflow has accepted it, fails with its reason.

        :param timeout: in seconds, ends the waiting; ``command_timeout`` is that of the IOC
        """
        previous, work = self._sent, Work(f"{self.name}: {name}", timeout)
        self._sent = work

        def do() -> None:
            if previous is not None:
                previous.join(work.patience)
            tell = work.status.tell
            self.send_command.put_again(name, work.patience, tell)
            content = json.dumps(dict(arguments or {}))
            self.send_args.put_again(content, work.patience, tell)
            self.send_now.await_connection(work.patience, tell)
            self.send_now.put_once(1, work.patience)

        return self._answer(work.begin(do))

    def _tell_stop(self, run: Run, stop: Work) -> None:
        """The stream of this run, and no other one that the slot has by now."""
        while not run.id and run.goes_on:
            stop.patience.wait(f"the start of {run.status}", 0.1)
        while True:
            held, _ = self._look(stop.patience, stop.status.tell)
            if not run.id or held != run.id:
                return
            try:
                self.finish.put_once(1, stop.patience)
                return
            except DmDisconnected:
                continue

    def _follow(self, run: Run) -> None:
        """Its job, and with it the slot, takes a moment more than the stream: Stop waits for that."""
        super()._follow(run)
        self._tell_stop(run, run)

    def _put_start(self, run: Run, held: str) -> None:
        """Takes until the workflow is ready, so it can be interrupted; Abort ends this put, too."""
        try:
            self.start.put_once(1, run.patience)
        except (DmInterrupted, DmTimeout) as interruption:
            begun = str(self.stream_id.fresh(self._unbroken(run)))
            run.id = "" if begun == held else begun
            raise DmInterrupted(str(interruption)) from interruption

    def _started_meanwhile(self, run: Run, before: str, loss: DmFailed) -> str:
        held = run.id = super()._started_meanwhile(run, before, loss)
        state = ""
        while state not in (*self._ready, *self._ends):
            run.patience.wait(f"stream {held} to be ready")
            _, state = self._look(run.patience, run.tell)
        return held
