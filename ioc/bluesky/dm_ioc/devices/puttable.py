"""A PV that takes puts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Generic

from .errors import DmDisconnected
from .patience import Patience
from .status import DmStatus, S
from .work import Work


class Puttable(Generic[S]):
    """``set`` ends when the IOC has answered that very put, and fails with its reason.

    A put that was lost with the connection is put again after it is back, so this is for what may be done twice without harm.

    Subclasses are signals of ophyd or ophyd-async.
    """

    name: str

    #: What the PV has now, not what was monitored last; while nobody answers, it waits.
    fresh: Callable[..., Any]
    #: Wait until the IOC is there.
    await_connection: Callable[..., None]
    #: Put without waiting for the answer.
    put_unanswered: Callable[[float], None]
    #: As bluesky gets it.
    _answer: Callable[[DmStatus], S]

    @property
    def record(self) -> str:
        """Its name without a field."""
        raise NotImplementedError

    def set(self, value: str | float, *, timeout: float | None = None) -> S:
        """
        :param timeout: in seconds; None: as long as it takes
        """
        work = Work(f"{self.name} to {value!r}", timeout)
        status = work.begin(
            lambda: self.put_again(value, work.patience, work.status.tell)
        )
        return self._answer(status)

    def put_again(
        self,
        value: str | float,
        patience: Patience,
        tell: Callable[[str], None] = lambda _: None,
    ) -> None:
        """Put until it is answered.

        :raises DmRefused: it was answered with a failure
        """
        while True:
            self.await_connection(patience, tell)
            tell(f"waits for the answer of {self.record}")
            try:
                self.put_once(value, patience)
                return
            except DmDisconnected:
                continue

    def put_once(self, value: str | float, patience: Patience) -> None:
        """
        :raises DmRefused: it was answered with a failure
        :raises DmDisconnected: it was not answered
        """
        raise NotImplementedError
