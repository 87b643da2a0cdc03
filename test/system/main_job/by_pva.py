"""The main job over PVAccess, by p4p."""

import json

from p4p.client.thread import Context, RemoteError
from p4p.nt import NTURI

from checks import (
    EXPERIMENT,
    INVALID,
    MAJOR,
    check,
    check_output,
    check_stored,
    wait_until,
    write_frames,
)


def run(root, work):
    with Context("pva", nt=False) as client:

        def put(pv, value):
            client.put(
                pv,
                {"value": value} if isinstance(value, str) else {"value.index": value},
                wait=True,
                timeout=300,
            )

        def refused(pv, value):
            try:
                put(pv, value)
            except RemoteError as error:
                return str(error) or "error"
            return ""

        def get(pv):
            return client.get(pv, timeout=300)

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

        def call(name, **arguments):
            uri = NTURI([(key, "s") for key in arguments])
            return client.rpc(
                f"dm:rpc:{name}", uri.wrap(f"dm:rpc:{name}", kws=arguments), timeout=300
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
