"""The PVs of a device as ophyd-async signals."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import TYPE_CHECKING, Any

from aioca import CANothing
from ophyd_async.core import NotConnectedError, SignalDatatypeT, SignalR, SignalRW

from ..devices.commandable import Commandable
from ..devices.patience import Patience
from ..devices.puttable import Puttable
from ..devices.status import DmStatus
from ..devices.waitable import Waitable
from .address import Address
from .ca_put import ca_put, ca_put_unanswered
from .pva_put import pva_put, pva_put_unanswered
from .status import DmAsyncStatus

if TYPE_CHECKING:
    from typing_extensions import Self

#: What a get raises while the IOC is away. CANothing counts as false, so ``result`` would return None for it.
_UNANSWERED = (TimeoutError, asyncio.TimeoutError, NotConnectedError, CANothing)

#: After which an IOC that doesn't answer is called not connected.
_ANSWER_S = 1.0


class Reading(SignalR[SignalDatatypeT]):
    """A PV that can be read, also by the threads that do the work of the devices."""

    _address: Address
    _loop: asyncio.AbstractEventLoop

    @classmethod
    def of(cls, datatype: type[SignalDatatypeT], address: Address) -> Self:
        """Make one."""
        signal = cls(address.backend(datatype))
        signal._address = address
        return signal

    async def connect(self, *args: Any, **options: Any) -> None:
        """Its event loop is the one that connects it."""
        self._loop = asyncio.get_running_loop()
        await super().connect(*args, **options)

    def fresh(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> SignalDatatypeT:
        """What the PV has now, not what was monitored last; while nobody answers, it waits.

        :raises DmInterrupted, DmTimeout: the patience has ended
        """
        what = f"{self.record}, which is not connected: does the IOC run?"
        while True:
            asked = self._ask(patience)
            begun_s = time.monotonic()
            try:
                while not asked.done():
                    if time.monotonic() - begun_s >= _ANSWER_S:
                        tell(f"waits for {what}")
                    patience.wait(what, _ANSWER_S)
            finally:
                asked.cancel()
            error = asked.exception()
            if error is None:
                return asked.result()
            if not isinstance(error, _UNANSWERED):
                raise error
            patience.wait(what, 0.1)

    @contextlib.contextmanager
    def watched(self, see: Callable[..., None]) -> Iterator[None]:
        """Meanwhile, ``see(value=…)`` is called with each new value, and with the one that is there."""

        def see_value(readings: dict[str, Any]) -> None:
            see(value=readings[self.name]["value"])

        self._loop.call_soon_threadsafe(self.subscribe_reading, see_value)
        try:
            yield
        finally:
            self._loop.call_soon_threadsafe(self.clear_sub, see_value)

    @property
    def record(self) -> str:
        """Its name without a field."""
        return self._address.pv.removesuffix(".VAL$")

    def _ask(self, patience: Patience) -> Future[SignalDatatypeT]:
        asked = asyncio.run_coroutine_threadsafe(
            self.get_value(cached=False), self._loop
        )
        asked.add_done_callback(patience.wake)
        return asked


class Put(  # type: ignore[misc]
    Reading[SignalDatatypeT], Puttable[DmAsyncStatus], SignalRW[SignalDatatypeT]
):
    """A PV that takes puts."""

    def put_once(self, value: str | float, patience: Patience) -> None:
        if self._address.protocol == "pva":
            pva_put(self._address.pv, value, patience)
            return
        service = self.parent
        while service is not None and service.parent is not None:
            service = service.parent
        sources = (
            getattr(self.parent, "error_message", None),
            getattr(service, "message", None),
        )
        ca_put(self._address.pv, value, sources, patience)

    def put_unanswered(self, value: float) -> None:
        """Put without waiting until what it does is done."""
        put = (
            pva_put_unanswered if self._address.protocol == "pva" else ca_put_unanswered
        )
        put(self._address.pv, value)

    def await_connection(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Wait until the IOC is there."""
        self.fresh(patience, tell)

    def _answer(self, status: DmStatus) -> DmAsyncStatus:
        return DmAsyncStatus(status)


class Command(Commandable[DmAsyncStatus], Put[bool]):  # type: ignore[misc]
    """A command of DM."""


class WaitCommand(Waitable[DmAsyncStatus], Put[bool]):  # type: ignore[misc]
    """A command that only waits."""
