"""An internal note is read by its author's organisation, and by nobody and nothing else."""

import json
from typing import Any

import pytest
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.test import Client

from cases import actions
from cases.models import Case
from cases.models.timeline import Audience
from portal.accounts.models import User
from tests.accounts.routes import ROWS
from tests.factories import AttachmentFactory
from tests.world import World

CANARY = "zz-inside-only"
BESIDE = "quokka"  # stands beside the canary: searched for, so that no page merely echoes it
QUERIES = (
    "",
    f"?q={BESIDE}",
    "?status=any",
    "?delivery=unsent&status=any",
    "?watching=me",
    "?check=1",
    "?format=csv",
)
OTHER_SIDE = {
    "riley": ("casey", "vera", "morgan", "stranger", "rival"),
    "morgan": ("riley", "admin", "stranger", "rival"),
}
OWN_SIDE = {"riley": "admin", "morgan": "vera"}


@pytest.fixture
def case(world: World) -> Case:
    """A case with words between both sides, followed by Casey."""
    made = world.filed()
    world.add_note(made, "Seen by the vendor")
    world.add_note(made, "Seen by both", by="riley", audience="customer")
    actions.watch(viewer=world.viewer("casey"), case=made)
    return made


def write(world: World, case: Case, author: str) -> dict[str, str]:
    """An internal note with a file; the ids an address may hold."""
    note = world.add_note(case, f"{CANARY} of {author}, {BESIDE}", by=author, audience="internal")
    key = default_storage.save("inside.txt", ContentFile(CANARY.encode()))
    file = AttachmentFactory.create(case=case, entry=note, name=f"{CANARY}.txt", storage_key=key)
    world.hurry()
    world.drain(3)
    world.pull(case)
    return {
        "reference": case.reference,
        "file": str(file.pk),
        "push": str(world.push(case, "note").pk),
        "draft": str(world.draft(by=author).pk),
        "accounts_user": str(world.people[author].pk),
        "organization": "northwind",
    }


def everything(answer: Any) -> str:
    body = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return f"{answer.headers}{body.decode(errors='replace')}"


def addresses(ids: dict[str, str]) -> list[str]:
    """Every address of the site that can be read with these ids."""
    found = []
    for row in ROWS.values():
        path = row.path
        for name, value in ids.items():
            path = path.replace(f"{{{name}}}", value)
        if "{" not in path and not path.startswith("/accounts/logout/"):
            found.append(path)
    return found


def readings(ids: dict[str, str]) -> list[tuple[str, dict[str, str]]]:
    """Every page, in and out of scope, whole and as the parts htmx asks for, with each question."""
    asked: list[tuple[str, dict[str, str]]] = []
    for path in addresses(ids):
        questions = QUERIES if "cases" in path or path == "/" else ("",)
        asked += [(f"{path}{question}", {}) for question in questions]
        asked.append((path, {"HX-Request": "true"}))
    asked.append((f"/for/northwind/cases/{ids['reference']}/", {}))
    asked.append(
        (f"/cases/{ids['reference']}/", {"HX-Request": "true", "Caseport-Watch": "1"}),
    )
    return asked


def reader(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name])
    return client


@pytest.mark.parametrize("author", ["riley", "morgan"])
def test_no_page_of_the_other_side_shows_it(world: World, case: Case, author: str) -> None:
    ids = write(world, case, author)
    asked = readings(ids)
    wrong, statuses = [], set()
    for name in OTHER_SIDE[author]:
        client = reader(world, name)
        for path, headers in asked:
            answer = client.get(path, headers=headers)
            statuses.add(answer.status_code)
            if CANARY in everything(answer):
                wrong.append(f"{name} {path} {headers}")
    assert wrong == []
    assert {200, 404} <= statuses
    assert len(asked) > 60


@pytest.mark.parametrize("author", ["riley", "morgan"])
def test_its_own_side_reads_it_and_its_file(world: World, case: Case, author: str) -> None:
    ids = write(world, case, author)
    client = reader(world, OWN_SIDE[author])
    page = everything(client.get(f"/cases/{case.reference}/"))
    assert f"{CANARY} of {author}" in page
    assert f"{CANARY}.txt" in page
    assert CANARY in everything(client.get(f"/cases/{case.reference}/files/{ids['file']}/"))


@pytest.mark.parametrize("author", ["riley", "morgan"])
def test_its_file_is_no_file_to_the_other_side(world: World, case: Case, author: str) -> None:
    ids = write(world, case, author)
    for name in OTHER_SIDE[author]:
        answer = reader(world, name).get(f"/cases/{case.reference}/files/{ids['file']}/")
        assert answer.status_code == 404, name


@pytest.mark.parametrize("author", ["riley", "morgan"])
def test_it_finds_no_case_for_anybody(world: World, case: Case, author: str) -> None:
    write(world, case, author)
    for name in ("casey", "riley"):
        assert case.reference not in everything(reader(world, name).get(f"/cases/?q={BESIDE}"))


@pytest.mark.parametrize("author", ["riley", "morgan"])
def test_neither_vendor_nor_mail_gets_it(world: World, case: Case, author: str) -> None:
    write(world, case, author)
    world.drain()
    assert CANARY not in json.dumps(world.played.control("ledger"))
    assert world.played.effects("note"), "what was for the vendor has arrived"
    assert CANARY not in str([message.message() for message in mail.outbox])


def test_only_the_author_side_sees_that_there_is_one(world: World, case: Case) -> None:
    write(world, case, "riley")
    marked = 'data-audience="internal"'
    assert marked in everything(reader(world, "admin").get(f"/cases/{case.reference}/"))
    assert marked not in everything(reader(world, "casey").get(f"/cases/{case.reference}/"))


@pytest.mark.parametrize(
    ("actor", "author"), [("riley", "morgan"), ("operator", "morgan"), ("riley", "riley")]
)
def test_through_a_customers_eyes_nothing_internal_is_seen(
    world: World, case: Case, actor: str, author: str
) -> None:
    ids = write(world, case, author)
    world.people["operator"] = User.objects.create_superuser("operator@x.example", "caseport-demo")
    looking = reader(world, actor)
    began = looking.post(f"/view-as/{world.people['morgan'].pk}/", {"reason": "What is seen?"})
    assert began.status_code == 302
    read = [everything(looking.get(path, headers=headers)) for path, headers in readings(ids)]
    assert not [text for text in read if CANARY in text]
    assert any("Seen by both" in text for text in read)
    assert looking.get(f"/cases/{case.reference}/files/{ids['file']}/").status_code == 404
    assert 'data-audience="internal"' not in everything(looking.get(f"/cases/{case.reference}/"))


def test_it_moves_no_case_in_the_others_list(world: World) -> None:
    case = world.filed()
    before = case.updated_at
    world.add_note(case, "Only for us.", by="riley", audience=Audience.INTERNAL)
    case.refresh_from_db()
    assert case.updated_at == before
    world.add_note(case, "For both.", by="riley", audience=Audience.CUSTOMER)
    case.refresh_from_db()
    assert case.updated_at > before
