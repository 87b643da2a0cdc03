"""What a RunEngine's documents are given to."""

from .dataset_publisher import DatasetPublisher
from .outbox import Unpublished

__all__ = ["DatasetPublisher", "Unpublished"]
