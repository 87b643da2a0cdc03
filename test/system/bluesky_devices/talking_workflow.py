"""The workflow side of a stream that knows one command, configure, with a gain."""

from dm_ioc.stream import Stream

gain = 0
with Stream.connect() as stream:
    stream.ready()
    for command in stream.commands():
        if command.name == "configure":
            gain = command.arguments["gain"]
            command.accept()
        elif command.name == "stop":
            command.accept()
            break
        else:
            command.refuse(f"what is {command.name}?")
    stream.finish(results={"gain": gain})
