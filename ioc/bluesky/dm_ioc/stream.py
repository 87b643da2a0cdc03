"""The workflow side of a stream: connect, report, acknowledge commands, finish.

A workflow that ``dm:Stream1:Start`` has started finds its stream by its environment::

    from dm_ioc.stream import Stream

    with Stream.connect() as stream:
        stream.report("Preparing")
        prepare()
        stream.ready()
        for command in stream.commands():
            if command.name == "start":
                command.accept()
                stream.report("Streaming", nReceived=0)
            elif command.name == "stop":
                command.accept()
                break
            else:
                command.refuse(f"what is {command.name}?")
        stream.finish(results={"answer": 42})

Leaving the block without ``finish`` reports Done, or Failed with the exception that ended it. A report is repeated until the IOC has
taken it, so a restart of the IOC in between loses nothing; the same report twice counts once.
"""

from __future__ import annotations

import json
import os
import queue
import threading
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from p4p.client.thread import Context, Disconnected, RemoteError

_HEARTBEAT_S = 5.0
_RETRY_S = 0.5
_PUT_TIMEOUT_S = 10.0

FIELDS = (
    "stage",
    "progress",
    "nReceived",
    "nProcessed",
    "nDropped",
    "receiveRate",
    "processRate",
    "message",
    "commandPv",
    "results",
)


class StreamRefusedError(RuntimeError):
    """The IOC has refused a report or an acknowledgement: another run has the slot, or it makes no sense now."""


@dataclass(frozen=True)
class Command:
    """What the workflow is told to do. Answer each exactly once, by ``accept`` or ``refuse``."""

    sequence: int
    name: str
    #: A JSON object.
    arguments: Mapping[str, Any]
    #: Who sent it: ``user@host``.
    source: str
    _stream: Stream

    def accept(self, message: str = "") -> None:
        """Say that it is done: whoever sent it goes on."""
        self._stream.acknowledge(self.sequence, True, message)

    def refuse(self, message: str) -> None:
        """Say why it is not done: whoever sent it gets this as the error."""
        self._stream.acknowledge(self.sequence, False, message)


