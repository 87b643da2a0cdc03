"""Datasets on their way to DM."""

from __future__ import annotations

import atexit
import json
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.util import Finalize
from typing import Any

from ..devices.errors import DmDisconnected, DmRefused, DmTimeout
from ..devices.passing import is_passing
from ..devices.patience import Patience
from ..devices.remote_call import remote_call
from ..devices.status import log

#: For one call, also for the IOC to come back.
_ATTEMPT_S = 30.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 10.0


@dataclass
class Unpublished:
    """A dataset that DM hasn't.

    :param experiment: None: not known yet
    """

    uid: str
    name: str
    experiment: str | None
    #: Its metadata; empty: they could not be made.
    metadata: Mapping[str, Any]
    #: Why DM hasn't it yet, or never will.
    reason: str = ""
    is_refused: bool = False

    def __str__(self) -> str:
        return f"run {self.uid}: {self.reason}"


class Outbox:
    """Adds datasets to DM in a thread of its own, and tries again while the IOC or DM is away.

    :param prefix: of the IOC
    :param selected: tells the selected experiment; empty: none; None: it can't be told
    :param exit_timeout: in seconds, for what is under way when Python ends
    """

    def __init__(
        self,
        prefix: str,
        selected: Callable[[], str | None],
        exit_timeout: float,
    ) -> None:
        self._pv = f"{prefix}rpc:addDataset"
        self._selected = selected
        self._exit_timeout = exit_timeout
        self._changed = threading.Condition()
        self._waiting: dict[str, Unpublished] = {}
        self._refused: dict[str, Unpublished] = {}
        self._published: set[str] = set()
        self._is_over = False
        # After p4p and pyepics have, so that it is called before they end.
        atexit.register(self._end_with_python)
        # The worker of a queue server is such a process, which has no atexit.
        Finalize(None, self._end_with_python, exitpriority=100)
        threading.Thread(target=self._work, name=self._pv, daemon=True).start()

    def add(self, dataset: Unpublished) -> None:
        """Publish it; once, however often it is given."""
        with self._changed:
            if dataset.uid in self._published or dataset.uid in self._waiting:
                return
            self._refused.pop(dataset.uid, None)
            dataset.reason = f"{self._pv} has not answered yet"
            self._waiting[dataset.uid] = dataset
            self._changed.notify_all()

    def refuse(self, dataset: Unpublished, reason: str) -> None:
        """Keep it as what is not published and won't be."""
        dataset.reason, dataset.is_refused = reason, True
        log.error("not published: %s", dataset)
        with self._changed:
            self._waiting.pop(dataset.uid, None)
            self._refused[dataset.uid] = dataset
            self._changed.notify_all()

    @property
    def unpublished(self) -> tuple[Unpublished, ...]:
        """What DM hasn't, as far as is known."""
        with self._changed:
            return (*self._refused.values(), *self._waiting.values())

    def flush(self, timeout: float) -> tuple[Unpublished, ...]:
        """Wait until nothing is under way. :returns: what DM hasn't"""
        with self._changed:
            self._changed.wait_for(lambda: not self._waiting, timeout)
        return self.unpublished

    def _work(self) -> None:
        pause_s = _FIRST_PAUSE_S
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting)
                batch = list(self._waiting.values())
            if all([self._publish(dataset) for dataset in batch]):
                pause_s = _FIRST_PAUSE_S
                continue
            time.sleep(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)

    def _publish(self, dataset: Unpublished) -> bool:
        """:returns: it needs no other try"""
        try:
            if dataset.experiment is None:
                dataset.experiment = self._selected()
            if dataset.experiment is None:
                return self._later(dataset, f"{self._pv}: the IOC does not answer")
            if not dataset.experiment:
                self.refuse(dataset, "no experiment was selected")
                return True
            self._call(dataset)
        except (DmTimeout, DmDisconnected) as loss:
            return self._later(dataset, f"{self._pv} does not answer: {loss}")
        except DmRefused as refusal:
            text = str(refusal)
            if is_passing(refusal):
                return self._later(dataset, text)
            # The answer of the first try was lost, or another session has published it.
            if text.partition(":")[0] != "DM_OBJECT_ALREADY_EXISTS":
                self.refuse(dataset, text)
                return True
        except Exception as defect:
            self.refuse(dataset, f"{type(defect).__name__}: {defect}")
            return True
        with self._changed:
            self._published.add(dataset.uid)
            self._waiting.pop(dataset.uid, None)
            self._changed.notify_all()
        return True

    def _call(self, dataset: Unpublished) -> None:
        arguments = {
            "name": dataset.name,
            "experiment": str(dataset.experiment),
            "metadata": json.dumps(dataset.metadata, allow_nan=False),
        }
        remote_call(self._pv, arguments, Patience(_ATTEMPT_S))

    def _later(self, dataset: Unpublished, reason: str) -> bool:
        if reason != dataset.reason:
            log.warning("not published yet: run %s: %s", dataset.uid, reason)
        dataset.reason = reason
        return False

    def _end_with_python(self) -> None:
        """Whoever ends Python must know what is lost."""
        if self._is_over:
            return
        self._is_over = True
        for dataset in self.flush(self._exit_timeout):
            if not dataset.is_refused:
                log.error("not published when Python ended: %s", dataset)
