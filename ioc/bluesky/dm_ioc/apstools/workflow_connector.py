"""``DM_WorkflowConnector`` of apstools, by a slot of dm-ioc."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import bluesky.plan_stubs as bps
from ophyd import Component, Device, Kind, Signal

from ..devices.errors import DmFailed, DmInterrupted, DmJobFailed, DmRefused
from ..devices.passing import is_passing
from ..devices.patience import Patience
from ..devices.remote_call import repeated_call
from ..devices.run import Run
from ..devices.signals import fresh
from ..devices.status import DmStatus, log
from ..devices.workflow import WorkflowSlot
from ..dm_plan import dm_plan
from .errand import Plan
from .job import ACTIVE, Job

NOT_AVAILABLE = "-n/a-"
NOT_RUN_YET = "not_run"
#: Of a job that is being started, or of none: DM has refused it.
STARTING, REFUSED = "running", "failed"
#: In seconds, for DM's last word about a job that has ended.
_LAST_WORD_S = 30.0


class DM_WorkflowConnector(Device):
    """Runs workflows of DM: the same constructor, signals and plans as ``apstools.devices.DM_WorkflowConnector``, and the slot.

    ``workflow_args`` and the keywords are the job's arguments. A slot has one job at a time: a second one waits for the end of
    the first. Connectors of different slots run beside each other.

    :param name: of the device
    :param workflow: its name
    :param prefix: of the IOC
    :param slot: its number, from 1
    :param labels: of ophyd
    :param workflow_args: arguments of each job
    """

    owner = Component(Signal, value="", kind=Kind.config)
    workflow = Component(Signal, value="")
    job_id = Component(Signal, value=NOT_RUN_YET)
    run_time = Component(Signal, value=0)
    stage_id = Component(Signal, value=NOT_RUN_YET)
    status = Component(Signal, value=NOT_RUN_YET)
    exit_status = Component(Signal, value=NOT_RUN_YET)
    #: Has no effect on jobs, which tell by themselves; DM_WorkflowCache looks so often.
    polling_period = Component(Signal, value=1.0, kind=Kind.config)
    reporting_period = Component(Signal, value=10, kind=Kind.config)
    concise_reporting = Component(Signal, value=True, kind=Kind.config)

    def __init__(
        self,
        name: str | None = None,
        workflow: str | None = None,
        *,
        prefix: str = "dm:",
        slot: int = 1,
        labels: Any = None,
        **workflow_args: Any,
    ) -> None:
        if name is None:
            raise KeyError("Must provide value for 'name'.")
        super().__init__(prefix, name=name, labels=labels)
        self.slot = WorkflowSlot(f"{prefix}WF{slot}:", name=f"{name}_slot")
        #: Arguments of each job of this connector.
        self.workflow_args = workflow_args
        #: What DM has told of the job last.
        self.job: Job | None = None
        self.start_time = 0.0
        self._run: Run | None = None
        if workflow is not None:
            self.workflow.put(workflow)

    def __repr__(self) -> str:
        facts = {"owner": self.owner.get(), "workflow": self.workflow.get()}
        facts.update(sorted(self.workflow_args.items()))
        if self.job_id.get() != NOT_RUN_YET:
            facts.update(id=self.job_id.get(), run_time=self.run_time.get())
            facts.update(stage_id=self.stage_id.get())
        facts.update(status=self.status.get())
        innards = ", ".join(f"{key}={value!r}" for key, value in facts.items())
        return f"{type(self).__name__}({innards})"

    # ---- what plans call

    @dm_plan
    def run_as_plan(
        self,
        workflow: str = "",
        wait: bool = True,
        timeout: float | None = None,
        **kwargs: Any,
    ) -> Plan[None]:
        """Run a workflow. What fails raises bluesky's FailedStatus with the reason.

        :param workflow: empty: as the signal says
        :param wait: until the job has ended well, and end it with the plan; otherwise, until DM has it, and it goes on by itself
        :param timeout: in seconds, ends the waiting and the reports, not the job; None: as long as it takes
        :param kwargs: the job's arguments, beside ``workflow_args``
        """
        run, taken, ended = self._begin(workflow, timeout, kwargs)
        if not wait:
            run.taken.add_callback(lambda _: run.detach())
        yield from bps.trigger(_Awaited(self.name, ended if wait else taken), wait=True)

    def start_workflow(
        self, workflow: str = "", timeout: float | None = None, **kwargs: Any
    ) -> DmStatus:
        """Run a workflow in the background; the parameters are those of ``run_as_plan``.

        :returns: done when the job has ended well
        """
        run, _, ended = self._begin(workflow, timeout, kwargs)
        run.detach()
        return ended

    def stop(self, *, success: bool = False) -> None:
        """End the job that this connector has started."""
        self.slot.stop(success=success)

    @property
    def starting(self) -> bool:
        """DM has not taken the job yet."""
        return self._run is not None and not self._run.taken.done

    @property
    def active(self) -> bool:
        """The job goes on."""
        return self.status.get() in ACTIVE

    @property
    def idle(self) -> bool:
        """There is no job, or it has ended, well or not."""
        return not self.active

    # ---- what DM says

    def getJob(self) -> Job:
        """The job as it is now, with DM's keys."""
        if self.job_id.get() == NOT_RUN_YET:
            raise DmFailed(f"{self.name} has no job yet: start one")
        return self._job(Patience())

    @property
    def processing_jobs(self) -> list[Job]:
        """The newest jobs of the owner."""
        answer = self._call("listJobs", {}, Patience())
        return [Job(job) for job in json.loads(answer.json)]

    def report_status(self, t_offset: float | None = None) -> None:
        """Log how the job is: one line, or with its stages.

        :param t_offset: since when, as of ``time.time()``
        """
        if not self.concise_reporting.get():
            self.report_processing_stages()
            return
        facts = (self.workflow.get(), self.job_id.get()[:8], self.status.get())
        text = " ".join(repr(fact) for fact in (*facts, self.stage_id.get()))
        elapsed = "" if t_offset is None else f" elapsed: {time.time() - t_offset:.0f}s"
        log.info("%s %s: %s%s", type(self).__name__, self.name, text, elapsed)

    def report_processing_stages(self, truncate: int = 40) -> None:
        """Log the processes of each stage.

        :param truncate: their output after so many characters
        """
        if self.job is not None:
            log.info("%r\n%s", self, self.job.table(truncate))

    def put_if_different(self, signal: Signal, value: Any) -> None:
        """A change only is heard by those who subscribe."""
        if signal.get() != value:
            signal.put(value)

    def _update_processing_data(self, patience: Patience | None = None) -> None:
        if self.job_id.get() == NOT_RUN_YET:
            return
        patience = patience or Patience()
        job = self.job = self._job(patience)
        run_time = job.get("runTime")
        if run_time is None and fresh(self.slot.job_id, patience) == job["id"]:
            run_time = fresh(self.slot.run_time, patience)
        exit_status = NOT_AVAILABLE if job.exit_status is None else job.exit_status
        self.put_if_different(self.run_time, -1 if run_time is None else run_time)
        self.put_if_different(self.exit_status, exit_status)
        self.put_if_different(self.stage_id, job.get("stage", NOT_AVAILABLE))
        self.put_if_different(self.status, job["status"])

    def _job(self, patience: Patience) -> Job:
        arguments = {"id": str(self.job_id.get())}
        return Job(json.loads(self._call("getJob", arguments, patience).json))

    def _call(self, name: str, arguments: dict[str, str], patience: Patience) -> Any:
        owner = self.owner.get()
        if owner:
            arguments["owner"] = owner
        return repeated_call(f"{self.prefix}rpc:{name}", arguments, patience)

    # ---- how a job is followed

    def _begin(
        self, workflow: str, timeout: float | None, kwargs: dict[str, Any]
    ) -> tuple[Run, DmStatus, DmStatus]:
        """:returns: and what ends after the signals say that DM has the job, and how it has ended"""
        name = workflow or self.workflow.get()
        if not name:
            raise AttributeError("Must define a workflow name.")
        args = {**self.workflow_args, **kwargs}
        path = str(args.pop("filePath", ""))
        run = self.slot.begin(
            name, file_path=path, args=args, owner=self.owner.get(), timeout=timeout
        )
        run.awaited()
        self._run, self.job, self.start_time = run, None, time.time()
        self.put_if_different(self.workflow, name)
        for signal in (self.job_id, self.stage_id, self.exit_status):
            signal.put(NOT_RUN_YET)
        self.run_time.put(0)
        self.status.put(STARTING)
        taken = DmStatus(f"{self.name}: start of {name}")
        ended = DmStatus(f"{self.name}: {name}")
        threading.Thread(
            target=self._follow, args=(run, taken, ended), name=str(ended), daemon=True
        ).start()
        return run, taken, ended

    def _follow(self, run: Run, taken: DmStatus, ended: DmStatus) -> None:
        """The signals follow as well as they can; how the run ends is the run's own word."""
        with self._woken(Patience()) as patience:
            run.taken.add_callback(patience.wake)
            run.status.add_callback(lambda _: patience.interrupt("it has ended"))
            with contextlib.suppress(DmInterrupted):
                while not run.taken.done:
                    patience.wait("the start")
            if run.taken.success:
                self._put(run, self.job_id, run.id)
                taken.set_finished()
            try:
                self._report(run, ended, patience)
            except DmInterrupted:
                pass
            except Exception:
                log.exception("%s: there are no more reports", self.name)
        error = run.status.exception(timeout=None)
        if error is None or isinstance(error, DmJobFailed):
            self._learn(run, Patience(_LAST_WORD_S))
        if not run.taken.success:
            self._put(run, self.status, REFUSED)
            taken.set_exception(error)
        if error is None:
            with contextlib.suppress(Exception):
                self.report_status(self.start_time)
            ended.set_finished()
        else:
            log.error("%s: %s", self.name, error)
            ended.set_exception(error)
        # After a time limit it goes on.
        with self._woken(Patience()) as patience:
            while run.id and self._run is run and self.active:
                patience.wait(f"job {run.id}")
                self._learn(run, patience)

    @contextlib.contextmanager
    def _woken(self, patience: Patience) -> Iterator[Patience]:
        """By what moves in the slot."""
        signals = (self.slot.status, self.slot.stage_id)
        tokens = [signal.subscribe(patience.wake, run=False) for signal in signals]
        try:
            yield patience
        finally:
            for signal, token in zip(signals, tokens, strict=True):
                signal.unsubscribe(token)

    def _report(self, run: Run, ended: DmStatus, patience: Patience) -> None:
        """Until the run has ended, which interrupts it.

        :raises DmInterrupted: always
        """
        reported, reported_s = "", 0.0
        while True:
            self._learn(run, patience)
            period = max(float(self.reporting_period.get()), 1.0)
            news = (
                f"job {self.job_id.get()} is {self.status.get()} {self.stage_id.get()}"
            )
            if news != reported or time.monotonic() >= reported_s + period:
                reported, reported_s = news, time.monotonic()
                self.report_status(self.start_time)
                ended.tell(news)
            patience.wait(news, period)

    def _learn(self, run: Run, patience: Patience) -> None:
        """What DM tells of the job; what it doesn't tell ends nothing."""
        if not run.id or self._run is not run:
            return
        self._put(run, self.job_id, run.id)
        try:
            self._update_processing_data(patience)
        except Exception as error:
            is_refused = isinstance(error, DmRefused) and not is_passing(error)
            if isinstance(error, DmFailed) and not is_refused:
                return  # the IOC or DM is away
            log.warning("%s: job %s: %r", self.name, run.id, error)
            self._put(run, self.status, NOT_AVAILABLE)

    def _put(self, run: Run, signal: Signal, value: Any) -> None:
        """Unless the connector has another job by now."""
        if self._run is run:
            self.put_if_different(signal, value)


class _Awaited:
    """A status that a plan waits for."""

    parent = None

    def __init__(self, name: str, status: DmStatus) -> None:
        self.name, self._status = name, status

    def trigger(self) -> DmStatus:
        return self._status
