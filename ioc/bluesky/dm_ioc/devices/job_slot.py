"""What slots of workflows and uploads have in common."""

from __future__ import annotations

import contextlib
import re
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Generic, Literal

from .errors import (
    DmDisconnected,
    DmFailed,
    DmInterrupted,
    DmJobFailed,
    DmRefused,
    DmTimeout,
)
from .patience import Patience
from .progress import Progress
from .remote_job import JobCalls
from .run import Run
from .status import DmStatus, S, log
from .work import current_plan

#: Until an Abort that was refused is put again: DM may be away.
_AGAIN_S = 1.0


class JobSlot(Generic[S]):
    """A slot that starts something of DM, and follows it by its id: over a lost connection and a restart of the IOC, and when
    the slot holds another one's by then.

    Start is put with completion, which DM answers soon; Run and Wait never are: a put that takes long and is put again after an
    interruption stops all of a Channel Access client.

    Subclasses are devices of ophyd or ophyd-async, and have the signals.
    """

    name: str
    prefix: str
    abort: Any
    start: Any
    status: Any
    percent: Any
    experiment: Any
    error_message: Any

    #: As bluesky gets it.
    _answer: Callable[[DmStatus], S]

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._lock = threading.Lock()
        self._run: Run | None = None

    # ---- what plans call

    def trigger(self) -> S:
        """Start what the setpoints say; done when it has ended well."""
        return self._answer(self._begin({}, None).awaited())

    def kickoff(self) -> S:
        """Start what the setpoints say; done when DM has it. ``complete`` belongs to it: without, it is ended with the plan."""
        return self._answer(self._begin({}, None).taken)

    def complete(self, *, timeout: float | None = None) -> S:
        """Done when what ``kickoff`` has started has ended well; else what the slot holds, from whenever and whomever it is.

        :param timeout: in seconds, ends the waiting; None: as long as it takes
        """
        return self._answer(self._complete(timeout).awaited())

    def stop(self, *, success: bool = False) -> None:
        """End what was started here and hasn't ended, as ``on_interrupt`` says.

        :param success: bluesky's way to say that the plan is paused, or ends: a pause ends nothing, the end of a plan is noticed
        """
        run = self._run
        if run is not None and not (success and run.is_wanted):
            run.interrupt("stopped")

    def pause(self) -> None:
        """bluesky pauses the plan."""
        if self._run is not None:
            self._run.pause()

    def resume(self) -> None:
        """bluesky resumes it, and asks again for what it waited for."""

    @property
    def own_id(self) -> str:
        """What was started here last, or was found by ``complete``, whatever the slot holds by now; empty: nothing."""
        return "" if self._run is None else self._run.id

    # ---- how they are done

    def _complete(self, timeout: float | None) -> Run:
        with self._lock:
            run = self._run
            if run is not None and (
                run.goes_on or not run.is_awaited or run.is_of_paused(current_plan())
            ):
                run.is_paused = False
                run.patience.limit(timeout)
                return run
            found = Run(f"{self.name}: complete", {}, timeout)
            found.is_found = True
            self._run = found
        found.begin(lambda: self._carry_out(found, lambda: self._find(found)))
        return found

    def _begin(self, inputs: Mapping[str, str], timeout: float | None) -> Run:
        with self._lock:
            previous = self._run
            if previous is not None and previous.is_of(current_plan(), inputs):
                # A plan that was paused repeats what it has done.
                previous.is_paused = previous.is_awaited = False
                return previous
            run = Run(self.name, inputs, timeout)
            self._run = run
        run.begin(
            lambda: self._carry_out(run, lambda: self._start_after(run, previous))
        )
        return run

    def _carry_out(self, run: Run, start: Callable[[], None]) -> None:
        try:
            with self._watched(run):
                start()
                self._follow(run)
        except DmInterrupted as interruption:
            raise DmInterrupted(f"{interruption}; {self._end(run)}") from interruption
        except DmTimeout as timeout:
            run.is_left = True
            raise DmTimeout(f"{timeout}; {self._rest(run)}") from timeout
        except DmFailed:
            raise
        except Exception as defect:
            failure = f"{type(defect).__name__}: {defect}; {self._rest(run)}"
            raise DmFailed(failure) from defect

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

    def _start_after(self, run: Run, previous: Run | None) -> None:
        if previous is not None:
            previous.join(run.patience)
        held, state = self._look(run.patience, run.tell)
        if state in self._active:
            if previous is None or not self._is_left(previous, run, held):
                raise DmFailed(self._holder(run, held, state))
            run.setpoints = previous.setpoints
            run.take(held)
            return
        for name, value in run.inputs.items():
            getattr(self, name).put_again(value, run.patience, run.tell)
        run.setpoints = self._setpoints(run)
        self._check_inputs(run)
        run.patience.check("DM")
        run.tell("waits for DM to take it")
        run.known = frozenset((*run.seen, held, ""))
        run.is_put = True
        is_answered = True
        try:
            self._put_start(run, held)
        except DmDisconnected as loss:
            is_answered = False
            run.id = self._started_meanwhile(run, held, loss)
        else:
            run.id = self._started(run, held)
        self._check_alone(run)
        if self._setpoints(run) != run.setpoints:
            # Without an answer, it may be the other one's.
            fate = self._abort(run) if is_answered else self._rest(run)
            raise DmFailed(
                f"another client has changed setpoints of the slot at the same time: {fate}"
            )
        run.take(run.id)

    def _check_inputs(self, run: Run) -> None:
        """
        :raises DmFailed: they aren't what was put
        """
        for name, there in zip(self._setpoint_names, run.setpoints, strict=True):
            # Names are used without blanks around them.
            if name in run.inputs and str(there).strip() != run.inputs[name].strip():
                raise DmFailed(
                    f"another client uses {self.prefix} at the same time, and has put {name} {there!r}: nothing was started"
                )

    def _check_alone(self, run: Run) -> None:
        """
        :raises DmFailed: the slot has taken something before it, so that either may be the one that was started here
        """
        if run.is_put and run.id in run.started and run.started[0] != run.id:
            raise DmFailed(
                f"another client has used {self.prefix} at the same time: which {self._what} was started here can't be told, {run.started[0]} or {run.id}"
            )

    def _put_start(self, run: Run, held: str) -> None:
        """What is under way already can't be taken back: an interruption waits for its answer."""
        self.start.put_once(1, self._unbroken(run))

    def _unbroken(self, run: Run) -> Patience:
        """To learn what has become of a Start."""
        return run.patience.unbroken(self.abort_timeout)

    def _is_left(self, previous: Run, run: Run, held: str) -> bool:
        """The slot holds what was left here, and is asked for again."""
        is_same = previous.inputs == run.inputs and (
            previous.setpoints == self._setpoints(run)
        )
        return is_same and previous.is_left and previous.id == held

    def _find(self, run: Run) -> None:
        held, _ = self._look(run.patience, run.tell)
        if not held:
            raise DmFailed(f"the slot holds no {self._what}: start one")
        run.take(held)

    def _started(self, run: Run, before: str) -> str:
        """The id, after Start was answered."""
        held = str(self._id.fresh(self._unbroken(run)))
        if held in ("", before):
            raise DmFailed(
                f"DM has taken it, but another client has cleared the slot: see the list of {self._what}s"
            )
        return held

    def _started_meanwhile(self, run: Run, before: str, loss: DmFailed) -> str:
        """The id, after Start was not answered: the IOC has carried it out, or not, which must be known also to end it."""
        patience = self._unbroken(run)
        held, _ = self._look(patience, run.tell)
        while self.start.fresh(patience) == 1:
            patience.wait("the Start that was put before the connection was lost", 0.2)
            held, _ = self._look(patience, run.tell)
        if held not in ("", before):
            return held
        # Shown, and lost before it was saved: DM has it all the same.
        if not run.started:
            raise DmFailed(f"{loss}, and has not started it: start it again") from loss
        return run.started[-1]

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
