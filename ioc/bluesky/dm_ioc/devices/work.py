"""What a device does while its status isn't done."""

from __future__ import annotations

import asyncio
import atexit
import sys
import threading
import weakref
from collections.abc import Callable
from typing import Any, TypeVar

from .errors import DmFailed
from .patience import Patience
from .status import DmStatus, log

T = TypeVar("T")

#: Until what is interrupted when Python ends has been ended.
_EXIT_S = 10.0

_all: weakref.WeakSet[Work] = weakref.WeakSet()


class Work:
    """Runs in a thread of its own, until it is done or interrupted. The end of the plan that began it interrupts it, whichever
    way the plan ends: bluesky itself stops only what was ``set``.

    :param what: for people
    :param timeout: in seconds; None: there is no limit
    """

    def __init__(self, what: str, timeout: float | None = None) -> None:
        self.status = DmStatus(what)
        self.patience = Patience(timeout)
        self.plan = current_plan()
        #: Since the plan was paused, it was not asked for again.
        self.is_paused = False
        self._thread: threading.Thread | None = None

    def begin(self, work: Callable[[], None]) -> DmStatus:
        """Do ``work``; its DmFailed, or any other exception, is that of the status."""
        self._thread = threading.Thread(
            target=self._run, args=(work,), name=self.status.what, daemon=True
        )
        self._thread.start()
        if not _all:
            # After pyepics has, so that it is called before.
            atexit.unregister(_end_with_python)
            atexit.register(_end_with_python)
        _all.add(self)
        if self.plan is not None:
            self.plan.add_done_callback(_if_alive(self._end_with_plan))
        return self.status

    def detach(self) -> None:
        """It goes on whatever becomes of the plan that began it."""
        self.plan = None

    @property
    def goes_on(self) -> bool:
        """It has not ended yet, nor what its interruption has to end."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def is_wanted(self) -> bool:
        """The plan that began it goes on, or is paused, or none did."""
        return self.plan is None or not self.plan.done()

    def pause(self) -> None:
        """bluesky pauses the plan, and may ask for the same again when it resumes it, though this has ended by then."""
        self.is_paused = self.goes_on and self.plan is not None

    def is_of_paused(self, plan: asyncio.Task[Any] | None) -> bool:
        """It is what this plan has begun before it was paused."""
        return self.is_paused and plan is self.plan

    def interrupt(self, reason: str) -> None:
        """Nobody waits for it any more."""
        if self._thread is None or self.goes_on:
            self.patience.interrupt(reason)

    def join(self, patience: Patience) -> None:
        """Wait until it has ended."""
        while self.goes_on and self._thread is not None:
            patience.check(f"the end of {self.status}")
            self._thread.join(0.05)

    def finish(self, error: DmFailed | None) -> None:
        """Tell who waits."""
        if error is None:
            self.status.set_finished()
        else:
            self.status.set_exception(error)

    def _end_with_plan(self, plan: asyncio.Task[Any]) -> None:
        if self.plan is plan:
            self.interrupt("the plan has ended")

    def _run(self, work: Callable[[], None]) -> None:
        error: DmFailed | None = None
        try:
            work()
        except DmFailed as failure:
            error = failure.with_traceback(
                None
            )  # it says all; how it came here only hides it
        except Exception as defect:
            error = DmFailed(f"{type(defect).__name__}: {defect}")
            error.__cause__ = defect
        self.finish(error)


def _if_alive(method: Callable[[T], None]) -> Callable[[T], None]:
    """A long plan doesn't keep all that it has begun."""
    reference = weakref.WeakMethod(method)

    def call(argument: T) -> None:
        alive = reference()
        if alive is not None:
            alive(argument)

    return call


def current_plan() -> asyncio.Task[Any] | None:
    """The run of the RunEngine that calls, if one does; a notebook's cell is another task."""
    try:
        task = asyncio.current_task()
    except RuntimeError:
        return None
    name = getattr(task and task.get_coro(), "__qualname__", "")
    return task if name.startswith("RunEngine.") else None


def _end_with_python() -> None:
    """A plan that ends with its process leaves nothing running either."""
    works = [work for work in list(_all) if work.plan is not None and work.goes_on]
    for work in works:
        work.interrupt("Python ends")
    patience = Patience(_EXIT_S)
    for work in works:
        try:
            work.join(patience)
        except TimeoutError:
            log.error("when Python ended, it went on: %s", work.status)
    pyepics = sys.modules.get("epics.ca")
    if pyepics is not None and any(work.goes_on for work in list(_all)):
        # It would end libca under those who still use it, and with that crash.
        atexit.unregister(pyepics.finalize_libca)
