"""The main job by a Bluesky RunEngine with plain EpicsSignals."""

import json
import time

import bluesky.plan_stubs as bps
import bluesky.plans as bp
from bluesky import RunEngine
from ophyd import Component, Device, EpicsSignal, EpicsSignalRO, Signal
from ophyd.signal import EpicsSignalBase
from ophyd.status import Status

from checks import (
    ABORTED,
    DONE,
    EXPERIMENT,
    FAILED,
    IDLE,
    INVALID,
    MAJOR,
    check,
    check_output,
    check_stored,
    wait_until,
    write_frames,
)


def run(root, work):
    EpicsSignalBase.set_defaults(timeout=300, connection_timeout=300)

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
    dm.wait_for_connection(timeout=300)
    wf.wait_for_connection(timeout=300)
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
        "an unknown experiment shows on the readback, too",
        severity(dm.selected) == INVALID,
        dm.selected.alarm_severity,
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
        "a refused Run shows nothing of the job before",
        wf.status.get() == IDLE and wf.job_id.get() == "",
        (wf.status.get(), wf.job_id.get()),
    )
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
