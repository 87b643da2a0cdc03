"""The command line of ``python -m dm_ioc.stream``."""

from __future__ import annotations

import argparse
import threading

from .report import COUNTS, NUMBERS, SEVERITIES, STATES, check_json

EPILOG = """\
The stream is that of the environment: streamId, reportPv, commandPv and ackPv, which Streamn:Start gives to the workflow.
exit codes: 0 done; 1 the IOC has refused it, or the stream has ended; 2 wrong use, or no stream in the environment; 3 no command came;
4 the IOC did not answer
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument(
        "--give-up",
        type=seconds,
        default=3600.0,
        metavar="SECONDS",
        help="how long to try while the IOC does not answer (default: 3600)",
    )
    program = argparse.ArgumentParser(
        prog="python -m dm_ioc.stream",
        description="The workflow side of a stream, for shell stages.",
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    verbs = program.add_subparsers(dest="verb", required=True, metavar="VERB")

    report = verbs.add_parser(
        "report",
        parents=[common],
        help="say how it goes; without options, that the workflow lives",
    )
    report.add_argument("--state", choices=STATES, default="")
    report.add_argument("--stage", metavar="TEXT")
    report.add_argument("--progress", type=float, metavar="PERCENT")
    for name in COUNTS:
        report.add_argument(
            option(name), dest=name, type=int, metavar="FRAMES", help=f"{name}"
        )
    for name in NUMBERS[1:]:
        report.add_argument(
            option(name), dest=name, type=float, metavar="HZ", help=f"{name}"
        )
    report.add_argument("--message", metavar="TEXT")
    report.add_argument("--command-pv", dest="commandPv", metavar="PV")
    report.add_argument("--results", type=json_text, metavar="JSON")
    report.add_argument(
        "--alarm",
        choices=SEVERITIES,
        help="what is wrong though it goes on; stays until NONE is said",
    )
    report.add_argument("--alarm-message", metavar="TEXT", help="of --alarm: why")

    command = verbs.add_parser(
        "command",
        parents=[common],
        help="print the oldest command that is not acknowledged, as one line of JSON",
    )
    command.add_argument("--wait", action="store_true", help="until there is one")
    command.add_argument(
        "--timeout",
        type=seconds,
        metavar="SECONDS",
        help="how long to wait; implies --wait",
    )
    command.add_argument(
        "--plain",
        action="store_true",
        help="print SEQUENCE NAME ARGUMENTS instead, for `read -r sequence name arguments`; a blank in a name as \\x20",
    )
    command.add_argument(
        "--accept", action="store_true", help="acknowledge it when it is printed"
    )

    ack = verbs.add_parser(
        "ack", parents=[common], help="acknowledge a command: it is done"
    )
    ack.add_argument("sequence", type=int, metavar="SEQUENCE")
    ack.add_argument(
        "--refuse", metavar="REASON", help="it is not done; its sender gets this"
    )
    ack.add_argument("--message", default="", metavar="TEXT")

    finish = verbs.add_parser(
        "finish", parents=[common], help="say that all is done (Done)"
    )
    finish.add_argument("--results", type=json_text, metavar="JSON")
    finish.add_argument("--message", metavar="TEXT")

    fail = verbs.add_parser(
        "fail", parents=[common], help="say that it failed (Failed)"
    )
    fail.add_argument("message", metavar="REASON")
    return program


def option(name: str) -> str:
    """``--received`` for nReceived, ``--receive-rate`` for receiveRate."""
    if name.startswith("n"):
        return f"--{name[1:].lower()}"
    return f"--{name.removesuffix('Rate')}-rate"


def seconds(text: str) -> float:
    """Of an option."""
    value = float(text)
    if not 0 <= value <= threading.TIMEOUT_MAX:
        raise argparse.ArgumentTypeError(f"{text} is no number of seconds")
    return value


def json_text(text: str) -> str:
    """Of an option: it must be JSON."""
    try:
        check_json(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"no JSON: {error}") from error
    return text
