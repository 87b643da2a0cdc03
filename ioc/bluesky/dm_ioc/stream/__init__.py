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

Leaving the block without ``finish`` reports Done, or Failed with the exception that ended it. What is said is repeated until the IOC
has taken it, so that a restart of the IOC in between loses nothing; the same report twice counts once. In a shell,
``python -m dm_ioc.stream --help``.
"""

from .command import Command
from .errors import StreamError, StreamRefusedError, StreamUnreachableError
from .names import StreamNames
from .stream import FIELDS, STATES, Stream

__all__ = [
    "FIELDS",
    "STATES",
    "Command",
    "Stream",
    "StreamError",
    "StreamNames",
    "StreamRefusedError",
    "StreamUnreachableError",
]
