"""How long somebody waits."""

from __future__ import annotations

import math
import threading
import time
from typing import Any

from .errors import DmInterrupted, DmTimeout


class Patience:
    """Ends at a time limit, or when it is interrupted.

    :param timeout: in seconds; None: there is no limit
    """

    def __init__(self, timeout: float | None = None) -> None:
        self.limit(timeout)
        self._woken = threading.Event()
        self._interruption: str | None = None
        self._of: Patience | None = None
        self._after_s = math.inf

    def limit(self, timeout: float | None) -> None:
        """Another time limit, from now on."""
        self.timeout = timeout
        self._end_s = math.inf if timeout is None else time.monotonic() + timeout

    @property
    def is_interrupted(self) -> bool:
        """Nobody waits any more."""
        return self._interruption is not None

    def interrupt(self, reason: str) -> None:
        """Ends the waiting, now and later."""
        self._interruption = reason
        self.wake()

    def wake(self, *_values: Any, **_more: Any) -> None:
        """Let the waiting one look again; any callback may be this."""
        self._woken.set()

    def check(self, what: str) -> None:
        """:raises DmInterrupted, DmTimeout: it has ended, while waiting for ``what``"""
        if self._of is not None and self._of.is_interrupted:
            self._of = None
            self.limit(min(self._after_s, self.rest_s))
        if self._interruption is not None:
            raise DmInterrupted(f"{self._interruption}; it waited for {what}")
        if time.monotonic() >= self._end_s:
            raise DmTimeout(f"timeout after {self.timeout:g} s of waiting for {what}")

    @property
    def rest_s(self) -> float:
        """Until its time limit."""
        return max(0.0, self._end_s - time.monotonic())

    def wait(self, what: str, at_most_s: float = 5.0) -> None:
        """Until it is woken, or some seconds, after which it is time to look by oneself.

        :raises DmInterrupted, DmTimeout: it has ended
        """
        self.check(what)
        self._woken.wait(min(at_most_s, self.rest_s))
        self._woken.clear()
        self.check(what)

    def unbroken(self, after_s: float) -> Patience:
        """The same time limit, without interruptions.

        :param after_s: how long it may take yet after one
        """
        other = Patience(self.timeout)
        other._end_s, other._of, other._after_s = self._end_s, self, after_s
        return other
