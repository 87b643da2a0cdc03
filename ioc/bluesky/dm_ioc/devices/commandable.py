"""A command of DM."""

from __future__ import annotations

from .puttable import Puttable
from .status import S
from .work import Work


class Commandable(Puttable[S]):
    """Put 1: done when DM has done it. What is lost with the connection may have been done or not, and fails."""

    def set(self, value: str | float, *, timeout: float | None = None) -> S:
        work = Work(self.name, timeout)

        def do() -> None:
            self.await_connection(work.patience, work.status.tell)
            self.put_once(value, work.patience)

        return self._answer(work.begin(do))

    def trigger(self) -> S:
        """The same as ``set(1)``."""
        return self.set(1)
