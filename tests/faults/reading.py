"""A case page and the vendor's ledger read together: they must agree at every moment."""

from html.parser import HTMLParser
from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases import access, actions
from cases.models import Case
from tests.world import World

KINDS = ("create", "note", "file", "close")


class Entries(HTMLParser):
    """The entries of a case page with what is said of their delivery."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        told = dict(attrs)
        if told.get("data-entry"):
            self.found[str(told["data-entry"])] = str(told.get("data-delivery"))


def said(world: World, case: Case, kind: str) -> str:
    """What casey's page says of the step now."""
    client = Client()
    client.force_login(world.people["casey"])
    page = client.get(f"/cases/{case.reference}/")
    assert page.status_code == 200
    entries = Entries()
    entries.feed(page.content.decode())
    return entries.found[str(world.push(case, kind).entry_id)]


def do(world: World, case: Case, kind: str) -> None:
    """The deed that makes a step of this kind on a case the vendor has; it is due at once."""
    viewer = world.viewer("casey")
    if kind == "note":
        world.add_note(case, "Seen since 13:40")
    elif kind == "close":
        actions.request_close(viewer=viewer, case=case, reason="Solved, thank you", token=uuid4())
    else:
        file = SimpleUploadedFile("trace.txt", b"hop 1\nhop 2\n", "text/plain")
        actions.attach_file(viewer=viewer, case=case, uploads=[file], text="", token=uuid4())
    world.hurry()


def check(world: World, case: Case, kind: str) -> tuple[str, int]:
    """What is said and how often the vendor did it, which must not contradict each other."""
    word, effects = said(world, case, kind), world.played.effects(kind)
    assert len(effects) <= 1
    if word == "with_vendor":
        assert len(effects) == 1
    elif word in {"failed", "waiting", "withdrawn"}:
        assert not effects
    else:
        assert word in {"unconfirmed", "needs_person"}
    marked = {push.marker for push in access.worker_pushes().filter(case=case, kind=kind)}
    assert all(any(marker in str(e["body"]) for marker in marked) for e in effects)
    return word, len(effects)
