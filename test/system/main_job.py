"""The mission's file-based outline, driven by unmodified clients. Usage: main_job.py bluesky|ca|pva ROOT WORK

Prints one JSON line for each check: {"name": ..., "ok": ..., "detail": ...}. The IOC is found by the EPICS_* variables.
ROOT is the storage of the local engine, WORK a directory for the files that the detector writes.
"""

import hashlib
import json
import sys
import time
from pathlib import Path

EXPERIMENT = "demo"
IDLE, DONE, FAILED, ABORTED = 0, 4, 5, 8
INVALID, MAJOR = 3, 2


def check(name, ok, detail=""):
    print(json.dumps({"name": name, "ok": bool(ok), "detail": str(detail)}), flush=True)


def wait_until(condition, timeout=10.0):
    """Wait for what a client can only see by reading; True as soon as it is so."""
    end = time.monotonic() + timeout
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.02)
    return False


def write_frames(directory, count, seed):
    """A simulated detector: real files, as big as frames are."""
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for number in range(count):
        path = directory / f"frame_{seed}_{number:04d}.dat"
        path.write_bytes(hashlib.sha256(f"{seed}{number}".encode()).digest() * 20_000)
        files.append(path)
    return files


def check_stored(files, stored):
    for path in files:
        copy = stored / path.name
        same = copy.is_file() and copy.read_bytes() == path.read_bytes()
        check(f"the stored copy of {path.name} is byte-identical", same, copy)


def check_output(job_id, data):
    """What example-01 leaves: a file that names the job and the checksum of its input."""
    outputs = list(Path("/tmp").glob(f"workflow.*/{job_id}.out"))
    check("the workflow's output file is there", len(outputs) == 1, outputs)
    if not outputs:
        return
    text = outputs[0].read_text()
    outputs[0].unlink()
    checksum = hashlib.md5(data.read_bytes()).hexdigest()
    check(
        "the workflow's output has the checksum of the data",
        f"MD5 SUM: {checksum}" in text,
        text,
    )


