"""The PVs of a device as ophyd signals."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from typing import Any

from epics import ca, get_pv
from ophyd import Component, EpicsSignal, EpicsSignalRO, Kind
from ophyd.utils import DisconnectedError

from .answered_put import ECA_NORMAL, ECA_PUTFAIL, answered_put
from .errors import DmDisconnected, DmRefused
from .patience import Patience
from .status import DmStatus
from .work import Work


#: What a get raises while the IOC is away.
_UNANSWERED = (
    TimeoutError,
    DisconnectedError,
    ca.ChannelAccessException,
    ca.ChannelAccessGetFailure,
    ca.CASeverityException,
)


class Reading(EpicsSignalRO):
    """A PV that takes no puts. Long texts (``.VAL$``) are UTF-8, which pyepics takes for Latin-1."""

    def get(self, *, use_monitor: bool = False, **options: Any) -> Any:
        """What it is now, also when the monitor that tells so is under way yet."""
        return super().get(use_monitor=use_monitor, **options)

    def _fix_type(self, value: Any) -> Any:
        return unicode_of(super()._fix_type(value))


class Put(EpicsSignal):
    """A PV that takes puts: ``set`` ends when the IOC has answered that very put, and fails with its reason.

    A put that was lost with the connection is put again after it is back, so this is for what may be done twice without harm.
    """

    def _fix_type(self, value: Any) -> Any:
        return unicode_of(super()._fix_type(value))

    def set(self, value: str | float, *, timeout: float | None = None) -> DmStatus:
        """
        :param timeout: in seconds; None: as long as it takes
        """
        work = Work(f"{self.name} to {value!r}", timeout)
        return work.begin(
            lambda: self.put_again(value, work.patience, work.status.tell)
        )

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
        code = answered_put(self._write_pv, value, patience)
        if code != ECA_NORMAL:
            raise DmRefused(f"{self.record}: {self._reason(code, patience)}")

    @property
    def record(self) -> str:
        """Its name without a field."""
        return str(self.setpoint_pvname).removesuffix(".VAL$")

    def await_connection(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Wait until the IOC is there."""
        what = f"{self.record}, which is not connected: does the IOC run?"
        while not self._write_pv.connected:
            tell(f"waits for {what}")
            patience.wait(what, 0.1)

    def _reason(self, code: int, patience: Patience) -> str:
        """The whole text; Channel Access has 39 characters of it, in AMSG."""
        if code != ECA_PUTFAIL:
            return str(ca.message(code))
        short = text_of(f"{self.record}.AMSG", self._write_pv.context)
        slot = getattr(self.parent, "error_message", None)
        service = getattr(self.root, "message", None)
        for source in (slot, service):
            text = "" if source is None else str(fresh(source, patience))
            if short and short in text:
                return text.removeprefix(f"{self.record}: ")
        return short or str(ca.message(code))


class Command(Put):
    """Put 1: done when DM has done it. What is lost with the connection may have been done or not, and fails."""

    def set(self, value: str | float, *, timeout: float | None = None) -> DmStatus:
        work = Work(self.name, timeout)

        def do() -> None:
            self.await_connection(work.patience, work.status.tell)
            self.put_once(value, work.patience)

        return work.begin(do)

    def trigger(self) -> DmStatus:
        """The same as ``set(1)``."""
        return self.set(1)


def unicode_of(value: Any) -> Any:
    """A text of characters, as it was meant."""
    if not isinstance(value, str):
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def fresh(signal: Any, patience: Patience) -> Any:
    """What the PV has now, not what was monitored last; while nobody answers, it waits.

    :raises DmInterrupted, DmTimeout: the patience has ended
    """
    what = f"{signal.pvname}, which is not connected: does the IOC run?"
    while True:
        if signal.connected:
            with contextlib.suppress(*_UNANSWERED):
                return signal.get(use_monitor=False, timeout=5.0)
        patience.wait(what, 0.1)


def text_of(pv: str, context: Any) -> str:
    """A short text; empty when nobody answers."""
    if ca.current_context() is None:
        ca.attach_context(context)
    with contextlib.suppress(*_UNANSWERED):
        return str(get_pv(pv).get(timeout=5.0) or "")
    return ""


def setpoint(pv: str, **options: Any) -> Component:
    """A number or a state."""
    return Component(Put, pv, kind=Kind.config, **options)


def text_setpoint(pv: str) -> Component:
    """A text."""
    return Component(Put, f"{pv}.VAL$", string=True, kind=Kind.config)


def command(pv: str) -> Component:
    """As a component of a device."""
    return Component(Command, pv, kind=Kind.omitted)


def reading(pv: str, kind: Kind = Kind.normal, **options: Any) -> Component:
    """A number, or a state as a number."""
    return Component(Reading, pv, kind=kind, auto_monitor=True, **options)


def text_reading(pv: str, kind: Kind = Kind.normal) -> Component:
    """A long text."""
    return reading(f"{pv}.VAL$", kind, string=True)


def state_reading(pv: str, kind: Kind = Kind.normal) -> Component:
    """A state by its name, or a short text."""
    return reading(pv, kind, string=True)
