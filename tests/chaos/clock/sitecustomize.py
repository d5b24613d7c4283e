"""Read by every Python process under libfaketime at its start: sleeping that works there.

time.sleep() asks the system to wait until a moment of the monotonic clock; libfaketime 0.9.10, told to leave that clock
alone, reckons this moment by the false one all the same, and the system refuses it (EINVAL).
"""

import select
import time


def sleep(seconds: float) -> None:
    """As time.sleep: a wait that a signal interrupts goes on afterwards."""
    if seconds < 0:
        raise ValueError("sleep length must be non-negative")
    select.select([], [], [], seconds)


time.sleep = sleep
