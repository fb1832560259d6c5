"""Why a deed was not done."""


class Rejected(Exception):
    """Something the person can mend: `words` belong at `field` (empty: the whole form)."""

    def __init__(self, field: str, words: str) -> None:
        super().__init__(words)
        self.field = field
        self.words = words


class Stale(Exception):
    """The draft was changed in another window since this one was loaded."""

    def __init__(self, revision: int) -> None:
        super().__init__("This draft was changed in another window.")
        self.revision = revision
