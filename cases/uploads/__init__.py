"""What may be uploaded, and how it is kept: the door to everything about a file's bytes.

A file passes these rooms in order: `handler` takes it from the browser to disk and stops at the
limit; `kinds` asks whether its content is what its name says (`signs`, `text`, `pictures`,
`archives`); `store` keeps it under a name of our own; `scan` asks the virus scanner later, in a
worker. Nothing is unpacked, and no file is ever held in memory.
"""

from cases.uploads.handler import LimitedUploadHandler, refused_in
from cases.uploads.leftovers import remove_leftovers
from cases.uploads.names import clean_name
from cases.uploads.refusal import UploadRefused
from cases.uploads.scan import scan_waiting
from cases.uploads.store import Accepted, accept, discard, open_stored, remove

__all__ = [
    "Accepted",
    "LimitedUploadHandler",
    "UploadRefused",
    "accept",
    "clean_name",
    "discard",
    "open_stored",
    "refused_in",
    "remove",
    "remove_leftovers",
    "scan_waiting",
]
