"""A run that no plan waits for."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic

from .run import Run
from .status import DmStatus, S


class LeftRun(Generic[S]):
    """A plan triggers it, which is done when DM has it; it goes on whatever becomes of the plan then. It is begun once, also when the
    plan is paused meanwhile and repeats what it has done.

    :param begin: sets it going
    :param answer: as bluesky gets it
    """

    parent = None

    def __init__(
        self, name: str, begin: Callable[[], Run], answer: Callable[[DmStatus], S]
    ) -> None:
        self.name = name
        self._begin, self._answer = begin, answer
        self._run: Run | None = None

    def trigger(self) -> S:
        """Done when DM has it."""
        if self._run is None:
            run = self._run = self._begin()
            run.taken.add_callback(lambda _: run.detach())
        return self._answer(self._run.taken)
