"""APS Data Management by the PVs of dm-ioc.

``dm_ioc.Dm`` is the device for Bluesky (``pip install dm-ioc-bluesky[ophyd]``), ``dm_ioc.stream`` the workflow side of a stream,
which needs p4p only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .devices import Dm

__all__ = ["Dm"]


def __getattr__(name: str) -> Any:
    if name != "Dm":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from .devices import Dm

    return Dm
