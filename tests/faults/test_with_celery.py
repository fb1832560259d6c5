"""The same walk with Celery on Redis in place of the loop."""

import re
from collections.abc import Iterator

import pytest

from tests import paper_browser
from tests.house import House, house, wait_for

pytestmark = pytest.mark.redis

RILEY = "riley@reseller.example"


@pytest.fixture(scope="module")
def home(redis_url: str) -> Iterator[House]:
    with house(CELERY_BROKER_URL=redis_url) as running:
        yield running


def test_a_case_and_a_note_go_through_celery_once_and_name_the_task(home: House) -> None:
    casey = home.sign_in()
    reference = home.file_case(casey)
    wait_for("the case", lambda: "With Akamai" in home.page_of(casey, reference))
    page = casey.get(f"/cases/{reference}/")
    paper_browser.submit(
        casey, page, f"/{reference}/note/", {"text": "Seen since 13:40", "audience": "vendor"}
    )
    wait_for("the note", lambda: home.effects("note"))
    assert [e["operation"] for e in home.effects()] == ["create", "note"]
    staff = home.sign_in(RILEY)
    assert re.search(r"task [0-9a-f-]{36}", home.page_of(staff, reference))
    assert not re.search(r"task [0-9a-f-]{36}", home.page_of(casey, reference))


def test_with_the_celery_worker_stopped_nothing_is_sent(home: House) -> None:
    casey = home.sign_in()
    before = len(home.effects("create"))
    with home.worker_held():
        reference = home.file_case(casey, "Filed while Celery stands still")
        assert "Waiting to send" in home.page_of(casey, reference)
        assert len(home.effects("create")) == before
    wait_for("the delivery", lambda: "With Akamai" in home.page_of(casey, reference))
    assert len(home.effects("create")) == before + 1
