"""A processing job, as DM tells of it."""

from __future__ import annotations

from typing import Any

#: What a job's status can't be after its end.
ACTIVE = ("pending", "running", "finalizing", "aborting")


class Job(dict[str, Any]):
    """DM's keys, with the methods that plans use of DM's own class."""

    def getDictRep(self, keyList: Any = "ALL") -> dict[str, Any]:
        """The same as a plain dictionary; the keys don't matter."""
        return dict(self)

    def getWorkflowStage(self, stage_id: str) -> dict[str, Any]:
        """What a stage has done: ``childProcesses`` by their numbers."""
        return dict(self["workflow"]["stages"][stage_id])

    @property
    def exit_status(self) -> int | None:
        """Of its last process; None: there is none."""
        ended = [child.get("exitStatus") for _, child in self.processes()]
        return next((code for code in reversed(ended) if code is not None), None)

    def processes(self) -> list[tuple[str, dict[str, Any]]]:
        """All of its processes, each after the name of its stage."""
        stages = self.get("workflow", {}).get("stages", {})
        return [
            (stage_id, child)
            for stage_id, stage in stages.items()
            for child in stage.get("childProcesses", {}).values()
        ]

    def table(self, truncate: int = 40) -> str:
        """Its processes as text.

        :param truncate: their output after so many characters
        """
        keys = ("status", "runTime", "exitStatus", "stdOut", "stdErr")
        rows: list[tuple[str, ...]] = [("stage", *keys)]
        for stage_id, child in self.processes():
            texts = (str(child.get(key, "")).strip()[:truncate] for key in keys)
            rows.append((stage_id, *(text.replace("\n", " ") for text in texts)))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        return "\n".join(
            "  ".join(
                cell.ljust(width) for cell, width in zip(row, widths, strict=True)
            )
            for row in rows
        )
