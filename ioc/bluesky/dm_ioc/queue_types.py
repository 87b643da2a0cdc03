"""What bluesky-queueserver must know of plans to take them from users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

#: Types that are names of what is in the worker.
_CHOICES = {
    "Device": {"devices": {"Device": [":.*"]}},
    "Plan": {"plans": {"Plan": [":.*"]}},
}

F = TypeVar("F", bound=Callable[..., Any])


def queue_types(**types: str) -> Callable[[F], F]:
    """Say the types of parameters that Python's own types don't: ``Device`` and ``Plan`` are those of the worker, which a queue item
    has by name.

    Does what bluesky-queueserver's ``parameter_annotation_decorator`` does, without it. All other parameters need real types: with
    ``from __future__ import annotations`` the queue server can't read them.
    """

    def annotate(plan: F) -> F:
        parameters = {
            name: {"annotation": type_, **_CHOICES.get(type_, {})}
            for name, type_ in types.items()
        }
        plan.__dict__["_custom_parameter_annotation_"] = {"parameters": parameters}
        return plan

    return annotate
