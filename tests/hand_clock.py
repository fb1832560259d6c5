"""A clock moved by hand, for what is late or spent by the clock: no slow machine makes it so."""


class HandClock:
    """Stands in the place of a module's `time`; it stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now
