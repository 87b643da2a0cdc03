"""Several connectors together, as apstools has them."""

from __future__ import annotations

import logging

import bluesky.plan_stubs as bps

from ..dm_plan import dm_plan
from .errand import Plan
from .workflow_connector import DM_WorkflowConnector

log = logging.getLogger("dm_ioc")


class DM_WorkflowCache:
    """Waits for the workflows of connectors. For all jobs of the DM user, whoever has started them: ``bps.trigger(dm.jobs)``."""

    def __init__(self) -> None:
        self.cache: dict[str, DM_WorkflowConnector] = {}

    def define_workflow(self, key: str, connector: DM_WorkflowConnector) -> None:
        """
        :param key: its name here
        """
        if key in self.cache:
            raise KeyError(f"Key already exists: {key!r}")
        self.cache[key] = connector

    @dm_plan
    def wait_workflows(self, period: float = 10, wait: bool = True) -> Plan[None]:
        """Wait until all have ended, well or not: their ``status`` says how.

        :param period: in seconds, between reports
        """
        for key, connector in self.cache.items():
            while wait and not connector.idle:
                log.info("waits for %s: %r", key, connector)
                yield from bps.sleep(min(period, connector.polling_period.get()))

    def print_cache_summary(self, title: str = "Summary") -> None:
        """Print what has become of them."""
        print(f"\n{title}")
        for key, connector in self.cache.items():
            print(f"{key}: {connector!r}")

    def report_dm_workflow_output(self, final_stage_id: str) -> None:
        """Print what one stage of each has printed."""
        for connector in self.cache.values():
            stage = connector.getJob().getWorkflowStage(final_stage_id)
            for child in stage.get("childProcesses", {}).values():
                for key in ("stdOut", "stdErr"):
                    text = str(child.get(key, "")).strip()
                    if text:
                        print(f"{final_stage_id}  {key}:\n{text}")
