"""A stream from the stages of a workflow that are shell commands: ``python -m dm_ioc.stream --help``."""

from __future__ import annotations

import argparse
import contextlib
import json
import queue
import sys
import threading
from typing import Any

from p4p.client.thread import Context

from .arguments import parser
from .command import Command, pending_commands
from .delivery import Delivery
from .errors import StreamError, StreamRefusedError
from .names import StreamNames
from .report import ENDS, report_fields
from .texts import printable, sendable

#: Exit codes; 2 is that of argparse, too.
REFUSED, WRONG_USE, NO_COMMAND, UNREACHABLE = 1, 2, 3, 4
#: So long is looked whether the stream has ended, when no command waits.
_LOOK_S = 1.0


class Shell:
    """The stream of this process's environment, for one word."""

    def __init__(self, names: StreamNames, give_up_s: float) -> None:
        self._names = names
        self._context = Context("pva", nt=False)
        self._delivery = Delivery(self._context, give_up_s, threading.Event())

    def close(self) -> None:
        self._context.close()

    def report(self, state: str, fields: dict[str, Any]) -> None:
        """The IOC gives the number."""
        content = {"streamId": self._names.stream_id, **report_fields(fields)}
        if state:
            content["state"] = state
        try:
            self._delivery.put(self._names.report_pv, content)
        except StreamRefusedError as error:
            if error.code != "STREAM_ENDED" or not self._has_said(content):
                raise

    def _has_said(self, content: dict[str, Any]) -> bool:
        """What was put again because the answer was lost has ended the stream itself."""
        value = self._delivery.get(self._names.report_pv, *content)
        # Of a stream that has ended the alarm is the IOC's.
        told = {**content, "alarm": None}
        return "state" in content and all(
            one is None or value[name] == sendable(one) for name, one in told.items()
        )

    def acknowledge(self, sequence: int, accepted: bool, message: str) -> None:
        self._delivery.put(
            self._names.ack_pv,
            {
                "streamId": self._names.stream_id,
                "sequence": sequence,
                "accepted": accepted,
                "message": message,
            },
        )

    def command(self, wait_s: float | None) -> Command | None:
        """The oldest that is not acknowledged; None: none has come for so many seconds (None: waits)."""
        names = self._names
        found: queue.SimpleQueue[Command | StreamRefusedError] = queue.SimpleQueue()

        def take(value: Any) -> None:
            if isinstance(value, Exception):
                return
            if value.streamId == names.stream_id:
                for command in pending_commands(value, self.acknowledge)[:1]:
                    found.put(command)
            elif value.streamId:
                found.put(
                    StreamRefusedError("STREAM_STALE: the slot has another stream")
                )

        def take_end(value: Any) -> None:
            if isinstance(value, Exception) or value.get("state") not in ENDS:
                return
            if value.get("streamId") == names.stream_id:
                text = f"STREAM_ENDED: stream {names.stream_id} is {value.state}"
                found.put(StreamRefusedError(text))

        with contextlib.ExitStack() as watching:
            # Who does not wait for a command still waits for what is there.
            take(self._delivery.get(names.command_pv, "streamId", "pending"))
            if found.empty() and wait_s == 0.0:
                pv = names.report_pv
                take_end(self._context.get(pv, timeout=_LOOK_S, throw=False))
            elif found.empty():
                for pv, taker, request in (
                    (names.command_pv, take, None),
                    (names.report_pv, take_end, "field(streamId,state)"),
                ):
                    watching.enter_context(self._context.monitor(pv, taker, request))
            try:
                one = found.get(timeout=wait_s)
            except queue.Empty:
                return None
        if isinstance(one, StreamRefusedError):
            raise one
        return one


def run(shell: Shell, given: argparse.Namespace) -> int:
    """Does what the command line says. :returns: the exit code"""
    if given.verb == "ack":
        is_refused = given.refuse is not None
        shell.acknowledge(given.sequence, not is_refused, given.refuse or given.message)
    elif given.verb == "command":
        wait_s = given.timeout if given.timeout is not None else 0.0
        command = shell.command(
            None if given.wait and given.timeout is None else wait_s
        )
        if command is None:
            return NO_COMMAND
        print(shown(command, given.plain), flush=True)
        if given.accept:
            command.accept()
    else:
        state = {"finish": "Done", "fail": "Failed"}.get(given.verb, "")
        own = ("verb", "give_up", "state", "alarm", "alarm_message")
        fields = {
            name: value
            for name, value in vars(given).items()
            if name not in own and value is not None
        }
        if given.verb == "report" and given.alarm is not None:
            fields["alarm"] = (given.alarm, given.alarm_message or "")
        shell.report(state or given.state, fields)
    return 0


def shown(command: Command, is_plain: bool) -> str:
    """In one line."""
    if is_plain:
        arguments = json.dumps(command.arguments)
        return f"{command.sequence} {printable(command.name, '')} {arguments}"
    return json.dumps(
        {
            "sequence": command.sequence,
            "command": command.name,
            "arguments": command.arguments,
            "source": command.source,
        }
    )


def main(arguments: list[str] | None = None) -> int:
    """:returns: the exit code"""
    program = parser()
    given = program.parse_args(arguments)
    if given.verb == "report" and given.alarm_message and given.alarm is None:
        program.error("--alarm-message needs --alarm")
    try:
        shell = Shell(StreamNames.of(), given.give_up)
    except LookupError as error:
        program.error(str(error.args[0]))
    try:
        return run(shell, given)
    except (StreamError, ValueError) as error:
        print(f"dm_ioc.stream: {printable(str(error))}", file=sys.stderr)
        if isinstance(error, StreamRefusedError):
            return REFUSED
        return UNREACHABLE if isinstance(error, StreamError) else WRONG_USE
    except KeyboardInterrupt:
        return 130
    finally:
        shell.close()


if __name__ == "__main__":
    sys.exit(main())
