"""A stream as its workflow sees it."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from types import TracebackType
from typing import Any

from p4p.client.thread import Context, Disconnected

from .command import Command, pending_commands
from .delivery import Delivery, require_fields
from .errors import StreamError, StreamRefusedError
from .names import StreamNames
from .report import ENDS, FIELDS, NOTHING, STATES, report_fields

__all__ = ["FIELDS", "STATES", "Stream"]


class Stream:
    """A stream as its workflow sees it. Its methods may be called by any thread.

    In the workflow's process::

        with Stream.connect() as stream:
            stream.report("Preparing")
            stream.ready()
            for command in stream.commands():
                command.accept()
                if command.name == "stop":
                    break
            stream.finish(results={"answer": 42})

    ``report`` takes, of how far it is (``STATES``), in this order: Connected, Preparing, Ready, Streaming, Finishing, and at the end Done or
    Failed. Of Ready and Streaming one may follow the other again and again; Connected and Preparing may be left out.

    And besides (``FIELDS``), all by name:

    - ``stage``, ``message``: texts, for people
    - ``progress``: in percent, 0 to 100
    - ``nReceived``, ``nProcessed``, ``nDropped``: frames since its start
    - ``receiveRate``, ``processRate``: frames per second
    - ``results``: anything that JSON can say, also arrays of numpy; a ``str`` must be JSON
    - ``alarm``: what is wrong though it goes on, as ``("MINOR", "beam is weak")``: NONE, MINOR, MAJOR or INVALID, and why
    - ``commandPv``: PV of a command object that the workflow serves itself

    ``commands()`` gives ``Command`` objects: ``name``, ``arguments`` (a dictionary), ``sequence`` and ``source``; answer each by its
    ``accept(message)`` or ``refuse(message)``. Arguments of the workflow's own are texts in ``os.environ``.

    Attributes: ``names`` (``streamId`` and the PVs, among them ``names.data_pv`` of the frames), ``context`` (a client of p4p with
    ``nt=False``, for them: what its monitors call runs in another thread, and may call ``report``).
    """

    def __init__(
        self,
        names: StreamNames,
        *,
        context: Context | None = None,
        give_up_s: float = 3600.0,
        heartbeat_s: float = 5.0,
    ) -> None:
        """
        :param context: a client of p4p with ``nt=False``; default: an own one
        :param give_up_s: until what can't be delivered raises StreamUnreachableError
        :param heartbeat_s: how often the workflow says that it lives when it says nothing else
        """
        self.names = names
        self._heartbeat_s = heartbeat_s
        self._owns_context = context is None
        self.context = Context("pva", nt=False) if context is None else context
        self._closed = threading.Event()
        self._delivery = Delivery(self.context, give_up_s, self._closed)
        #: Held while a report is under way: they arrive in their order.
        self._reporting = threading.Lock()
        self._sequence = 0
        self._said: dict[str, Any] = {}
        self._is_ended = False
        #: Guards what follows, and wakes who waits for commands.
        self._changed = threading.Condition()
        #: What is not acknowledged, as the IOC has said last; what has been withdrawn is no more among them.
        self._pending: list[Command] = []
        #: Sequence number of the last command that was handed out.
        self._handed = 0
        self._subscription: Any = None
        self._heartbeat: threading.Thread | None = None
        self._over: Exception | None = None

    @classmethod
    def connect(
        cls, environment: Mapping[str, str] | None = None, **options: Any
    ) -> Stream:
        """The stream that has started this process.

        :param environment: with the variables of ``StreamNames.of``; default: that of this process
        :param options: as the constructor has them
        :raises LookupError: a variable is missing
        """
        return cls(StreamNames.of(environment), **options)

    def __enter__(self) -> Stream:
        try:
            self._begin()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            if self._is_ended:
                return
            if error is None or (isinstance(error, SystemExit) and not error.code):
                self.finish()
            else:
                # Why the block has ended is what matters, not that nobody wants to hear it.
                with contextlib.suppress(StreamError):
                    self.fail(f"{kind.__name__ if kind else 'error'}: {error}")
        finally:
            self.close()

    def report(self, state: str = "", **fields: Any) -> None:
        """Say how it goes; what is left out stays as it was.

        :param state: one of ``STATES``; empty: unchanged
        :param fields: any of ``FIELDS``
        :raises TypeError, ValueError: there is no such field, or it can't say that; what UTF-8 can't say is escaped
        :raises StreamRefusedError: the IOC takes no such report of this stream
        :raises StreamUnreachableError: it could not be delivered
        """
        given = report_fields(fields)
        with self._reporting:
            self._sequence += 1
            content = {**self._about(), **given}
            if state:
                content["state"] = state
            self._delivery.put(self.names.report_pv, content)
            self._said.update(given)

    def ready(self, message: str = "") -> None:
        """Say that frames may come."""
        self.report("Ready", message=message)

    def finish(self, results: Any = None, message: str = "") -> None:
        """Say that all is done, with what came of it."""
        fields = {} if results is None else {"results": results}
        self.report("Done", message=message, **fields)
        self._is_ended = True

    def fail(self, message: str) -> None:
        """Say that it failed, and why."""
        self.report("Failed", message=message)
        self._is_ended = True

    def acknowledge(self, sequence: int, accepted: bool, message: str = "") -> None:
        """Answer a command; the same answer again changes nothing.

        :raises StreamRefusedError: there is no such command
        :raises StreamUnreachableError: it could not be delivered
        """
        content = {
            "streamId": self.names.stream_id,
            "sequence": sequence,
            "accepted": accepted,
            "message": message,
        }
        self._delivery.put(self.names.ack_pv, content)

    def commands(self, timeout: float | None = None) -> Iterator[Command]:
        """Commands in their order, each once; ends when none has come for so many seconds (None: waits), or at ``close``.

        One that was withdrawn at its time limit before its turn came is left out: nobody waits for it any more.

        :raises StreamRefusedError: the stream is over, or another run's
        :raises ValueError: ``commandPv`` is no command object
        """
        while True:
            with self._changed:
                self._changed.wait_for(
                    lambda: self._is_over() or self._next() is not None, timeout
                )
                command = self._next()
                if command is None:
                    if self._over is not None and not self._is_ended:
                        raise self._over
                    return
                self._handed = command.sequence
            yield command

    def close(self) -> None:
        """Leave without a word."""
        self._closed.set()
        with self._changed:
            self._changed.notify_all()
        if self._subscription is not None:
            self._subscription.close()
        if self._heartbeat is not None:
            self._heartbeat.join()
        if self._owns_context:
            self.context.close()

    def _begin(self) -> None:
        self._connect()
        self._subscription = self.context.monitor(
            self.names.command_pv, self._take, notify_disconnect=False
        )
        self._heartbeat = threading.Thread(
            target=self._beat, name="dm-stream-heartbeat", daemon=True
        )
        self._heartbeat.start()

    def _connect(self) -> None:
        """Say the first word, and learn its number: an earlier process of this run may have said some."""
        pv = self.names.report_pv
        while True:
            before = self._delivery.get(pv, "streamId", "sequence", "state")
            if before.streamId != self.names.stream_id:
                # It shows another run's: the first report leaves nothing of that.
                has = {name: value for name, value in NOTHING.items() if name in before}
                self._sequence = 1
                try:
                    self._delivery.put(
                        pv, {**self._about(), "state": "Connected", **has}
                    )
                except StreamRefusedError as error:
                    if error.code != "STREAM_ORDER":
                        raise
                    continue
            else:
                self._delivery.put(pv, {"streamId": self.names.stream_id})
            value = self._delivery.get(pv)
            if value.streamId == self.names.stream_id:
                self._sequence = int(value.sequence)
                return

    def _about(self) -> dict[str, Any]:
        return {"streamId": self.names.stream_id, "sequence": self._sequence}

    def _take(self, value: Any) -> None:
        if isinstance(value, Exception):
            return
        pv = self.names.command_pv
        try:
            require_fields(pv, value, ("streamId", "pending"))
        except ValueError as error:
            self._end(error)
            return
        if value.streamId != self.names.stream_id:
            return
        with self._changed:
            self._pending = pending_commands(value, self.acknowledge)
            self._changed.notify_all()

    def _end(self, error: Exception) -> None:
        """There are no more commands, and who waits for some learns why."""
        with self._changed:
            self._over = error
            self._changed.notify_all()

    def _is_over(self) -> bool:
        return self._closed.is_set() or self._over is not None

    def _next(self) -> Command | None:
        """What to do next; None: nothing."""
        if self._is_over():
            return None
        return next((one for one in self._pending if one.sequence > self._handed), None)

    def _beat(self) -> None:
        """Repeat what was said last, so that silence means something."""
        while not self._closed.wait(self._heartbeat_s):
            with self._reporting:
                if self._is_ended:
                    return
                try:
                    self._repeat()
                except StreamRefusedError as error:
                    if error.is_over:
                        self._end(error)
                        return
                except (Disconnected, TimeoutError):
                    continue

    def _repeat(self) -> None:
        """:raises StreamRefusedError: also when somebody else has ended the stream: what was said before is never refused"""
        pv = self.names.report_pv
        content = {**self._about(), **self._said}
        self._delivery.put_once(pv, content, self._heartbeat_s)
        state = self.context.get(pv, timeout=self._heartbeat_s).state
        if state in ENDS:
            raise StreamRefusedError(
                f"STREAM_ENDED: stream {self.names.stream_id} is {state}"
            )
