"""Hostile text on each road through the house: upstream, from the vendor, mails, sheets, logs."""

import base64
import csv
import io
import logging
import logging.config
from collections.abc import Callable, Iterator
from copy import deepcopy
from email import message_from_bytes, policy
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Attachment, Case, Entry
from cases.uploads import clean_name
from portal.accounts.audit.sheet import FORMULA, HEADINGS
from portal.accounts.models import Organization, User
from portal.one_line import one_line
from tests.factories import AttachmentFactory, AuditEventFactory
from tests.isolation.hostile import BASES, bundles, storable, tame, texts
from tests.isolation.page_shape import added, misleading
from tests.world import World
from vendors import markers

HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/"}
EACH_KIND = [base.replace("N", str(20_000 + number)) for number, base in enumerate(BASES)]


def browser(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name])
    return client


def pages_of(client: Client, case: Case) -> list[str]:
    """The case as its page, as the part that is swapped, and in every list that names it."""
    found = [client.get(f"/cases/{case.reference}/")]
    found.append(client.get(f"/cases/{case.reference}/", headers=HTMX))
    found.append(client.get(f"/cases/{case.reference}/", headers={**HTMX, "Caseport-Watch": "1"}))
    found += [client.get(path) for path in ("/", "/cases/?status=any", "/deliveries/")]
    found.append(client.get("/cases/?status=any", headers=HTMX))
    return [answer.content.decode() for answer in found]


def assert_tame(hostile: list[str], harmless: list[str]) -> None:
    pairs = zip(hostile, harmless, strict=True)
    wrong = [each for page, plain in pairs for each in (*added(page, plain), *misleading(page))]
    assert not wrong, "\n".join(wrong[:40])


# upstream


def test_the_vendor_gets_every_note_as_it_was_typed(world: World) -> None:
    client, case = browser(world, "casey"), world.filed()
    typed = []
    for text in bundles(52):
        note = text.replace("\x00", "")  # which no form takes, see below
        data = {"text": note, "audience": "vendor", "token": str(uuid4())}
        answer = client.post(f"/cases/{case.reference}/note/", data)
        assert answer.status_code == 302, answer.content.decode()[:3000]
        typed.append(note)
    world.drain()
    sent = [effect["body"] for effect in world.played.effects() if "note" in effect["operation"]]
    got = [markers.split(next(v for v in body.values() if "[ref " in str(v)))[0] for body in sent]
    assert got == typed
    assert (
        list(
            Entry.objects.filter(case=case, kind="note")
            .order_by("created_at")
            .values_list("text", flat=True)
        )
        == typed
    )


@pytest.mark.parametrize("text", [text for text in EACH_KIND if "\x00" in text])
def test_what_no_database_takes_is_refused_and_stays_in_the_form(world: World, text: str) -> None:
    client, case = browser(world, "casey"), world.filed()
    data = {"text": f"zz-kept {text}", "audience": "vendor", "token": str(uuid4())}
    answer = client.post(f"/cases/{case.reference}/note/", data)
    assert answer.status_code == 422
    assert "zz-kept" in answer.content.decode()


def test_the_vendor_gets_every_answer_of_a_filing_as_it_was_typed(world: World) -> None:
    pieces = list(bundles(260))
    for number, description in enumerate(pieces):
        line = " ".join(storable(EACH_KIND[number]).split())
        told = {"subject": f"{number} {line}"[:200], "description": storable(description)}
        case = world.filed(**told, **{"userDetail/userName": line, "userDetail/userPhone": line})
        posted = world.played.effects("create")[-1]["body"]
        assert posted["subject"] == told["subject"]
        assert markers.split(posted["description"])[0] == told["description"]
        assert posted["userDetail"]["userName"] == line
        assert case.description == told["description"]


# from the vendor


TOLD_IN_ONE_LINE = (
    *("assignedTo", "nextStepExternal", "submittedBy", "customer", "severity", "subject"),
    *("externalSystemNumber", "geoLinkId"),  # which the vendor gives to some cases only
)


def let_the_vendor_write(world: World, change: Callable[[str], str]) -> Case:
    """A case about which the vendor's people said everything there is."""
    world.played.control("reset", {})
    case = world.filed()
    for number, text in enumerate(bundles(26)):
        name = EACH_KIND[number % len(EACH_KIND)]
        world.played.engineer(case, action="reply", text=change(text), by=change(name))
        file = {"name": change(name), "base64": base64.b64encode(b"x").decode()}
        world.played.engineer(case, action="file", by=change(name), **file)
    words = iter(change(each) for each in EACH_KIND)
    members: dict[str, Any] = {name: next(words) for name in TOLD_IN_ONE_LINE}
    members["categoryType"] = next(words)
    members["subCategories"] = [
        {
            "subCategoryType": next(words),
            "displayName": next(words),
            "subCategoryValue": next(words),
        }
        for _ in range(8)
    ]
    members["userDetail"] = {"userName": next(words), "userPhone": next(words)}
    milestones = [{"caseMilestoneId": next(words), "caseMilestoneDate": "2026-11-22T10:00:00+0000"}]
    world.played.engineer(case, action="set", members={**members, "caseMilestones": milestones})
    world.played.engineer(case, action="status", value=change(" | ".join(EACH_KIND[5:8])))
    solution = dict.fromkeys(("solutionSubject", "investigation", "resolution"), next(words))
    world.played.engineer(case, action="set", members={"solution": solution})
    world.pull(case)
    return case


