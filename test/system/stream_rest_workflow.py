"""A streaming workflow: says what it is told, refuses `bad`, ends at `stop`."""

from dm_ioc.stream import Stream

with Stream.connect() as stream:
    stream.ready()
    done = []
    for command in stream.commands():
        if command.name == "bad":
            command.refuse("no bad things here")
            continue
        done.append(command.name)
        command.accept()
        if command.name == "start":
            stream.report("Streaming")
        elif command.name == "stop":
            break
    stream.finish(results=done)
