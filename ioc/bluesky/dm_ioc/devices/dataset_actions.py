"""Datasets in DM's catalogue."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .dm_device import DmDevice
from .errors import DmDisconnected, DmRefused
from .patience import Patience
from .status import S
from .work import Work


class DatasetActions(DmDevice[S]):
    """Adds metadata to DM under a name of their own (``dm:Dataset:``).

    - ``set("run_uid8_5f3a1c2b", {"uid": uid})`` is done when it is in the catalogue of the selected experiment
    - ``read()`` has the status of the last one
    """

    dataset_name: Any
    metadata: Any
    upload: Any

    def set(
        self,
        name: str,
        metadata: Mapping[str, Any] | None = None,
        *,
        timeout: float | None = None,
    ) -> S:
        """Add it; a name that is there already fails.

        :param metadata: as JSON can say them, up to 32,765 bytes
        :param timeout: in seconds; None: as long as DM takes
        """
        content = json.dumps(dict(metadata or {}), allow_nan=False)

        def add(work: Work) -> None:
            tell = work.status.tell
            self.dataset_name.put_again(name, work.patience, tell)
            self.metadata.put_again(content, work.patience, tell)
            self._check_puts(work, dataset_name=name, metadata=content)
            self._upload(work.patience)
            self._check_puts(work, dataset_name=name, metadata=content)

        return self._begin(f"dataset {name}", add, timeout, is_once=True)

    def _upload(self, patience: Patience) -> None:
        """What was lost with the connection is put again; what has been there then was the first one's doing."""
        is_again = False
        while True:
            self.upload.await_connection(patience)
            try:
                self.upload.put_once(1, patience)
                return
            except DmDisconnected:
                is_again = True
            except DmRefused as refusal:
                if is_again and "already exists" in str(refusal):
                    return
                raise
