"""Somebody who works: does a share of a storm's deeds, and keeps what was acknowledged.

A process of its own without pages: it calls the actions the pages call. Whatever was not
acknowledged, because an error was raised or because this process was killed, it submits again as a
browser does, with the same draft or the same form's token.
"""

import json
import os
import sys
import time
import uuid
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import close_old_connections

from cases import access, actions
from cases.access import Viewer
from cases.models import Draft
from portal.accounts.models import User
from tests.faults.real.plan import Deed, in_turn
from tests.world import answered
from vendors.connections.models import Entitlement

START = f"import django; django.setup(); from {__name__} import main; main()"
PEOPLE = (("casey@northwind.example", "1-NWT01"), ("agent@rival.example", "1-CON03"))
"""Who submits, and the vendor account they file under; each has another connection."""


@dataclass(frozen=True, slots=True)
class Orders:
    """What one producer is told."""

    seed: int
    cases: int
    number: int
    pause: float  # seconds between two deeds
    notes: str  # the file of what was acknowledged

    def command(self) -> list[str]:
        """The command that carries them out."""
        return [sys.executable, "-c", START, json.dumps(asdict(self))]


def read(path: Path) -> list[dict[str, Any]]:
    """All notes written so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


class Producer:
    """Carries out its orders from where its notes end."""

    def __init__(self, orders: Orders) -> None:
        self.orders = orders
        path = Path(orders.notes)
        before = read(path)
        self._notes = os.open(path, os.O_APPEND | os.O_CREAT | os.O_WRONLY, 0o600)
        email, account = PEOPLE[orders.number]
        self.viewer = Viewer(User.objects.get(email=email))
        self.entitlement = Entitlement.objects.get(account__account_id=account)
        self.done = {note["deed"] for note in before if "deed" in note}
        self.drafts = {note["case"]: note["draft"] for note in before if "draft" in note}
        self.filed = {note["case"]: note["filed"] for note in before if "filed" in note}

    def note(self, **told: Any) -> None:
        """Append a line; it is there once this returns, whatever becomes of this process."""
        os.write(self._notes, (json.dumps(told) + "\n").encode())

    def run(self) -> None:
        orders = self.orders
        for deed in in_turn(orders.seed, orders.cases, orders.number, len(PEOPLE)):
            while deed.key not in self.done:
                time.sleep(orders.pause)
                self.submit(deed)

    def submit(self, deed: Deed) -> None:
        """Do the deed and note it once it was acknowledged; an error is noted, too."""
        close_old_connections()  # as every request does
        began = time.time()
        try:
            if deed.kind == "create":
                self.file_case(deed)
            else:
                self.work_on_case(deed)
        except Exception as error:  # a page would say so, and be sent again
            told = f"{type(error).__module__}.{type(error).__name__}: {error}"
            self.note(raised=told, began=began, ended=time.time())
        else:
            self.note(deed=deed.key, began=began, ended=time.time())
            self.done.add(deed.key)

    def file_case(self, deed: Deed) -> None:
        if deed.case not in self.drafts:
            customer, account = self.entitlement.customer, self.entitlement.account
            begun = actions.start_draft(viewer=self.viewer, customer=customer, account=account)
            self.note(case=deed.case, draft=str(begun.pk))
            self.drafts[deed.case] = str(begun.pk)
        draft = Draft.objects.get(pk=self.drafts[deed.case])
        answers = answered(subject=f"Case {deed.case}", description=deed.text)
        case = actions.file_case(viewer=self.viewer, draft=draft, answered=answers)
        self.note(case=deed.case, filed=str(case.pk))
        self.filed[deed.case] = str(case.pk)

    def work_on_case(self, deed: Deed) -> None:
        told: dict[str, Any] = {
            "viewer": self.viewer,
            "case": access.cases(self.viewer).get(pk=self.filed[deed.case]),
            "token": uuid.uuid5(uuid.NAMESPACE_OID, f"{self.orders.seed} {deed.key}"),
        }
        match deed.kind:
            case "note":
                actions.add_note(text=deed.text, audience="vendor", **told)
            case "file":
                file = SimpleUploadedFile(deed.file_name, deed.content, "text/plain")
                actions.attach_file(uploads=[file], text=deed.text, **told)
            case "close":
                actions.request_close(reason=deed.text, **told)


def main() -> None:
    Producer(Orders(**json.loads(sys.argv[1]))).run()
