"""What slots of workflows and uploads hold, until it has ended."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any, Literal

from .errors import DmDisconnected, DmFailed, DmJobFailed, DmRefused
from .patience import Patience
from .progress import Progress
from .remote_job import JobCalls
from .run import Run
from .status import log

#: Until an Abort that was refused is put again: DM may be away.
_AGAIN_S = 1.0


class JobFollower:
    """Follows what a slot has started by its id, also when the slot holds another one's by then, and ends it.

    Subclasses are devices of ophyd or ophyd-async, and have the signals.
    """

    name: str
    prefix: str
    abort: Any
    status: Any
    percent: Any
    experiment: Any
    error_message: Any

    #: What becomes of it when ``stop()``, or the end of its plan, interrupts the waiting: ``abort``, or ``leave``: it goes on, and
    #: the same once more takes it up again.
    on_interrupt: Literal["abort", "leave"] = "abort"
    #: How long that may take, in seconds, while the IOC or DM is away; the log says then that it goes on.
    abort_timeout: float = 60.0

    #: Signals that subclasses have: of its id, of its Status, and the setpoints that it depends on.
    _id_name: str
    _setpoint_names: tuple[str, ...]
    _what: str
    #: What its Status says while it goes on.
    _active: tuple[str, ...] = ("Pending", "Running", "Finalizing", "Aborting")
    _ends: tuple[str, ...] = ("Done", "Failed", "Skipped", "Aborted")
    #: For one that no slot holds.
    _calls: JobCalls | None = None

    def _rest(self, run: Run) -> str:
        """What is left of it after a time limit."""
        if run.id:
            return f"{self._what} {run.id} goes on"
        return "it may start yet" if run.is_put else "nothing was started"

    @contextlib.contextmanager
    def _watched(self, run: Run) -> Iterator[None]:
        """Wake who waits by whatever changes."""
        wake = run.patience.wake
        with contextlib.ExitStack() as watches:
            watches.enter_context(self._id.watched(run.see))
            for signal in (self.status, *self._moving()):
                watches.enter_context(signal.watched(wake))
            yield

    def _check_alone(self, run: Run) -> None:
        """
        :raises DmFailed: the slot has taken something before it, so that either may be the one that was started here
        """
        if run.is_put and run.id in run.started and run.started[0] != run.id:
            raise DmFailed(
                f"another client has used {self.prefix} at the same time: which {self._what} was started here can't be told, {run.started[0]} or {run.id}"
            )

    def _follow(self, run: Run) -> None:
        """Until it has ended.

        :raises DmJobFailed: not well
        """
        while True:
            held, state = self._look(run.patience, run.tell)
            if held != run.id:
                self._follow_elsewhere(run, held)
                return
            self._tell(run, state)
            if state in self._ends:
                break
            run.patience.wait(f"{self._what} {run.id}, which is {state}")
        self._check_alone(run)
        reason = self._fault(state, run.patience)
        held, _ = self._look(run.patience, run.tell)
        if held != run.id:  # and so may the reason be of that one
            self._follow_elsewhere(run, held)
        elif reason:
            raise DmJobFailed(f"{self._what} {run.id}: {reason}")

    def _follow_elsewhere(self, run: Run, held: str) -> None:
        """The slot holds another one meanwhile."""
        if self._calls is None:
            raise DmFailed(
                f"how {self._what} {run.id} has ended can't be told: the slot holds {held or 'nothing'} by now"
            )
        while True:
            job = self._calls.get(self._service, run.id, run.patience)
            if not job.is_active:
                break
            news = f"{self._what} {run.id} is {job.status}"
            run.tell(f"{news}; the slot holds {held or 'none'}")
            run.patience.wait(news)
        self._check_alone(run)
        if job.fault:
            raise DmJobFailed(f"{self._what} {run.id}: {job.fault}")

    def _abort_elsewhere(self, run: Run, patience: Patience) -> bool:
        """The slot holds another one meanwhile. :returns: it had not ended yet"""
        if (
            self._calls is None
            or not self._calls.get(self._service, run.id, patience).is_active
        ):
            return False
        self._calls.stop(self._service, run.id, patience)
        return True

    @property
    def _service(self) -> str:
        """The prefix of the IOC."""
        return re.sub(r"[A-Za-z]+\d+:$", "", self.prefix)

    def _end(self, run: Run) -> str:
        """Whoever waited has been interrupted. :returns: what has become of it"""
        if not run.id:
            return "nothing was started"
        if self.on_interrupt == "leave" or run.is_found:
            run.is_left = True
            return f"{self._what} {run.id} goes on"
        return self._abort(run)

    def _abort(self, run: Run) -> str:
        """:returns: what has become of it"""
        try:
            is_aborted = self._abort_held(run, Patience(self.abort_timeout))
        except DmFailed as failure:
            log.error("%s: %s %s goes on: %s", self.name, self._what, run.id, failure)
            return f"{self._what} {run.id} goes on: {failure}"
        return f"{self._what} {run.id} {'was aborted' if is_aborted else 'had ended'}"

    def _abort_held(self, run: Run, patience: Patience) -> bool:
        """Each put is about what the slot holds then: it may be another client's by now. :returns: it had not ended yet"""
        while True:
            held, state = self._look(patience)
            if held != run.id:
                return self._abort_elsewhere(run, patience)
            if state in self._ends:
                return state == "Aborted"
            if state not in self._active:  # the IOC has asked for it, after its restart
                patience.wait(f"{self._what} {held}, which is {state}", 0.2)
                continue
            try:
                self.abort.put_once(1, patience)
            except DmDisconnected:
                continue
            except DmRefused as refusal:
                patience.wait(f"DM to end it: {refusal}", _AGAIN_S)

    # ---- what the PVs say

    def _moving(self) -> tuple[Any, ...]:
        """Signals that show how far it is."""
        return (self.percent,)

    @property
    def _id(self) -> Any:
        return getattr(self, self._id_name)

    def _look(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> tuple[str, str]:
        """Id and state, of the same moment."""
        while True:
            self.abort.await_connection(patience, tell)
            held, state = (
                self._id.fresh(patience, tell),
                self.status.fresh(patience, tell),
            )
            if held == self._id.fresh(patience, tell):
                return str(held), str(state)

    def _setpoints(self, run: Run) -> tuple[object, ...]:
        signals = (getattr(self, name) for name in self._setpoint_names)
        return tuple(signal.fresh(run.patience) for signal in signals)

    def _tell(self, run: Run, state: str) -> None:
        progress = self._progress(state, run.patience)
        run.tell(f"{self._what} {run.id} is {state}", progress)

    def _progress(self, state: str, patience: Patience) -> Progress:
        return Progress(state, float(self.percent.fresh(patience)), 100.0, "%")

    def _holder(self, run: Run, held: str, state: str) -> str:
        """Who has the slot."""
        whose = self.experiment.fresh(run.patience)
        return f"busy: {self.prefix} has {self._what} {held} ({state}) of experiment {whose or '-'}: put Abort, or use another slot"

    def _fault(self, state: str, patience: Patience) -> str:
        """Why it hasn't ended well; empty: it has."""
        if state == "Done":
            return ""
        return str(self.error_message.fresh(patience)) or state.lower()
