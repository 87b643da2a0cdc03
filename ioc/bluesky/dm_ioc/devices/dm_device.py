"""What devices have in common that are no slots of jobs."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from .errors import DmFailed
from .status import DmStatus, S
from .work import Work


class DmDevice(Generic[S]):
    """Does one thing after the other, each until it is done or ``stop()`` ends the waiting. Subclasses are devices of ophyd or
    ophyd-async, and have the signals."""

    name: str

    #: As bluesky gets it.
    _answer: Callable[[DmStatus], S]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._work: Work | None = None

    def _begin(
        self,
        what: str,
        do: Callable[[Work], None],
        timeout: float | None,
        *,
        is_once: bool = False,
    ) -> S:
        """
        :param timeout: in seconds; None: as long as it takes
        :param is_once: it can't be done twice, so that a plan that was paused meanwhile waits for the same
        """
        previous, work = self._work, Work(f"{self.name}: {what}", timeout)
        if is_once and previous is not None and previous.is_of_paused(work.plan):
            previous.is_paused = False
            if previous.status.what == work.status.what:
                return self._answer(previous.status)
        self._work = work

        def carry_out() -> None:
            if previous is not None:
                previous.join(work.patience)
            do(work)

        return self._answer(work.begin(carry_out))

    def _check_puts(self, work: Work, **puts: str) -> None:
        """
        :param puts: what was put, by the names of the signals
        :raises DmFailed: it isn't there any more
        """
        for name, value in puts.items():
            there = str(getattr(self, name).fresh(work.patience))
            if there.strip() != value.strip():  # names are used without blanks around
                raise DmFailed(
                    f"another client has put {name} {there[:100]!r} at the same time"
                )

    def stop(self, *, success: bool = False) -> None:
        """End the waiting.

        :param success: bluesky's way to say that the plan is paused, or ends: a pause ends nothing, the end of a plan is noticed
        """
        if self._work is not None and not (success and self._work.is_wanted):
            self._work.interrupt("stopped")

    def pause(self) -> None:
        """bluesky pauses the plan."""
        if self._work is not None:
            self._work.pause()

    def resume(self) -> None:
        """bluesky resumes it, and asks again for what it waited for."""
