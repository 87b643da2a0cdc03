"""What passes by itself."""

from __future__ import annotations

from .errors import DmRefused

#: Of the codes of calls: another try may say otherwise. All else is about what was asked, or the rights.
_PASSING = (
    "CANCELLED",
    "DM_AUTHENTICATION",
    "DM_COMMAND_FAILED",
    "DM_COMMUNICATION",
    "DM_DB",
    "DM_ERROR",
    "DM_FAILED",
    "DM_INTERNAL",
    "DM_INVALID_SESSION",
    "DM_OUTCOME_UNKNOWN",
    "DM_SERVICE_LIMIT",
    "DM_TASK_TIMEOUT",
    "DM_TIMEOUT",
    "INTERNAL",
)


def is_passing(refusal: DmRefused) -> bool:
    """A call of the IOC was refused because DM, or the IOC, is away or in trouble."""
    return str(refusal).partition(":")[0] in _PASSING