def run_bluesky(root, work):
    import bluesky.plan_stubs as bps
    import bluesky.plans as bp
    from bluesky import RunEngine
    from ophyd import Component, Device, EpicsSignal, EpicsSignalRO, Signal
    from ophyd.status import Status

    def text(pv):
        return Component(EpicsSignal, f"{pv}.VAL$", string=True, put_complete=True)

    def setpoint(pv):
        return Component(EpicsSignal, pv, put_complete=True)

    class Dm(Device):
        experiment = setpoint("Experiment")
        selected = Component(EpicsSignalRO, "Experiment_RBV", string=True)
        message = Component(EpicsSignalRO, "Message.VAL$", string=True)
        daq_data_directory = text("DAQ1:DataDirectory")
        daq_dest_directory = setpoint("DAQ1:DestDirectory")
        daq_start = setpoint("DAQ1:Start")
        daq_sync = setpoint("DAQ1:Sync")
        daq_stop = setpoint("DAQ1:Stop")
        daq_id = Component(EpicsSignalRO, "DAQ1:Id")
        daq_status = Component(EpicsSignalRO, "DAQ1:Status")
        daq_n_completed = Component(EpicsSignalRO, "DAQ1:NCompleted")
        upload_data_directory = text("Upload1:DataDirectory")
        upload_file_path = text("Upload1:FilePath")
        upload_dest_directory = setpoint("Upload1:DestDirectory")
        upload_run = setpoint("Upload1:Run")
        upload_status = Component(EpicsSignalRO, "Upload1:Status")
        dataset_name = setpoint("Dataset:Name")
        dataset_metadata = text("Dataset:Metadata")
        dataset_upload = setpoint("Dataset:Upload")
        dataset_status = Component(EpicsSignalRO, "Dataset:Status")

    class Workflow(Device):
        workflow = setpoint("Workflow")
        file_path = text("FilePath")
        args = text("Args")
        concise = setpoint("Concise")
        run = setpoint("Run")
        wait = setpoint("Wait")
        abort = setpoint("Abort")
        job_id = Component(EpicsSignalRO, "JobId")
        status = Component(EpicsSignalRO, "Status")
        stage_id = Component(EpicsSignalRO, "Stage", string=True)
        report = Component(EpicsSignalRO, "Report.VAL$", string=True)
        error_message = Component(EpicsSignalRO, "ErrorMessage.VAL$", string=True)
        exit_status = Component(EpicsSignalRO, "ExitStatus")

    class Detector(Device):
        """Writes a file for each trigger, as an area detector's file plugin does."""

        last_file = Component(Signal, value="")

        def __init__(self, *args, directory, **kwargs):
            super().__init__(*args, **kwargs)
            self.directory = directory
            self.files = []

        def trigger(self):
            path = write_frames(self.directory, 1, f"scan{len(self.files)}")[0]
            self.files.append(path)
            self.last_file.put(str(path))
            status = Status(self)
            status.set_finished()
            return status

    dm = Dm("dm:", name="dm")
    wf = Workflow("dm:WF1:", name="wf")
    dm.wait_for_connection(timeout=10)
    wf.wait_for_connection(timeout=10)
    detector = Detector("", name="detector", directory=work / "frames")
    detector.directory.mkdir(parents=True)
    parameters = work / "parameters.json"
    parameters.write_text('{"energy_keV": 8.0}')
    seen = {"status": [], "stage_id": [], "report": []}
    for name in seen:
        getattr(wf, name).subscribe(
            lambda value, name=name, **_: seen[name].append(value), event_type="value"
        )

    def severity(signal):
        signal.get()
        return signal.alarm_severity

    def setup_user(experiment, data_directory, upload_file):
        yield from bps.mv(dm.experiment, experiment)
        yield from bps.mv(
            dm.daq_data_directory, str(data_directory), dm.daq_dest_directory, "run1"
        )
        if (yield from bps.rd(dm.daq_status)) == IDLE:
            yield from bps.mv(dm.daq_start, 1)
        yield from bps.mv(dm.upload_data_directory, str(upload_file.parent))
        yield from bps.mv(
            dm.upload_file_path,
            upload_file.name,
            dm.upload_dest_directory,
            "parameters",
        )
        yield from bps.mv(dm.upload_run, 1)

    def collect(frames):
        uid = yield from bp.count(
            [detector], num=frames, md={"dm_experiment": EXPERIMENT}
        )
        yield from bps.mv(dm.daq_sync, 1)
        first = detector.files[0].name
        yield from bps.mv(
            wf.workflow,
            "example-01",
            wf.file_path,
            f"run1/{first}",
            wf.args,
            '{"note": "by bluesky"}',
        )
        yield from bps.mv(wf.run, 1)
        yield from bps.mv(
            dm.dataset_name,
            f"run_uid8_{uid[:8]}",
            dm.dataset_metadata,
            json.dumps({"bluesky_run_uid": uid}),
        )
        yield from bps.mv(dm.dataset_upload, 1)

    engine = RunEngine({})
    engine(setup_user(EXPERIMENT, detector.directory, parameters))
    check(
        "setup_user selects the experiment",
        dm.selected.get() == EXPERIMENT,
        dm.selected.get(),
    )
    check("setup_user starts the DAQ", dm.daq_status.get() == 2, dm.daq_status.get())
    check(
        "setup_user uploads the parameter file",
        dm.upload_status.get() == DONE,
        dm.message.get(),
    )
    daq_id = dm.daq_id.get()
    engine(setup_user(EXPERIMENT, detector.directory, parameters))
    check(
        "a second setup_user keeps the active DAQ",
        dm.daq_id.get() == daq_id,
        dm.daq_id.get(),
    )

    engine(collect(5))
    check("the workflow's job is done", wf.status.get() == DONE, wf.error_message.get())
    check("the job's put left no alarm", severity(wf.run) == 0, wf.run.alarm_severity)
    check("the job is named", len(wf.job_id.get()) == 36, wf.job_id.get())
    check(
        "the DAQ stored every frame",
        dm.daq_n_completed.get() >= 5,
        dm.daq_n_completed.get(),
    )
    check(
        "the run's metadata is in DM", dm.dataset_status.get() == DONE, dm.message.get()
    )
    storage = root / "experiments" / EXPERIMENT / "data"
    check_stored(detector.files, storage / "run1")
    check_stored([parameters], storage / "parameters")
    check_output(wf.job_id.get(), detector.files[0])
    check(
        "monitors followed the status to its end",
        wait_until(lambda: seen["status"][-1:] == [DONE]),
        seen["status"],
    )
    check(
        "monitors followed the stages",
        wait_until(lambda: seen["stage_id"][-1:] == ["06-DONE"]),
        seen["stage_id"],
    )
    check(
        "monitors followed the report",
        wait_until(lambda: "done 06-DONE (6/6)" in seen["report"][-1]),
        seen["report"],
    )

    # ophyd calls every completed put a success: a plan looks at the alarm.
    engine(bps.mv(dm.experiment, "no-such-experiment"))
    check(
        "an unknown experiment raises an alarm",
        severity(dm.experiment) == INVALID,
        dm.experiment.alarm_severity,
    )
    check(
        "an unknown experiment is named in the message",
        "no-such-experiment" in dm.message.get(),
        dm.message.get(),
    )
    check(
        "an unknown experiment leaves none selected",
        dm.selected.get() == "",
        dm.selected.get(),
    )
    engine(bps.mv(dm.experiment, EXPERIMENT))
    check(
        "a good experiment clears alarm and message",
        severity(dm.experiment) == 0 and dm.message.get() == "",
        dm.message.get(),
    )
    engine(bps.mv(wf.workflow, "no-such-workflow"))
    engine(bps.mv(wf.run, 1))
    check(
        "an unknown workflow raises an alarm",
        severity(wf.run) == INVALID,
        wf.run.alarm_severity,
    )
    check(
        "an unknown workflow is named in the slot's error",
        "no-such-workflow" in wf.error_message.get(),
        wf.error_message.get(),
    )
    engine(bps.mv(wf.workflow, "fails"))
    engine(bps.mv(wf.run, 1))
    check(
        "a failing stage raises a MAJOR alarm",
        severity(wf.run) == MAJOR,
        wf.run.alarm_severity,
    )
    check("a failing stage shows as Failed", wf.status.get() == FAILED, wf.status.get())
    check(
        "a failing stage's stderr is the slot's error",
        "cannot read the detector file" in wf.error_message.get(),
        wf.error_message.get(),
    )
    check(
        "a failing stage's exit status is shown",
        wf.exit_status.get() == 3,
        wf.exit_status.get(),
    )

    def abort_while_running():
        yield from bps.mv(wf.workflow, "sleep", wf.args, '{"seconds": "60"}')
        yield from bps.abs_set(wf.run, 1, group="job")
        while (yield from bps.rd(wf.status)) != 2:
            yield from bps.sleep(0.02)
        yield from bps.mv(wf.abort, 1)
        yield from bps.wait("job")

    started = time.monotonic()
    engine(abort_while_running())
    check(
        "an abort ends the job at once",
        time.monotonic() - started < 20,
        time.monotonic() - started,
    )
    check(
        "an aborted job shows as Aborted", wf.status.get() == ABORTED, wf.status.get()
    )
    check(
        "an abort raises an alarm on Run",
        severity(wf.run) == MAJOR,
        wf.run.alarm_severity,
    )
    check(
        "an abort says so",
        "aborted" in wf.error_message.get() or "aborted" in dm.message.get(),
        dm.message.get(),
    )
    engine(bps.mv(dm.daq_stop, 1))
    check(
        "the DAQ is done when it was stopped",
        dm.daq_status.get() == DONE,
        dm.daq_status.get(),
    )


