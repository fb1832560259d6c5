"""How a file is turned away: one exception, carrying the sentence its sender reads."""

_UNITS = ((1_000_000_000, "GB"), (1_000_000, "MB"), (1_000, "kB"))


class UploadRefused(Exception):
    """The file is not taken; `words` tell its sender why and what to do."""

    def __init__(self, words: str) -> None:
        super().__init__(words)
        self.words = words


def size_in_words(size: int) -> str:
    """A number of bytes as people write it, in decimal units: 2 GB, 4.5 MB, 12 bytes."""
    for unit, word in _UNITS:
        if size >= unit:
            return f"{size / unit:.1f}".removesuffix(".0") + f" {word}"
    return "1 byte" if size == 1 else f"{size} bytes"
