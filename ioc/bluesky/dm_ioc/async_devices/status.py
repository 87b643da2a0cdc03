"""The status of what a device has begun, as ophyd-async has it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable

from ophyd_async.core import AsyncStatus

from ..devices.status import DmStatus


class DmAsyncStatus(AsyncStatus[None]):
    """Ends when DM has done it. Its text, and that of bluesky's FailedStatus, says what it waits for, or why it has failed.

    :param status: of the work, which is done in a thread
    """

    def __init__(self, status: DmStatus) -> None:
        self._of_work = status
        super().__init__(_ended(status), name=status.what)

    def __str__(self) -> str:
        return str(self._of_work)

    __repr__ = __str__

    def watch(self, watcher: Callable[..., None]) -> None:
        """As bluesky's progress bars want it."""
        self._of_work.watch(watcher)


async def _ended(status: DmStatus) -> None:
    """
    :raises DmFailed: as the status does
    """
    loop, ended = asyncio.get_running_loop(), asyncio.Event()

    def tell(_: DmStatus) -> None:
        with contextlib.suppress(RuntimeError):  # the loop may be closed by now
            loop.call_soon_threadsafe(ended.set)

    status.add_callback(tell)
    await ended.wait()
    error = status.exception(timeout=0)
    if error is not None:
        raise error