def run_ca(root, work):
    """As caput -c does it: ca_put_callback, and the status that the server gives back."""
    import ctypes

    import epics
    from epics import ca, dbr

    ECA_NORMAL, ECA_PUTFAIL = 1, 160
    results = {}

    def on_put(args):
        results[args.usr] = args.status

    callback = dbr.make_callback(on_put, dbr.event_handler_args)

    def put_callback_status(pv, value, timeout=60.0):
        """pyepics itself drops the status of a put-callback; this asks libca with pyepics' own channel."""
        chid = epics.get_pv(pv, connect=True, timeout=10).chid
        key = f"{pv}{time.monotonic()}"
        data = (
            (ctypes.c_short * 1)(value)
            if isinstance(value, int)
            else ctypes.create_string_buffer(value.encode(), 40)
        )
        kind = dbr.SHORT if isinstance(value, int) else dbr.STRING
        ca.libca.ca_array_put_callback(
            kind, 1, chid, ctypes.byref(data), callback, ctypes.py_object(key)
        )
        ca.flush_io()
        wait_until(lambda: key in results, timeout)
        return results.get(key)

    def put(pv, value):
        epics.caput(pv, value, wait=True, timeout=60)

    def get(pv, **kwargs):
        return epics.caget(pv, timeout=10, use_monitor=False, **kwargs)

    def alarm(pv):
        return get(f"{pv}.SEVR"), get(f"{pv}.AMSG")

    frames = work / "frames"
    frames.mkdir(parents=True)
    put("dm:Experiment", EXPERIMENT)
    put("dm:DAQ2:DataDirectory.VAL$", str(frames))
    put("dm:DAQ2:DestDirectory", "ca")
    put("dm:DAQ2:Start", 1)
    check(
        "the DAQ runs when Start is done",
        get("dm:DAQ2:Status") == 2,
        get("dm:DAQ2:Status"),
    )
    files = write_frames(frames, 3, "ca")
    put("dm:DAQ2:Sync", 1)
    check_stored(files, root / "experiments" / EXPERIMENT / "data" / "ca")
    put("dm:WF2:Workflow", "example-01")
    put("dm:WF2:FilePath", f"ca/{files[0].name}")
    check("Run succeeds", put_callback_status("dm:WF2:Run", 1) == ECA_NORMAL, results)
    check(
        "the job is done when the put is",
        get("dm:WF2:Status", as_string=True) == "Done",
        get("dm:WF2:ErrorMessage"),
    )
    check_output(get("dm:WF2:JobId"), files[0])

    check(
        "an unknown experiment fails the put",
        put_callback_status("dm:Experiment", "nowhere") == ECA_PUTFAIL,
        results,
    )
    check(
        "an unknown experiment is in the alarm message",
        alarm("dm:Experiment")[0] == INVALID and "nowhere" in alarm("dm:Experiment")[1],
        alarm("dm:Experiment"),
    )
    put("dm:Experiment", EXPERIMENT)
    put("dm:WF2:Workflow", "nothing")
    check(
        "an unknown workflow fails the put",
        put_callback_status("dm:WF2:Run", 1) == ECA_PUTFAIL,
        results,
    )
    check(
        "an unknown workflow is in the alarm message",
        alarm("dm:WF2:Run")[0] == INVALID and "nothing" in alarm("dm:WF2:Run")[1],
        alarm("dm:WF2:Run"),
    )
    put("dm:WF2:Workflow", "fails")
    check(
        "a failing stage fails the put",
        put_callback_status("dm:WF2:Run", 1) == ECA_PUTFAIL,
        results,
    )
    check(
        "a failing stage is in the alarm message",
        alarm("dm:WF2:Run")[0] == MAJOR
        and alarm("dm:WF2:Run")[1].startswith("02-FAIL failed"),
        alarm("dm:WF2:Run"),
    )
    put("dm:WF2:Workflow", "sleep")
    put("dm:WF2:Args.VAL$", '{"seconds": "60"}')
    epics.caput("dm:WF2:Run", 1, wait=False)
    check(
        "the job runs",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Running"),
        get("dm:WF2:Status"),
    )
    check(
        "a second Run is refused or queued, never a second job",
        get("dm:Job:NRunning") == 1,
        get("dm:Job:NRunning"),
    )
    put("dm:WF2:Abort", 1)
    check(
        "Abort is done when the job has ended",
        get("dm:WF2:Status", as_string=True) == "Aborted",
        get("dm:WF2:Status"),
    )
    check(
        "the aborted Run has an alarm",
        wait_until(lambda: alarm("dm:WF2:Run")[0] == MAJOR),
        alarm("dm:WF2:Run"),
    )
    epics.caput("dm:WF2:Run", 1, wait=False)
    check(
        "the next job runs",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Running"),
        get("dm:WF2:Status"),
    )
    epics.caput("dm:WF2:Run", 0, wait=False)
    check(
        "a put of 0 to Run aborts its job",
        wait_until(lambda: get("dm:WF2:Status", as_string=True) == "Aborted"),
        get("dm:WF2:Status"),
    )
    put("dm:WF2:Args.VAL$", "{not json")
    check(
        "malformed JSON raises an alarm",
        alarm("dm:WF2:Args")[0] == INVALID and "not JSON" in alarm("dm:WF2:Args")[1],
        alarm("dm:WF2:Args"),
    )
    check(
        "malformed JSON keeps the workflow from starting",
        put_callback_status("dm:WF2:Start", 1) == ECA_PUTFAIL,
        results,
    )
    put("dm:WF2:Args.VAL$", "{}")
    check(
        "a readback can't be written",
        not epics.get_pv("dm:WF2:Status", connect=True).write_access,
    )
    put("dm:DAQ2:Stop", 1)
    check(
        "the DAQ is done when Stop is",
        get("dm:DAQ2:Status", as_string=True) == "Done",
        get("dm:DAQ2:Status"),
    )


