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
        #: What the slot held meanwhile, in this order.
        self.seen: list[str] = []
        #: What it held before Start was put.
        self.known: frozenset[str] = frozenset()
        #: Somebody else has started it.
        self.is_found = False
        self._is_taken = False
        #: Somebody waits for its end, or has.
        self.is_awaited = False
        #: It goes on, and nobody waits.
        self.is_left = False

    def is_of(self, plan: asyncio.Task[Any] | None, inputs: Mapping[str, str]) -> bool:
        """This very plan has begun it, by these setpoints, and asks for it again."""
        is_same = plan is not None and plan is self.plan and inputs == self.inputs
        is_open = not self.status.done or self.is_paused
        return is_same and is_open and not self.patience.is_interrupted

    @property
    def started(self) -> list[str]:
        """What the slot has taken since Start was put."""
        return [one for one in self.seen if one not in self.known]

    def see(self, *, value: object, **_more: object) -> None:
        """A monitor of the slot's id says so."""
        if isinstance(value, str):  # ophyd's first one may be none yet
            self.seen.append(value)
        self.patience.wake()

    def awaited(self) -> DmStatus:
        """For who waits for its end."""
        self.is_awaited = True
        return self.status

    def tell(self, news: str, progress: Progress | None = None) -> None:
        """What it waits for now."""
        self.status.tell(news, progress)
        if not self._is_taken:
            self.taken.tell(news)

    def take(self, run_id: str) -> None:
        """DM has it."""
        self.id = run_id
        self._is_taken = True
        self.taken.set_finished()

    def finish(self, error: DmFailed | None) -> None:
        """Tell who waits."""
        if error is not None and not self._is_taken:
            self.taken.set_exception(error)
        super().finish(error)
