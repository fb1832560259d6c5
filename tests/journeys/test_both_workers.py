"""The whole way of a case in a browser with either kind of worker: the loop, or Celery on Redis."""

import base64
import hashlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.house import CASEY, House, house
from tests.journeys.filing import (
    answer_everything,
    choose_what_it_is_about,
    review,
    send_and_follow,
    start,
)
from tests.journeys.visitors import RILEY, Doors
from tests.journeys.working import (
    CAPTURE,
    Filed,
    ask_to_close,
    entry,
    expect_delivered,
    filed_case,
    send_file,
    write_note,
)

pytestmark = pytest.mark.chromium

SELDOM = "60"  # seconds between two reads, so that what Refresh brings came by it
TASK = re.compile(r"task [0-9a-f-]{36}")


@pytest.fixture(scope="module", params=["loop", pytest.param("celery", marks=pytest.mark.redis)])
def worker(request: pytest.FixtureRequest) -> str:
    kind: str = request.param
    return kind


@pytest.fixture(scope="module")
def home(worker: str, request: pytest.FixtureRequest) -> Iterator[House]:
    broker = request.getfixturevalue("redis_url") if worker == "celery" else ""
    with house(CELERY_BROKER_URL=broker, CASEPORT_SYNC_SECONDS=SELDOM) as running:
        yield running


@pytest.fixture(scope="module")
def filed(home: House) -> Iterator[Filed]:
    paper = home.sign_in()
    yield filed_case(home, paper)
    paper.close()


def test_casey_files_a_case_without_a_page_being_loaded_until_it_is_sent(
    home: House, doors: Doors, tmp_path: Path
) -> None:
    filing = start(doors.visit(CASEY).page, home.portal.url, script=True)
    filing.loads.clear()
    choose_what_it_is_about(filing)
    answer_everything(filing, tmp_path)
    sent = review(filing)
    assert filing.loads == []
    assert sent["questionnaire"]
    filing.page.go_back()
    expect(filing.asked("subject")).to_have_value("Checkout is slow in Europe")
    assert review(filing) == sent
    assert filing.loads == []
    send_and_follow(filing, home, sent)
    loads = [request.url for request in filing.loads]
    assert len([url for url in loads if "/cases/CP-" in url]) == 1, loads


def test_a_note_a_large_file_and_a_close_request_arrive_once_each_and_in_order(
    doors: Doors, filed: Filed, tmp_path: Path
) -> None:
    path = tmp_path / "capture.pcap"
    path.write_bytes(CAPTURE)
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    casey.loads.clear()
    write_note(casey, "Seen in Frankfurt and Paris")
    send_file(casey, path)
    expect(entry(casey, "capture.pcap")).to_have_count(1)
    ask_to_close(casey, "Solved by a new origin")
    for words in ("Seen in Frankfurt and Paris", "capture.pcap", "Solved by a new origin"):
        expect_delivered(entry(casey, words))
    note, file, close = filed.effects()
    assert [e["operation"] for e in (note, file, close)] == ["note", "file", "close"]
    assert note["body"]["comment"].startswith("Seen in Frankfurt and Paris")
    assert (file["file"]["name"], file["file"]["size"]) == ("capture.pcap", len(CAPTURE))
    assert file["file"]["sha256"] == hashlib.sha256(CAPTURE).hexdigest()
    assert "Solved by a new origin" in str(close["body"])
    assert casey.loads == []
    assert casey.complaints == []


def test_refresh_shows_what_the_vendor_did_without_a_reload(doors: Doors, filed: Filed) -> None:
    casey = doors.visit(CASEY)
    casey.go(filed.path)
    casey.loads.clear()
    filed.engineer("reply", text="We have found the faulty server.")
    filed.engineer("status", value="Mitigated")
    filed.engineer("file", name="report.html", base64=base64.b64encode(b"<b>bold</b>").decode())
    casey.page.locator("#refresh").click()
    expect(entry(casey, "We have found the faulty server.")).to_have_count(1)
    expect(casey.page.locator("#case-head")).to_contain_text("Mitigated")
    expect(entry(casey, "report.html")).to_have_count(1)
    expect(casey.page.locator("#refresh")).to_have_text("Refresh")
    assert casey.loads == []
    assert casey.complaints == []


def test_staff_read_which_task_of_celery_sent_each_step(
    doors: Doors, filed: Filed, worker: str
) -> None:
    riley, casey = doors.visit(RILEY), doors.visit(CASEY)
    for visit in (riley, casey):
        visit.go(filed.path)
    tasks = set(TASK.findall(riley.page.content()))
    steps = 1 + len(filed.effects())
    assert len(tasks) == (steps if worker == "celery" else 0)
    assert not TASK.search(casey.page.content())
