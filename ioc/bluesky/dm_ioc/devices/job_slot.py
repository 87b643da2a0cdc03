"""What slots of workflows and uploads have in common."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any, Generic

from .errors import DmDisconnected, DmFailed, DmInterrupted, DmTimeout
from .job_follower import JobFollower
from .patience import Patience
from .run import Run
from .status import DmStatus, S
from .work import current_plan


class JobSlot(JobFollower, Generic[S]):
    """A slot that starts something of DM, and follows it over a lost connection and a restart of the IOC.

    Start is put with completion, which DM answers soon; Run and Wait never are: a put that takes long and is put again after an
    interruption stops all of a Channel Access client.

    Subclasses are devices of ophyd or ophyd-async, and have the signals.
    """

    start: Any

    #: As bluesky gets it.
    _answer: Callable[[DmStatus], S]

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
                not run.status.done
                or not run.is_awaited
                or run.is_of_paused(current_plan())
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
                f"another client has used {self.prefix} at the same time: DM has taken the {self._what}, and the slot has forgotten it: see the list of {self._what}s"
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