class Stream:
    """A stream as its workflow sees it."""

    def __init__(
        self,
        stream_id: str,
        report_pv: str,
        command_pv: str,
        ack_pv: str,
        *,
        context: Context | None = None,
        give_up_s: float = 3600.0,
    ) -> None:
        """
        :param stream_id: of this run; what is said in the name of another one is refused
        :param report_pv: where reports go, ``dm:Stream1:Report``
        :param command_pv: where commands come from, ``dm:Stream1:Command``
        :param ack_pv: where acknowledgements go, ``dm:Stream1:Ack``
        :param give_up_s: until a report or acknowledgement that can't be delivered raises TimeoutError
        """
        self.stream_id = stream_id
        self._report_pv = report_pv
        self._command_pv = command_pv
        self._ack_pv = ack_pv
        self._give_up_s = give_up_s
        self._owns_context = context is None
        self._context = Context("pva", nt=False) if context is None else context
        self._lock = threading.Lock()
        self._sequence = 0
        self._last: dict[str, Any] = {}
        self._ended = False
        self._closed = threading.Event()
        self._commands: queue.SimpleQueue[Command | None] = queue.SimpleQueue()
        self._seen = 0
        self._subscription: Any = None

    @classmethod
    def connect(
        cls, environment: Mapping[str, str] = os.environ, **options: Any
    ) -> Stream:
        """The stream that started this process, by the variables streamId, reportPv, commandPv and ackPv."""
        missing = [
            name
            for name in ("streamId", "reportPv", "commandPv", "ackPv")
            if not environment.get(name)
        ]
        if missing:
            raise LookupError(
                f"no {', '.join(missing)} in the environment: start the workflow by Streamn:Start"
            )
        return cls(
            environment["streamId"],
            environment["reportPv"],
            environment["commandPv"],
            environment["ackPv"],
            **options,
        )

    def __enter__(self) -> Stream:
        self._sequence = self._known_sequence()
        self.report("Connected")
        self._subscription = self._context.monitor(
            self._command_pv, self._take, notify_disconnect=False
        )
        threading.Thread(
            target=self._beat, name="dm-stream-heartbeat", daemon=True
        ).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        try:
            if not self._ended:
                if error is None:
                    self.finish()
                else:
                    self.fail(f"{kind.__name__ if kind else 'error'}: {error}")
        finally:
            self.close()

    def report(self, state: str = "", **fields: Any) -> None:
        """Say how it goes; what is left out stays as it was.

        :param state: Connected, Preparing, Ready, Streaming, Finishing, Done, Failed; empty: unchanged
        :param fields: any of ``FIELDS``; ``results`` may be anything that JSON can say
        :raises StreamRefusedError: the IOC takes no report of this stream
        :raises TimeoutError: it could not be delivered
        """
        unknown = set(fields) - set(FIELDS)
        if unknown:
            raise TypeError(
                f"a report has no {', '.join(sorted(unknown))}; there are {', '.join(FIELDS)}"
            )
        if "results" in fields and not isinstance(fields["results"], str):
            fields["results"] = json.dumps(fields["results"])
        with self._lock:
            self._sequence += 1
            content = {"streamId": self.stream_id, "sequence": self._sequence, **fields}
            if state:
                content["state"] = state
            self._last = content
            self._put(self._report_pv, content)

    def ready(self, message: str = "") -> None:
        """Say that frames may come."""
        self.report("Ready", message=message)

    def finish(self, results: Any = None, message: str = "") -> None:
        """Say that all is done, with what came of it."""
        fields: dict[str, Any] = {"message": message}
        if results is not None:
            fields["results"] = results
        self.report("Done", **fields)
        self._ended = True

    def fail(self, message: str) -> None:
        """Say that it failed, and why."""
        self.report("Failed", message=message)
        self._ended = True

    def acknowledge(self, sequence: int, accepted: bool, message: str = "") -> None:
        """Answer a command. :raises StreamRefusedError: there is no such command"""
        content = {
            "streamId": self.stream_id,
            "sequence": sequence,
            "accepted": accepted,
            "message": message,
        }
        self._put(self._ack_pv, content)

    def commands(self, timeout: float | None = None) -> Iterator[Command]:
        """Commands in their order, each once; ends when none has come for ``timeout`` seconds (None: never)."""
        while True:
            try:
                command = self._commands.get(timeout=timeout)
            except queue.Empty:
                return
            if command is None:
                return
            yield command

    def close(self) -> None:
        """Leave without a word."""
        self._closed.set()
        self._commands.put(None)
        if self._subscription is not None:
            self._subscription.close()
        if self._owns_context:
            self._context.close()

    def _known_sequence(self) -> int:
        """Where an earlier process of this run has come to."""
        value = self._retry(
            lambda: self._context.get(self._report_pv, timeout=_PUT_TIMEOUT_S)
        )
        return int(value.sequence) if value.streamId == self.stream_id else 0

    def _take(self, value: Any) -> None:
        if isinstance(value, Exception) or value.streamId != self.stream_id:
            return
        for one in value.pending:
            if one.sequence <= self._seen:
                continue
            self._seen = int(one.sequence)
            arguments = json.loads(one.arguments or "{}")
            self._commands.put(
                Command(self._seen, one.command, arguments, one.source, self)
            )

    def _beat(self) -> None:
        """Repeat the last report, so that silence means something."""
        while not self._closed.wait(_HEARTBEAT_S):
            with self._lock:
                if self._ended or not self._last:
                    continue
                try:
                    self._context.put(
                        self._report_pv, dict(self._last), timeout=_PUT_TIMEOUT_S
                    )
                except (RemoteError, Disconnected, TimeoutError):
                    continue

    def _put(self, pv: str, content: Mapping[str, Any]) -> None:
        self._retry(
            lambda: self._context.put(pv, dict(content), timeout=_PUT_TIMEOUT_S)
        )

    def _retry(self, operation: Any) -> Any:
        give_up = time.monotonic() + self._give_up_s
        while True:
            try:
                return operation()
            except RemoteError as error:
                raise StreamRefusedError(str(error)) from error
            except (Disconnected, TimeoutError):
                if time.monotonic() >= give_up:
                    raise
                time.sleep(_RETRY_S)
