"""Puts and gets that outlive a restart of the IOC."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeVar

from p4p.client.thread import Context, Disconnected, RemoteError

from .errors import StreamRefusedError, StreamUnreachableError
from .texts import sendable

_ATTEMPT_S = 10.0
_PAUSE_S = 0.2

T = TypeVar("T")


def require_fields(pv: str, value: Any, needed: Iterable[str]) -> None:
    """:raises ValueError: it has not all of them"""
    missing = [name for name in needed if name not in value]
    if missing:
        raise ValueError(f"{pv} has no field {', '.join(missing)}")


class Delivery:
    """Talks with PVs until they answer.

    :param give_up_s: until what can't be delivered raises StreamUnreachableError
    :param closed: ends the waiting at once
    """

    def __init__(
        self, context: Context, give_up_s: float, closed: threading.Event
    ) -> None:
        self._context = context
        self._give_up_s = give_up_s
        self._closed = closed

    def get(self, pv: str, *needed: str) -> Any:
        """
        :param needed: fields that it must have
        :raises ValueError: it has not
        :raises StreamRefusedError: the server's own error
        :raises StreamUnreachableError: nobody answers
        """
        value = self._retry(pv, lambda limit_s: self._context.get(pv, timeout=limit_s))
        require_fields(pv, value, needed)
        return value

    def put(self, pv: str, content: Mapping[str, Any]) -> None:
        """Put fields of a structure; again until it is answered, so the structure must say by itself that it is the same.

        :raises ValueError: the structure has no such field, or it can't say that
        :raises StreamRefusedError: the server's own error
        :raises StreamUnreachableError: nobody answers
        """
        self._retry(pv, lambda limit_s: self.put_once(pv, content, limit_s))

    def put_once(self, pv: str, content: Mapping[str, Any], limit_s: float) -> None:
        """:raises TimeoutError, Disconnected, StreamRefusedError, ValueError: it was not taken"""

        def fill(value: Any) -> None:
            # Of an exception that takes more than a text p4p makes a put that is never answered.
            require_fields(pv, value, content)
            for name, one in content.items():
                try:
                    value[name] = sendable(one)
                except Exception as error:
                    raise ValueError(f"{pv}: {name}: {error}") from None

        try:
            self._context.put(pv, fill, timeout=limit_s, get=False)
        except RemoteError as error:
            raise StreamRefusedError(str(error)) from error

    def _retry(self, pv: str, operation: Callable[[float], T]) -> T:
        end = time.monotonic() + self._give_up_s
        while True:
            left_s = end - time.monotonic()
            try:
                return operation(max(0.01, min(_ATTEMPT_S, left_s)))
            except RemoteError as error:
                raise StreamRefusedError(str(error)) from error
            except (Disconnected, TimeoutError) as error:
                if self._closed.wait(min(_PAUSE_S, max(0.0, left_s))) or (
                    time.monotonic() >= end
                ):
                    raise StreamUnreachableError(
                        f"{pv} did not answer within {self._give_up_s:g} s: does the IOC run?"
                    ) from error
