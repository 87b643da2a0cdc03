"""What makes a function a plan of this package."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from bluesky.utils import plan

F = TypeVar("F", bound=Callable[..., Any])


def dm_plan(function: F) -> F:
    """A plan that was made and not run, as without ``yield from`` or ``RE(…)``, warns."""
    marked: Any = plan
    return cast(F, marked(function))
