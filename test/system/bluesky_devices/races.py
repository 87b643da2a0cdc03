"""What happens between two looks at a slot, which no IOC does on demand: the devices over PVs that a script moves."""

import contextlib
import logging
import threading
from types import SimpleNamespace

import bluesky.plan_stubs as bps

from checks import begun, check, ended, engine, failure, in_thread
from dm_ioc import plans
from dm_ioc.devices.dataset_actions import DatasetActions
from dm_ioc.devices.errors import DmDisconnected, DmRefused
from dm_ioc.devices.status import DmStatus
from dm_ioc.devices.stream_actions import StreamActions
from dm_ioc.devices.work import Work
from dm_ioc.devices.workflow_actions import WorkflowActions


class Pv:
    """
    :param do: what a put does
    """

    def __init__(self, value="", do=lambda: None):
        self.value, self._do = value, do
        self.puts, self._watchers = [], []

    def fresh(self, patience, tell=None):
        return self.value

    def move(self, *values):
        for value in values:
            self.value = value
            for see in list(self._watchers):
                see(value=value)

    @contextlib.contextmanager
    def watched(self, see):
        self._watchers.append(see)
        yield
        self._watchers.remove(see)

    def await_connection(self, patience, tell=None):
        pass

    def put_once(self, value, patience):
        self.puts.append(value)
        if self._do() is None:
            self.move(value)

    def put_again(self, value, patience, tell=None):
        self.put_once(value, patience)


class Slot:
    """Of an IOC that does what ``starts`` and ``aborts`` say."""

    _id = property(lambda self: getattr(self, self._id_name))

    def __init__(self):
        super().__init__()
        self.name = "slot"
        self._answer = lambda status: status
        for name in (*self._setpoint_names, *self.readings):
            setattr(self, name, Pv())
        self.percent.value = 0
        self.start = Pv(0, lambda: self.starts())
        self.abort = Pv(0, lambda: self.aborts())
        self.finish = Pv(0)

    def holds(self, run_id, state):
        self._id.move(run_id)
        self.status.move(state)
        return True

    def starts(self):
        return self.holds(f"mine{len(self.start.puts)}", self.active_state)

    def aborts(self):
        self.status.move("Aborted")
        return True


class Workflow(Slot, WorkflowActions[DmStatus]):
    prefix = "dm:WF1:"
    active_state = "Running"
    readings = (
        *("job_id", "status", "percent", "experiment", "error_message"),
        *("workflow_name", "stage_id", "std_err"),
    )


class Stream(Slot, StreamActions[DmStatus]):
    prefix = "dm:Stream1:"
    active_state = "Ready"
    readings = ("stream_id", "status", "percent", "experiment", "error_message")


def text_of(status):
    return str(ended(status))


def lost():
    raise DmDisconnected("was disconnected before its answer")


def refused():
    raise DmRefused("no PROC at https://dm")


errors = []


class Errors(logging.Handler):
    def emit(self, record):
        errors.append(record.getMessage())


logging.getLogger("dm_ioc").addHandler(Errors(logging.ERROR))
logging.getLogger("dm_ioc").propagate = False
RE = engine()


def moved(pv, value):
    """Waits for it."""
    there = threading.Event()
    with pv.watched(lambda *, value, wanted=value: value == wanted and there.set()):
        if pv.value != value:
            there.wait()


def running(slot):
    """Its status; its job runs."""
    status = slot.set("sleep")
    moved(slot.status, "Running")
    return status


# ---- what has ended, though its thread has not yet
lingers = threading.Event()
end_run = Work._run


def lingering(work, do):
    end_run(work, do)
    lingers.wait()


slot = Workflow()
slot.starts = refused
Work._run = lingering
first = text_of(slot.trigger())
slot.holds("other", "Running")
found = begun(slot.complete)
slot.status.move("Done")
lingers.set()
check(
    "complete after a start that was refused finds what the slot holds",
    "no PROC" in first and ended(found) is None,
    (first, found),
)
Work._run = end_run

