"""What the simulator remembers: cases, files, the ledger of effects and the list of requests.

Everything lives in memory. With a state file each change is also written to SQLite before the
answer leaves, so a killed simulator starts again where it stood; files then lie in a folder
beside the state file.
"""

import hashlib
import json
import shutil
import sqlite3
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import finalize

from .wire import Json

REQUESTS_KEPT = 20_000
OURS = ("seeded", "request")  # counters that begin anew when all is forgotten

Clock = Callable[[], datetime]


class Journal:
    """The state file: one table of kind, key and JSON. Without a path it keeps nothing."""

    def __init__(self, path: Path | None) -> None:
        """Open or create the file at ``path``."""
        self._rows: sqlite3.Connection | None = None
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        self._rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._rows.execute("PRAGMA journal_mode=WAL")
        self._rows.execute("PRAGMA synchronous=OFF")  # survives a killed process, not a power cut
        self._rows.execute(
            "CREATE TABLE IF NOT EXISTS kept"
            " (kind TEXT, key TEXT, value TEXT, PRIMARY KEY (kind, key))"
        )

    def put(self, kind: str, key: str, value: Any) -> None:
        """Write one value, replacing the older one of the same kind and key."""
        if self._rows is not None:
            self._rows.execute("REPLACE INTO kept VALUES (?, ?, ?)", (kind, key, json.dumps(value)))

    def drop(self, kind: str, key: str) -> None:
        """Forget one value."""
        if self._rows is not None:
            self._rows.execute("DELETE FROM kept WHERE kind = ? AND key = ?", (kind, key))

    def read(self, kind: str) -> Iterator[tuple[str, Any]]:
        """Yield keys and values of one kind in the order they were first written."""
        if self._rows is None:
            return
        rows = self._rows.execute("SELECT key, value FROM kept WHERE kind = ?", (kind,)).fetchall()
        for key, value in rows:
            yield key, json.loads(value)

    def clear(self) -> None:
        """Forget everything."""
        if self._rows is not None:
            self._rows.execute("DELETE FROM kept")

    def close(self) -> None:
        """Let the file go."""
        if self._rows is not None:
            self._rows.close()
            self._rows = None


class Store:
    """All state of a simulator; ``lock`` must be held by whoever reads or changes a case."""

    def __init__(self, state: Path | None, clock: Clock) -> None:
        """Open the state kept at ``state``, or start empty in memory."""
        self.lock = threading.RLock()
        self.clock = clock
        self.journal = Journal(state)
        self.folder = self._folder(state)
        self.effects: list[Json] = []
        self.requests: deque[Json] = deque()
        self.counters: dict[str, int] = {}
        self._cases: dict[str, dict[str, Json]] = {}
        self._load()

    def _folder(self, state: Path | None) -> Path:
        if state is None:
            folder = Path(tempfile.mkdtemp(prefix="simulator-files-"))
            finalize(self, shutil.rmtree, folder, ignore_errors=True)
            return folder
        folder = state.with_name(state.name + ".files")
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _load(self) -> None:
        self.effects = sorted((row for _, row in self.journal.read("effect")), key=_number)
        self.requests = deque(sorted((row for _, row in self.journal.read("request")), key=_number))
        self.counters = dict(self.journal.read("counter"))
        for key, record in self.journal.read("case"):
            vendor, _, _ = key.partition("/")
            self._cases.setdefault(vendor, {})[record["id"]] = record

    def now(self) -> str:
        """Return the clock's time as the controls print it: ISO, UTC, milliseconds."""
        moment = self.clock().astimezone(UTC)
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")

    def count(self, name: str, start: int = 1) -> int:
        """Return the next number of the sequence ``name``, which begins at ``start``."""
        with self.lock:
            number = self.counters.get(name, start - 1) + 1
            self.counters[name] = number
            self.journal.put("counter", name, number)
            return number

    def cases(self, vendor: str) -> dict[str, Json]:
        """Return the records of one vendor's cases by id."""
        return self._cases.setdefault(vendor, {})

    def save_case(self, vendor: str, record: Json) -> None:
        """Keep a case's record, new or changed; its ``id`` is the vendor's case id."""
        self.cases(vendor)[record["id"]] = record
        self.journal.put("case", f"{vendor}/{record['id']}", record)

    def add_effect(
        self, vendor: str, operation: str, case: str, by: str, body: Any, file: Json | None = None
    ) -> int:
        """Write one line of the ledger and return its number."""
        with self.lock:
            number = self.effects[-1]["n"] + 1 if self.effects else 1
            effect = {
                "n": number,
                "at": self.now(),
                "vendor": vendor,
                "operation": operation,
                "case": case,
                "by": by,
                "body": body,
                "file": file,
            }
            self.effects.append(effect)
            self.journal.put("effect", str(number), effect)
            return number

    def open_request(self, vendor: str, operation: str | None, call: dict[str, str]) -> Json:
        """Note that a vendor call has arrived; it has no status until it is closed."""
        with self.lock:
            entry: Json = {"n": self.count("request"), "at": self.now(), "vendor": vendor}
            entry |= {"operation": operation, **call, "status": None, "fault": None, "effect": None}
            self.requests.append(entry)
            while len(self.requests) > REQUESTS_KEPT:
                self.journal.drop("request", str(self.requests.popleft()["n"]))
            self.journal.put("request", str(entry["n"]), entry)
            return entry

    def close_request(self, entry: Json, **facts: Any) -> None:
        """Add what became of a call: its status, fault and effect, as far as each is known."""
        with self.lock:
            entry.update(facts)
            self.journal.put("request", str(entry["n"]), entry)

    def keep_bytes(self, file_id: str, content: bytes) -> Json:
        """Store a file given as bytes and return its name in the folder, size and sha256."""
        (self.folder / file_id).write_bytes(content)
        return {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}

    def clear(self) -> None:
        """Forget all cases, files, effects and requests, but not the numbers given to cases.

        A vendor gives no number twice, and the portal that is tested remembers those it got.
        """
        with self.lock:
            self.journal.clear()
            self.effects.clear()
            self.requests.clear()
            for name in OURS:
                self.counters.pop(name, None)
            for name, number in self.counters.items():
                self.journal.put("counter", name, number)
            self._cases.clear()
            for stored in self.folder.iterdir():
                stored.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the state file go; a simulator in memory also loses its files with the process."""
        with self.lock:
            self.journal.close()


def _number(row: Json) -> int:
    number: int = row["n"]
    return number
