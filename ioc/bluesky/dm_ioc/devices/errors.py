"""Why a status of a device has failed."""


class DmFailed(RuntimeError):
    """It was not done; the text is the whole reason."""


class DmRefused(DmFailed):
    """The IOC, or DM, has refused the put, or its work has failed."""


class DmJobFailed(DmFailed):
    """A job, upload or stream has ended otherwise than well."""


class DmTimeout(DmFailed, TimeoutError):
    """It took longer than the caller wanted to wait; what DM does goes on."""


class DmInterrupted(DmFailed):
    """Nobody waits any more: ``stop()``, or the plan has ended."""


class DmDisconnected(DmFailed):
    """The connection was lost before a put was answered: it may have been carried out or not."""