# ---- two clients in one slot
slot = Workflow()
slot.starts = lambda: (
    slot.holds("mine", "Done")
    and slot.holds("", "Idle")
    and slot.holds("other", "Running")
)
text = text_of(slot.trigger())
check(
    "a job that another client has started right after ours is not taken for ours",
    "mine or other" in text and not slot.abort.puts,
    text,
)

slot = Workflow()
put_args = slot.args.put_again


def overwritten(value, patience, tell=None):
    put_args(value, patience)
    slot.args.move('{"n": 2}')


slot.args.put_again = overwritten
text = text_of(slot.set("variables", args={"n": 1}))
check(
    "a setpoint that another client has overwritten starts nothing",
    "nothing was started" in text and '{"n": 2}' in text and not slot.start.puts,
    text,
)

slot = Workflow()


def lost_and_other():
    slot.args.move('{"n": 2}')
    slot.holds("other", "Running")
    lost()


slot.starts = lost_and_other
text = text_of(slot.set("variables", args={"n": 1}))
check(
    "a start that was lost ends no job that another client may have started",
    "at the same time" in text and not slot.abort.puts,
    text,
)

slot = Workflow()
slot.starts = lambda: slot.job_id.move("mine1", "")
text = text_of(slot.set("variables", args={"n": 1}))
check(
    "a job that another client's start has made the slot forget is told to be in the list",
    "at the same time" in text and "list of jobs" in text,
    text,
)

slot = Workflow()
slot._calls = SimpleNamespace(
    get=lambda *_: SimpleNamespace(is_active=False, fault="cut")
)
status = running(slot)
slot.error_message.value = "of this job"


def other_starts(*_):
    slot.holds("other", "Running")
    return ""


slot.error_message.fresh = other_starts
slot.status.move("Failed")
text = text_of(status)
check(
    "why a job has failed is not read of another client's job",
    text == "job mine1: cut",
    text,
)

# ---- stop() ends what it started, and nothing else
slot = Workflow()
slot.holds("other", "Running")
status = slot.complete()
slot.stop()
text = text_of(status)
check(
    "stop() ends no job that complete has found, and says that it goes on",
    "job other goes on" in text and not slot.abort.puts,
    text,
)


slot = Workflow()
slot._calls = SimpleNamespace(
    get=lambda *_: SimpleNamespace(is_active=False, status="aborted", fault="aborted")
)


def lost_with_abort():
    slot.holds("other", "Running")
    lost()


slot.aborts = lost_with_abort
status = running(slot)
slot.stop()
text = text_of(status)
check(
    "an Abort that was lost is not put again to another client's job",
    slot.abort.puts == [1] and slot.status.value == "Running",
    text,
)

slot = Workflow()
answers = [refused, refused, lambda: slot.status.move("Aborted") or True]
slot.aborts = lambda: answers.pop(0)()
status = running(slot)
slot.stop()
text = text_of(status)
check("an Abort that DM could not take is put again", "was aborted" in text, text)

slot = Workflow()
slot.abort_timeout, slot.aborts = 0.5, refused
status = running(slot)
slot.stop()
text = text_of(status)
check(
    "a job that can't be ended is told with its id and why, in the log, too",
    all(
        "job mine1 goes on" in one and "no PROC at https://dm" in one
        for one in (text, errors[-1])
    ),
    (text, errors),
)

slot = Workflow()
status = running(slot)
slot.status.move("Unknown")
slot.stop()
in_thread(lambda: slot.status.move("Running"))
text = text_of(status)
check("a job whose state the IOC has not read yet has not ended", slot.abort.puts, text)

# ---- what else can go wrong
slot = Workflow()


def closed_terminal(**_):
    raise OSError("the terminal is closed")


status = running(slot)
status.watch(closed_terminal)
slot.status.move("Done")
check("a progress bar that fails fails no job", ended(status) is None, status)

