"""200 MB from a browser through the portal to the vendor: seconds, rate and memory."""

import hashlib
import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import httpx

from tests import paper_browser
from tests.bench import _processes
from tests.bench._bare import bare_server
from tests.bench._figures import table
from tests.house import House, house, wait_for

SIZE, SMALL = 200_000_000, 1_000_000
AIM = 40.0
PATIENCE = 300.0
CAPTURE = b"\xd4\xc3\xb2\xa1\x02\x00\x04\x00"  # how a packet capture begins
HEADS = ("", "seconds", "MB/s", "CPU s", "MB held", "MB grown")


def measure() -> None:
    """Print one upload's figures beside those of a bare view that takes the same file."""
    with tempfile.TemporaryDirectory(prefix="caseport-upload-") as folder:
        small, large = capture(Path(folder), SMALL), capture(Path(folder), SIZE)
        bare = into_bare_view(small, large)
        through, verdicts = through_portal(small, large)
    print(f"\nA file of {SIZE / 1e6:.0f} MB, sent by httpx from disk.")
    table(HEADS, [bare, *through])
    print("\n".join(verdicts))


def capture(folder: Path, size: int) -> Path:
    """A file with a hole for most of its content."""
    path = folder / f"capture-{size}.pcap"
    with path.open("wb") as file:
        file.write(CAPTURE)
        file.truncate(size)
    return path


def post(client: httpx.Client, address: str, path: Path, fields: Mapping[str, Any]) -> None:
    """Send the file in pieces, with a form's other fields."""
    with path.open("rb") as file:
        named = {"files": (path.name, file, "application/octet-stream")}
        answer = client.post(address, data=fields, files=named)
    assert answer.status_code in (200, 302), answer.text[:1000]


def into_bare_view(small: Path, large: Path) -> list[str]:
    """A view that only lets Django put the file on disk."""
    with bare_server() as server, httpx.Client(base_url=server.url, timeout=PATIENCE) as client:
        pids = _processes.children(server.process.pid)
        for _ in pids * 3:
            post(client, "/receive/", small, {})
        memory, used = _processes.Memory(pids), _processes.cpu_ms(pids)
        started = time.time()
        post(client, "/receive/", large, {})
        taken = time.time() - started
        spent = _processes.cpu_ms(pids) - used
        return row("browser to a bare view", taken, spent, memory)


def through_portal(small: Path, large: Path) -> tuple[list[list[str]], list[str]]:
    """The same file attached to a case, until the vendor has it."""
    with house() as home:
        client = home.sign_in()
        client.timeout = httpx.Timeout(PATIENCE)
        reference = home.file_case(client)
        for _ in range(4):
            attach(home, client, reference, small)
        parts = {
            "browser to portal": _processes.children(home.portal.pid("web")),
            "portal to vendor": [home.portal.pid("worker")],
        }
        memory = {name: _processes.Memory(pids) for name, pids in parts.items()}
        used = {name: _processes.cpu_ms(pids) for name, pids in parts.items()}
        first, second, effect = attach(home, client, reference, large)
        rows = [
            row(name, seconds, _processes.cpu_ms(parts[name]) - used[name], memory[name])
            for name, seconds in zip(parts, (first, second), strict=True)
        ]
        grown = max(each.growth() for each in memory.values())
        client.close()
    with large.open("rb") as file:
        equal = hashlib.file_digest(file, "sha256").hexdigest() == effect["file"]["sha256"]
    rate = SIZE / 1e6 / (first + second)
    return rows, [
        f"Browser to vendor: {first + second:.1f} s, {rate:.0f} MB/s, one after the other.",
        f"Aim: no process grows by {AIM:.0f} MB: {'met' if grown < AIM else 'MISSED'}.",
        f"The vendor's sha256 is {'the same' if equal else 'ANOTHER'}.",
    ]


def attach(
    home: House, client: httpx.Client, reference: str, path: Path
) -> tuple[float, float, dict[str, Any]]:
    """Seconds until the portal has the file, seconds from then until the vendor has, its effect."""
    known = len(home.effects("file"))
    page = client.get(f"/cases/{reference}/")
    form = paper_browser.form_to(page, f"/{reference}/file/")
    client.follow_redirects = False
    started = time.time()
    post(client, form.action, path, form.filled({}))
    stored = time.time()
    client.follow_redirects = True
    effects = wait_for("the file", partial(files_after, home, known), PATIENCE)
    sent = datetime.fromisoformat(effects[0]["at"]).timestamp()
    return stored - started, sent - stored, effects[0]


def files_after(home: House, known: int) -> list[dict[str, Any]]:
    return home.effects("file")[known:]


def row(name: str, seconds: float, cpu: float, memory: _processes.Memory) -> list[str]:
    figures = (seconds, SIZE / 1e6 / seconds, cpu / 1000, memory.held(), memory.growth())
    return [name, *(f"{figure:.1f}" for figure in figures)]
