"""What an extra of the package installs."""

from __future__ import annotations

from importlib import import_module


def need(extra: str, *modules: str) -> None:
    """
    :raises ModuleNotFoundError: one isn't there; it says how to install it
    """
    for module in modules:
        try:
            import_module(module)
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                f"{error}: python3 -m pip install 'dm-ioc-bluesky[{extra}]'",
                name=error.name,
            ) from None