def test_nothing_the_vendor_writes_becomes_an_element(world: World) -> None:
    hostile = let_the_vendor_write(world, str)
    shown = [
        page for name in ("casey", "riley") for page in pages_of(browser(world, name), hostile)
    ]
    told = set(Entry.objects.filter(case=hostile).values_list("text", flat=True))
    assert told >= {storable(text) for text in bundles(26)}
    Case.everything.filter(pk=hostile.pk).delete()
    harmless = let_the_vendor_write(world, tame)
    plain = [
        page for name in ("casey", "riley") for page in pages_of(browser(world, name), harmless)
    ]
    assert_tame(shown, plain)


# back to the browser it came from


REFLECTING = (
    "/cases/?q={}",
    "/cases/?q={}&status={}&vendor={}&customer={}&sort={}",
    "/cases/new/?customer={}&account={}",
    "/deliveries/?state={}",
    "/audit/?about={}&person={}&action={}&since={}",
    "/acting-for/?page={}&q={}",
    "/accounts/login/?next={}",
    "/accounts/reauthenticate/?next={}",
    "/cases/{}/",
    "/accounts/invitation/{}/",
    "/people/{}/",
    "/for/{}/cases/",
    "/{}",
)


@pytest.mark.parametrize("address", REFLECTING)
def test_no_text_of_an_address_becomes_an_element(world: World, address: str) -> None:
    client = browser(world, "admin")
    nowhere = client.get("/nowhere/")
    for start in range(0, len(EACH_KIND), 3):
        text = " ".join(EACH_KIND[start : start + 3])
        shown, plain = (
            client.get(address.replace("{}", quote(each, safe=""))) for each in (text, tame(text))
        )
        assert shown.status_code < 500
        assert not {name for name, _ in shown.items()} - {name for name, _ in plain.items()}
        if shown["Content-Type"].startswith("text/html") and shown.status_code == plain.status_code:
            pages = [answer.content.decode() for answer in (shown, plain, nowhere)]
            assert not [*added(*pages), *misleading(pages[0])]


FORMS = {
    "note/": {"text": "{}", "audience": "{}", "token": "{}"},
    "close/": {"reason": "{}\x00", "token": "{}"},
    "file/": {"text": "{}", "token": "{}"},
    "visibility/": {"visible": "{}", "reason": "{}"},
    "share/": {"person": "{}"},
    "/people/northwind/invite/": {"email": "{}", "role": "{}"},
    "/accounts/login/": {"login": "{}", "password": "{}"},
    "/accounts/profile/": {"name": "{}\x00", "phone": "{}", "time_zone": "{}", "theme": "{}"},
    "/accounts/password/reset/": {"email": "{}"},
    "/accounts/email/": {"email": "{}", "action_add": ""},
}


@pytest.mark.parametrize("address", FORMS)
def test_no_text_of_a_refused_form_becomes_an_element(world: World, address: str) -> None:
    client, case = browser(world, "admin"), world.filed()
    if "/accounts/login/" in address or "reset" in address:
        client.logout()
    where = address if address[0] == "/" else f"/cases/{case.reference}/{address}"
    for start in range(0, len(EACH_KIND), 13):
        text = " ".join(EACH_KIND[start : start + 13])
        shown, plain = (
            client.post(where, {k: v.replace("{}", each) for k, v in FORMS[address].items()})
            for each in (text, tame(text))
        )
        assert shown.status_code < 500
        if shown.status_code == plain.status_code:
            assert_tame([shown.content.decode()], [plain.content.decode()])


# files


def test_no_file_name_adds_a_header(world: World) -> None:
    client, case = browser(world, "casey"), world.filed()
    for number, text in enumerate(EACH_KIND):
        key = default_storage.save("name.txt", ContentFile(b"x"))
        name = f"{clean_name(text)[:90]} {number}.txt"
        file = AttachmentFactory.create(case=case, name=name, storage_key=key, scan="clean")
        answer = client.get(f"/cases/{case.reference}/files/{file.pk}/")
        assert answer.status_code == 200
        head = f"Content-Disposition: {answer['Content-Disposition']}\r\n\r\n".encode()
        read = message_from_bytes(head, policy=policy.HTTP)
        assert list(read.keys()) == ["Content-Disposition"]
        assert read["Content-Disposition"].content_disposition == "attachment"
        assert read.get_filename() == name