slot = Workflow()
status = running(slot)
slot.stage_id.fresh = lambda *_: 1 / 0
slot.stage_id.move("01")
text = text_of(status)
check(
    "a defect says that the job goes on",
    "ZeroDivisionError" in text and "job mine1 goes on" in text,
    text,
)


# ---- pause and resume
def paused(slot, plan):
    """The plan is paused while its job runs, which ends before it is resumed."""

    def pause():
        moved(slot.status, "Running")
        RE.request_pause()

    pausing = in_thread(pause)
    text = failure(RE, plan)
    pausing.join()
    slot.status.move("Done")
    return text


def end_next():
    moved(slot.status, "Running")
    slot.status.move("Done")


def twice():
    yield from bps.checkpoint()
    yield from bps.trigger(slot, wait=True)
    seen.append(slot.own_id)
    yield from bps.trigger(slot, wait=True)
    seen.append(slot.own_id)


slot, seen = Workflow(), []
text = paused(slot, twice())
ending = in_thread(end_next)
RE.resume()
check(
    "a job that ends while its plan is paused is not started again, and the next one is",
    "Interrupted" in text and seen == ["mine1", "mine2"],
    (text, seen),
)

# ---- what isn't waited for
slot = Workflow()
dm = SimpleNamespace(workflow={1: slot})
plan_is_over = threading.Event()


def aborts_after_the_plan():
    plan_is_over.wait()
    slot.status.move("Aborted")
    return True


def abort_when_running():
    moved(slot.status, "Running")
    RE.abort()


slot.aborts = aborts_after_the_plan
aborting = in_thread(abort_when_running)
failure(RE, plans.run_workflow(dm, "sleep", "x"))
aborting.join()
in_thread(plan_is_over.set)
text = failure(RE, plans.run_workflow(dm, "sleep", "x", wait=False))
check(
    "after RE.abort a job that nobody waits for starts at once, too",
    text == "" and slot.own_id == "mine2" and slot.status.value == "Running",
    text,
)
slot.stop(success=True)
check("and goes on", not slot._run.patience.is_interrupted)
slot.status.move("Done")

# ---- streams
slot = Stream()
ended(slot.set("frames"))
slot.holds("other", "Ready")
status = slot.complete()
text = text_of(status)
check("complete stops no stream of another client", not slot.finish.puts, text)

slot = Stream()


def lost_at_start():
    slot.holds("mine", "Starting")
    slot.start.value = 0
    lost()


slot.starts = lost_at_start
status = slot.set("frames")
there = threading.Event()
status.watch(lambda *, name, **_: "ready" in name and there.set())
slot.status.move("Connected")
slot.stop()
text = text_of(status)
check(
    "a stream whose start was lost is ended by stop()",
    slot.abort.puts == [1] and slot.status.value == "Aborted",
    text,
)

# ---- what is put in steps
slot = Stream()
slot.send_command, slot.send_args = Pv(), Pv()
sent, is_first_told = [], threading.Event()


def sends():
    if not sent:
        is_first_told.wait()
    sent.append((slot.send_command.value, slot.send_args.value))


slot.send_now = Pv(0, sends)
both = [slot.send("one", {"n": 1}), slot.send("two", {"n": 2})]
is_first_told.set()
check(
    "commands that are sent at once are sent one after the other",
    [ended(status) for status in both] == [None, None]
    and sent == [("one", '{"n": 1}'), ("two", '{"n": 2}')],
    sent,
)


class Dataset(DatasetActions[DmStatus]):
    def __init__(self):
        super().__init__()
        self.name, self._answer = "dataset", lambda status: status
        self.dataset_name, self.metadata, self.upload = Pv(), Pv(), Pv(0)


dataset = Dataset()
put_metadata = dataset.metadata.put_again


def other_puts(value, patience, tell):
    put_metadata(value, patience)
    dataset.dataset_name.move("other")


dataset.metadata.put_again = other_puts
text = text_of(dataset.set("mine", {"n": 1}))
check(
    "a dataset whose name another client has put is not added",
    "another client has put dataset_name 'other'" in text and not dataset.upload.puts,
    text,
)
