"""A streaming workflow on ``dm_ioc.stream`` that does what it is told. Argument: what it does besides."""

import sys
import threading
import time
from pathlib import Path

from dm_ioc.stream import Stream, StreamRefusedError

print(f"arguments {sys.argv[1:]}")
commands = []
with Stream.connect(heartbeat_s=0.2) as stream:
    stream.report("Preparing", stage="warm-up")
    stream.ready("waits")
    for command in stream.commands():
        commands.append([command.sequence, command.name])
        if command.name == "start":
            stream.report("Streaming", nReceived=0)
        elif command.name == "count":
            number = command.arguments["number"]
            for received in range(number):
                stream.report(nReceived=received + 1, nProcessed=received)
        elif command.name == "skip":
            try:
                stream.report("Connected")
            except StreamRefusedError as error:
                command.refuse(error.code)
                continue
        elif command.name == "hold":
            while not Path(command.arguments["until"]).exists():
                time.sleep(0.01)
        elif command.name == "report":
            try:
                stream.report(**command.arguments)
            except (TypeError, ValueError) as error:
                command.refuse(str(error))
                continue
        elif command.name == "break":
            command.accept()
            raise ValueError("no light")
        elif command.name == "stop":
            command.accept("stops")
            break
        else:
            command.refuse(f"what is {command.name}?")
            continue
        command.accept()
    stream.finish(results={"commands": commands})
names = [thread.name for thread in threading.enumerate()]
print(f"threads {names}")
sys.exit(int("dm-stream-heartbeat" in names))
