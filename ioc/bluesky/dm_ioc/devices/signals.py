"""The PVs of a device as ophyd signals."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from epics import ca
from ophyd import Component, EpicsSignal, EpicsSignalRO, Kind
from ophyd.utils import DisconnectedError

from .absence import Absence
from .answered_put import ECA_NORMAL, answered_put
from .ca_reason import ca_reason
from .commandable import Commandable
from .errors import DmRefused
from .patience import Patience
from .puttable import Puttable
from .status import DmStatus

#: For an IOC that is connected to answer a get.
_ANSWER_S = 5.0
#: What a get raises while the IOC is away.
_UNANSWERED = (
    TimeoutError,
    DisconnectedError,
    ca.ChannelAccessException,
    ca.ChannelAccessGetFailure,
    ca.CASeverityException,
)


class _Known:
    """What both kinds of signals know."""

    def _fix_type(self, value: Any) -> Any:
        signal: Any = super()
        return unicode_of(signal._fix_type(value))

    def get(self, **options: Any) -> Any:
        """What it is. pyepics waits for ever for the answer of a get that could not be sent, because the connection was lost just
        then, and sends no other one.
        """
        signal: Any = super()
        try:
            return signal.get(**options)
        except _UNANSWERED:
            _forget_get(self)
            raise

    def fresh(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> Any:
        """What the PV has now, not what was monitored last; while nobody answers, it waits.

        :raises DmInterrupted, DmTimeout: the patience has ended
        """
        return fresh(self, patience, tell)


class Reading(_Known, EpicsSignalRO):
    """A PV that takes no puts. Long texts (``.VAL$``) are UTF-8, which pyepics takes for Latin-1."""

    def get(self, *, use_monitor: bool = False, **options: Any) -> Any:
        """What it is now, also when the monitor that tells so is under way yet."""
        return super().get(use_monitor=use_monitor, **options)

    @contextlib.contextmanager
    def watched(self, see: Callable[..., None]) -> Iterator[None]:
        """Meanwhile, ``see(value=…)`` is called with each new value, and with the newest when the connection changes."""

        def see_newest(**_metadata: Any) -> None:
            see(value=self._readback)

        tokens = (
            self.subscribe(see, event_type=self.SUB_VALUE, run=False),
            self.subscribe(see_newest, event_type=self.SUB_META, run=False),
        )
        try:
            yield
        finally:
            for token in tokens:
                self.unsubscribe(token)


class Put(Puttable[DmStatus], _Known, EpicsSignal):
    """A PV that takes puts."""

    def put_once(self, value: str | float, patience: Patience) -> None:
        code = answered_put(self._write_pv, value, patience)
        if code != ECA_NORMAL:
            sources = (
                getattr(self.parent, "error_message", None),
                getattr(self.root, "message", None),
            )
            context = self._write_pv.context
            reason = ca_reason(self.record, code, context, sources, patience)
            raise DmRefused(f"{self.record}: {reason}")

    def put_unanswered(self, value: float) -> None:
        """Put without waiting for the answer."""
        self._write_pv.put(value)

    @property
    def record(self) -> str:
        """Its name without a field."""
        return str(self.setpoint_pvname).removesuffix(".VAL$")

    def await_connection(
        self, patience: Patience, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """Wait until the IOC is there."""
        absence = _absence(self, self.record)
        while not self._write_pv.connected:
            absence.wait(patience, tell)

    def _answer(self, status: DmStatus) -> DmStatus:
        return status


class Command(Commandable[DmStatus], Put):
    """A command of DM."""


def unicode_of(value: Any) -> Any:
    """A text of characters, as it was meant."""
    if not isinstance(value, str):
        return value
    try:
        return value.encode("latin-1").decode()
    except UnicodeError:
        return value


def fresh(
    signal: Any, patience: Patience, tell: Callable[[str], None] = lambda _: None
) -> Any:
    """What the PV has now, not what was monitored last; while nobody answers, it waits.

    :raises DmInterrupted, DmTimeout: the patience has ended
    :raises DmDisconnected: the IOC was never there
    """
    absence = _absence(signal, signal.pvname)
    while True:
        if signal.connected:
            with contextlib.suppress(*_UNANSWERED):
                timeout_s = min(_ANSWER_S, max(patience.rest_s, 0.1))
                return signal.get(use_monitor=False, timeout=timeout_s)
        absence.wait(patience, tell)


def _forget_get(signal: Any) -> None:
    """The next one is sent."""
    entry = ca.get_cache(signal.pvname)
    if entry is not None:
        entry.get_results.clear()


def _absence(signal: Any, pv: str) -> Absence:
    """An IOC that has been there in this session is expected back."""
    heard = getattr(signal.root, "is_connected", signal).alarm_severity
    return Absence(f"{pv}, which is not connected", was_there=heard is not None)


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
