"""One run of what a slot starts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from .errors import DmFailed
from .progress import Progress
from .status import DmStatus
from .work import Work


class Run(Work):
    """From the setpoints until DM has ended it.

    :param inputs: setpoints to put before, by the names of their signals
    """

    def __init__(
        self, name: str, inputs: Mapping[str, str], timeout: float | None
    ) -> None:
        super().__init__(name, timeout)
        #: Ends when DM has taken it.
        self.taken = DmStatus(f"{name}: start", is_logged=False)
        self.inputs = inputs
        #: All setpoints, as they were when it started.
        self.setpoints: tuple[object, ...] = ()
        #: Of DM; empty: it has none yet.
        self.id = ""
        #: Start was put.
        self.is_put = False
        #: What the slot held meanwhile.
        self.seen: list[str] = []
        #: Somebody waits for its end, or has.
        self.is_awaited = False
        #: It goes on, and nobody waits.
        self.is_left = False

    def is_of(self, plan: asyncio.Task[Any] | None, inputs: Mapping[str, str]) -> bool:
        """It goes on for this very plan, by these setpoints."""
        is_same = plan is not None and plan is self.plan and inputs == self.inputs
        return is_same and self.goes_on and not self.patience.is_interrupted

    def see(self, *, value: object, **_more: object) -> None:
        """A monitor of the slot's id says so."""
        self.seen.append(str(value))
        self.patience.wake()

    def awaited(self) -> DmStatus:
        """For who waits for its end."""
        self.is_awaited = True
        return self.status

    def tell(self, news: str, progress: Progress | None = None) -> None:
        """What it waits for now."""
        self.status.tell(news, progress)
        if not self.taken.done:
            self.taken.tell(news)

    def take(self, run_id: str) -> None:
        """DM has it."""
        self.id = run_id
        self.taken.set_finished()

    def finish(self, error: DmFailed | None) -> None:
        """Tell who waits."""
        if error is not None and not self.taken.done:
            self.taken.set_exception(error)
        super().finish(error)