def test_an_uploaded_files_name_loses_what_is_not_seen(world: World) -> None:
    client, case = browser(world, "casey"), world.filed()
    for start in range(0, len(EACH_KIND), 5):
        files = [
            SimpleUploadedFile(f"{name[:80]}.txt", b"a line\n", "text/plain")
            for name in EACH_KIND[start : start + 5]
        ]
        data = {"files": files, "text": "", "token": str(uuid4())}
        answer = client.post(f"/cases/{case.reference}/file/", data)
        assert answer.status_code in {302, 422}, answer.content.decode()[:1000]
    names = list(Attachment.objects.filter(case=case).values_list("name", flat=True))
    assert len(names) > len(EACH_KIND) / 2
    assert [name for name in names if name != clean_name(name)] == []


# mails


def header_names(message: mail.EmailMessage) -> list[str]:
    return list(message_from_bytes(message.message().as_bytes()).keys())


def test_no_name_adds_a_header_to_a_mail(world: World) -> None:
    client = browser(world, "morgan")
    plain = {"email": "plain@invited.example", "role": "viewer"}
    assert client.post("/people/northwind/invite/", plain).status_code == 302
    expected = header_names(mail.outbox[0])
    every = [storable(text) for text in texts() if len(text) < 60]
    for number in range(19):
        inviter, customer = " ".join(every[number::40])[:100], "\r\n".join(every[number::31])[:120]
        User.objects.filter(pk=world.people["morgan"].pk).update(name=inviter)
        Organization.objects.filter(slug="northwind").update(name=customer)
        data = {"email": f"new{number}@invited.example", "role": "viewer"}
        assert client.post("/people/northwind/invite/", data).status_code == 302
        sent = mail.outbox[-1]
        read = message_from_bytes(sent.message().as_bytes(), policy=policy.default)
        assert header_names(sent) == expected
        assert read["To"] == f"new{number}@invited.example"
        assert "\n" not in read["Subject"]
        assert " ".join(one_line(inviter).split()) in " ".join(str(sent.body).split())


def test_an_address_of_several_lines_is_no_address(world: World) -> None:
    client = browser(world, "morgan")
    for text in EACH_KIND:
        for address in (f"{text}@x.example", f"a@x.example\r\nBcc: {text}@x.example"):
            client.post("/people/northwind/invite/", {"email": address, "role": "viewer"})
            client.post("/accounts/password/reset/", {"email": address})
    for message in mail.outbox:
        assert [len(address.splitlines()) for address in message.recipients()] == [1]
        assert not message.bcc
        assert not message.cc


# the audit's sheet


def test_no_cell_of_the_sheet_is_a_formula_nor_begins_another(world: World) -> None:
    customer, person = world.organizations["northwind"], world.people["casey"]
    every = [storable(text) for text in texts()]
    User.objects.filter(pk=person.pk).update(name="=1+1\r\n2,3")
    for start in range(0, len(every), 4):
        one, two, three, four = every[start : start + 4]
        AuditEventFactory.create(
            organization=customer,
            actor=person,
            action=one[:60],
            object_name=two[:200],
            reason=three,
            changed=[four],
        )
    answer: Any = browser(world, "admin").get("/audit/export.csv")
    text = b"".join(answer.streaming_content).decode()
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) > len(every) / 4
    assert {len(row) for row in rows} == {len(HEADINGS)}
    assert not [cell for row in rows for cell in row if cell.startswith(FORMULA)]


# logs


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """What the console shows of our own words."""
    stream = io.StringIO()
    told: Any = deepcopy(settings.LOGGING)  # which the configurator takes apart
    configured = logging.config.DictConfigurator(told)
    formatter = configured.configure_formatter(told["formatters"]["line"])
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    for each in told["handlers"]["console"]["filters"]:
        handler.addFilter(configured.configure_filter(told["filters"][each]))
    logger = logging.getLogger("caseport")
    logger.addHandler(handler)
    before = logger.level
    logger.setLevel(logging.DEBUG)
    yield stream
    logger.setLevel(before)
    logger.removeHandler(handler)


def test_a_record_is_one_line_without_control_characters(lines: io.StringIO) -> None:
    log = logging.getLogger("caseport.sync")
    every = texts()
    for text in every:
        log.warning("reading %s failed", text)
    written = lines.getvalue()
    assert len(written.splitlines()) == len(every)
    assert not [c for c in written if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160)]
    assert "\u202e" not in written


def test_no_words_of_an_error_look_like_another_record(lines: io.StringIO) -> None:
    forged = "gone\n2026-11-22 10:00:00,000 ERROR caseport forged\r\x1b[2J"
    try:
        raise ValueError(forged)
    except ValueError:
        logging.getLogger("caseport.sync").exception("reading %s failed", forged)
    first, *more = lines.getvalue().splitlines()
    assert "forged" in first
    assert more
    assert [line for line in more if not line.startswith("    ")] == []
    assert "\x1b" not in lines.getvalue()
