"""A stream from the stages of a workflow that are shell commands: ``python -m dm_ioc.stream --help``."""

from __future__ import annotations

import argparse
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
from .report import report_fields

#: Exit codes, beside 2 of argparse.
REFUSED, NO_COMMAND, UNREACHABLE = 1, 3, 4


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
            if error.code != "STREAM_ENDED" or not self._has_said(state):
                raise

    def _has_said(self, state: str) -> bool:
        """What was put again because the answer was lost has ended the stream itself."""
        value = self._delivery.get(self._names.report_pv)
        is_same: bool = value.state == state
        return is_same and value.streamId == self._names.stream_id

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
        found: queue.SimpleQueue[Command | None] = queue.SimpleQueue()

        def take(value: Any) -> None:
            if value.streamId == self._names.stream_id:
                for command in pending_commands(value, self.acknowledge)[:1]:
                    found.put(command)
            elif value.streamId:
                found.put(None)

        # Who does not wait for a command still waits for what is there.
        take(self._delivery.get(self._names.command_pv))
        if wait_s == 0.0 and found.empty():
            return None
        with self._context.monitor(self._names.command_pv, take):
            try:
                command = found.get(timeout=wait_s)
            except queue.Empty:
                return None
        if command is None:
            raise StreamRefusedError("STREAM_STALE: the slot has another stream")
        return command


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
        return f"{command.sequence} {command.name} {arguments}"
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
    except StreamRefusedError as error:
        print(f"dm_ioc.stream: {error}", file=sys.stderr)
        return REFUSED
    except StreamError as error:
        print(f"dm_ioc.stream: {error}", file=sys.stderr)
        return UNREACHABLE
    except KeyboardInterrupt:
        return 130
    finally:
        shell.close()


if __name__ == "__main__":
    sys.exit(main())
