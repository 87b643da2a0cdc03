"""Something that a plan waits for."""

from __future__ import annotations

from collections.abc import Callable, Generator
from typing import Any, Generic, TypeVar

import bluesky.plan_stubs as bps
from bluesky.utils import Msg

from ..devices import DmStatus
from ..devices.work import Work

T = TypeVar("T")

Plan = Generator[Msg, Any, T]


class Errand(Generic[T]):
    """Carried out once, beside the RunEngine: a plan that is paused and resumed waits for the same one.

    :param what: for people
    :param do: its result is that of the errand
    :param timeout: in seconds; None: as long as it takes
    """

    parent = None

    def __init__(
        self, what: str, do: Callable[[Work], T], timeout: float | None = None
    ) -> None:
        self.name = what
        self._do, self._timeout = do, timeout
        self._work: Work | None = None
        self._results: list[T] = []

    def trigger(self) -> DmStatus:
        """Done when it is carried out."""
        if self._work is None:
            work = self._work = Work(self.name, self._timeout)
            work.begin(lambda: self._results.append(self._do(work)))
        return self._work.status

    def plan(self) -> Plan[T]:
        """:returns: its result"""
        yield from bps.trigger(self, wait=True)
        return self._results[0]