def run_pva(root, work):
    from p4p.client.thread import Context, RemoteError

    with Context("pva", nt=False) as client:

        def put(pv, value):
            client.put(
                pv,
                {"value": value} if isinstance(value, str) else {"value.index": value},
                wait=True,
                timeout=60,
            )

        def refused(pv, value):
            try:
                put(pv, value)
            except RemoteError as error:
                return str(error) or "error"
            return ""

        def get(pv):
            return client.get(pv, timeout=10)

        def status(pv):
            value = get(pv).value
            return value.choices[value.index]

        frames = work / "frames"
        frames.mkdir(parents=True)
        put("dm:Experiment", EXPERIMENT)
        put("dm:DAQ3:DataDirectory", str(frames))
        put("dm:DAQ3:DestDirectory", "pva")
        put("dm:DAQ3:Start", 1)
        files = write_frames(frames, 3, "pva")
        put("dm:DAQ3:Sync", 1)
        check_stored(files, root / "experiments" / EXPERIMENT / "data" / "pva")
        put("dm:WF3:Workflow", "example-01")
        put(
            "dm:WF3:FilePath",
            str(root / "experiments" / EXPERIMENT / "data" / "pva" / files[0].name),
        )
        put("dm:WF3:Run", 1)
        check(
            "the job is done when the put is",
            status("dm:WF3:Status") == "Done",
            get("dm:WF3:ErrorMessage").value,
        )
        job_id = get("dm:WF3:JobId").value
        check_output(job_id, files[0])
        stages = get("dm:WF3:Stages").value
        check(
            "the table of stages has every stage",
            list(stages.stage)[-1] == "06-DONE" and len(stages.stage) == 6,
            stages,
        )
        wait_until(lambda: job_id in list(get("dm:Job:Table").value.id))
        check(
            "the table of jobs has the job",
            job_id in list(get("dm:Job:Table").value.id),
            job_id,
        )

        check(
            "an unknown experiment fails the put", refused("dm:Experiment", "nowhere")
        )
        alarm = get("dm:Experiment").alarm
        check(
            "an unknown experiment is in the alarm",
            alarm.severity == INVALID and "nowhere" in alarm.message,
            alarm,
        )
        put("dm:Experiment", EXPERIMENT)
        put("dm:WF3:Workflow", "nothing")
        check("an unknown workflow fails the put", refused("dm:WF3:Run", 1))
        put("dm:WF3:Workflow", "fails")
        check("a failing stage fails the put", refused("dm:WF3:Run", 1))
        alarm = get("dm:WF3:Run").alarm
        check(
            "a failing stage is in the alarm",
            alarm.severity == MAJOR and "02-FAIL" in alarm.message,
            alarm,
        )
        check(
            "a failing stage shows as Failed",
            status("dm:WF3:Status") == "Failed",
            status("dm:WF3:Status"),
        )

        from p4p.nt import NTURI

        def call(name, **arguments):
            uri = NTURI([(key, "s") for key in arguments])
            return client.rpc(
                f"dm:rpc:{name}", uri.wrap(f"dm:rpc:{name}", kws=arguments), timeout=10
            )

        job = call(
            "startWorkflow",
            workflow="sleep",
            args='{"seconds": "60", "filePath": "/dev/null"}',
        )
        check("startWorkflow answers with the job", len(job.id) == 36, job)
        stopped = call("stopWorkflow", id=job.id)
        check("stopWorkflow answers with the job", stopped.id == job.id, stopped)
        check(
            "getJob answers with the whole job",
            json.loads(call("getJob", id=job.id).json)["id"] == job.id,
        )
        try:
            call("startWorkflow", workflow="nothing")
            check("a call that fails raises an error", False)
        except RemoteError as error:
            check("a call that fails says why", "nothing" in str(error), error)
        put("dm:DAQ3:Stop", 1)
        pvi = get("dm:WF3:PVI").value
        check("PVI names the commands", pvi.run.x == "dm:WF3:Run", pvi)


if __name__ == "__main__":
    {"bluesky": run_bluesky, "ca": run_ca, "pva": run_pva}[sys.argv[1]](
        Path(sys.argv[2]), Path(sys.argv[3])
    )
