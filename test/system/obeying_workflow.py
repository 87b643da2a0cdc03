"""A streaming workflow that does what it is told, with nothing but p4p; what it does and gets is written to the file ``log``."""

import json
import os
import queue
import sys
import time
from pathlib import Path

from p4p.client.thread import Context, Disconnected, RemoteError

STREAM = os.environ["streamId"]
REPORT = os.environ["reportPv"]
COMMAND = os.environ["commandPv"]
ACK = os.environ["ackPv"]
MODE = os.environ.get("mode", "ready")
context = Context("pva", nt=False)
log = open(os.environ["log"], "a")  # noqa: SIM115


def note(*words):
    log.write(" ".join(map(str, words)) + "\n")
    log.flush()


def put(pv, content):
    """Until the IOC has answered, over its restarts."""
    while True:
        try:
            context.put(pv, content)
            return None
        except RemoteError as error:
            return str(error)
        except (Disconnected, TimeoutError):
            time.sleep(0.1)


def report(**content):
    global sequence
    sequence += 1
    return put(REPORT, {"streamId": STREAM, "sequence": sequence, **content})


def acknowledge(one, accepted=True, message=""):
    answer = {"streamId": STREAM, "sequence": one.sequence, "accepted": accepted}
    put(ACK, {**answer, "message": message})


def wait_for(path):
    while not Path(path).exists():
        time.sleep(0.02)


def subscribe():
    def take(value):
        if not isinstance(value, Exception) and value.streamId == STREAM:
            waiting = [one.sequence for one in value.pending]
            note(f"pending {value.sequence}:", *waiting)
            updates.put(value)

    return context.monitor(COMMAND, take, notify_disconnect=False)


def obey(one):
    """Carries out a command; True: that was the last one."""
    given = json.loads(one.arguments)
    note("command", one.sequence, one.command, one.arguments)
    if one.command == "refuse":
        acknowledge(one, False, given["reason"])
    elif one.command == "ignore":
        pass
    elif one.command == "hold":
        wait_for(given["go"])
        acknowledge(one)
    elif one.command == "reconnect":
        global subscription
        subscription.close()
        acknowledge(one)
        wait_for(given["go"])
        subscription = subscribe()
    elif one.command == "say":
        note("said", report(**given))
        acknowledge(one)
    elif one.command == "repeat":
        known = {"streamId": STREAM, "sequence": given["sequence"], **given["content"]}
        note("said", put(REPORT, known))
        acknowledge(one)
    elif one.command == "long":
        note("said", report(results=json.dumps("x" * (given["size"] - 2))))
        acknowledge(one)
    elif one.command == "exit":
        print("first line", given["reason"], sep="\n", file=sys.stderr, flush=True)
        os._exit(given["code"])
    elif one.command == "stop" and "leave" in os.environ:
        os._exit(0)
    elif one.command == "stop":
        acknowledge(one)
        report(state="Done", progress=100, results='{"answer": 42}', message="bye")
        return True
    else:
        if one.command == "start":
            report(state="Streaming")
        acknowledge(one, message=f"{one.command} is done")
    return False


updates = queue.SimpleQueue()
sequence = 0
note("hello", STREAM, os.getpid())
if MODE == "mute":
    wait_for(os.environ["go"])
    sys.exit(0)
if MODE == "once":
    note("said", report(state="Failed", message="from long ago"))
    content = {"streamId": STREAM, "sequence": 1, "accepted": False}
    note("acknowledged", put(ACK, content))
    sys.exit(0)
if MODE == "early":
    print("no detector", file=sys.stderr, flush=True)
    sys.exit(7)
report(state="Connected", message="hello")
if MODE == "slow":
    wait_for(os.environ["go"])
if MODE != "connected":
    report(state="Preparing", stage="warm-up", progress=10)
    report(state="Ready", stage="run")
subscription = subscribe()
newest = updates.get()
done = 0
ended = False
while not ended:
    # What was withdrawn meanwhile is not in the newest one.
    while not updates.empty():
        newest = updates.get()
    command = next((one for one in newest.pending if one.sequence > done), None)
    if command is None:
        newest = updates.get()
    else:
        done = command.sequence
        ended = obey(command)
note("bye")
