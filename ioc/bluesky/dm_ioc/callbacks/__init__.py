"""What a RunEngine's documents are given to."""

from .. import needs_ophyd as needs_ophyd
from .dataset_publisher import DatasetPublisher
from .outbox import Unpublished

__all__ = ["DatasetPublisher", "Unpublished"]
