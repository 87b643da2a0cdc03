"""What is known of runs before they end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any

from .json_safe import json_safe


@dataclass
class OpenRun:
    """A run that has started.

    :param start: its start document, as JSON can say it
    :param experiment: that was selected then; empty: none; None: it can't be told
    """

    uid: str
    start: Mapping[str, Any]
    experiment: str | None
    descriptors: list[Any] = field(default_factory=list)

    def dataset(self, stop: Mapping[str, Any]) -> dict[str, Any]:
        """Its metadata, in the form that apstools' ``share_bluesky_metadata_with_dm`` has begun. DM's catalogue holds no two datasets
        of the same ``_id``."""
        begun = datetime.fromtimestamp(float(self.start["time"]), timezone.utc)
        return {
            "_id": self.uid,
            "bluesky_run_uid": self.uid,
            "time_iso8601": begun.isoformat(),
            "bluesky_metadata": {
                "start": self.start,
                "stop": json_safe(stop),
                "descriptors": self.descriptors,
            },
        }


class OpenRuns:
    """Puts documents to their runs, of which any number may be open."""

    def __init__(self) -> None:
        self._runs: dict[str, OpenRun] = {}

    def start(self, document: Mapping[str, Any], experiment: str | None) -> None:
        """A run begins."""
        run = OpenRun(str(document["uid"]), json_safe(document), experiment)
        self._runs[run.uid] = run

    def describe(self, document: Mapping[str, Any]) -> None:
        """A stream of a run begins."""
        run = self._runs.get(document["run_start"])
        if run is not None:
            run.descriptors.append(json_safe(document))

    def stop(self, document: Mapping[str, Any]) -> OpenRun | None:
        """A run ends. :returns: it, or None when its start was never seen"""
        return self._runs.pop(document["run_start"], None)
