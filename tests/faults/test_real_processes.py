"""The whole program with real processes, sockets and kills: nothing lost, nothing doubled."""

from collections.abc import Iterator

import httpx
import pytest

from tests import paper_browser
from tests.house import House, house, wait_for


@pytest.fixture(scope="module")
def home() -> Iterator[House]:
    with house() as running:
        yield running


@pytest.fixture
def casey(home: House) -> Iterator[httpx.Client]:
    home.control("reset", {})
    client = home.sign_in()
    yield client
    client.close()


def test_a_worker_killed_after_the_vendor_committed_files_exactly_one_case(
    home: House, casey: httpx.Client
) -> None:
    home.fault("create", "hang_after", seconds=60)
    reference = home.file_case(casey)
    (effect,) = wait_for("the commit", lambda: home.effects("create"))
    home.kill("worker")
    assert effect["case"] not in home.page_of(casey, reference)
    wait_for("the link", lambda: effect["case"] in home.page_of(casey, reference))
    assert len(home.effects("create")) == 1


def test_a_worker_killed_before_the_vendor_committed_loses_nothing(
    home: House, casey: httpx.Client
) -> None:
    home.control("faults", [{"vendor": "akamai_v2", "operation": "create", "fault": "500_before"}])
    home.file_case(casey)
    wait_for("the first try", lambda: tries(home))
    home.kill("worker")
    home.control("faults", [])
    # a call whose worker fell silent counts as over only at its deadline
    wait_for("the second try", lambda: home.effects("create"), 150)
    assert len(home.effects("create")) == 1


def tries(home: House) -> list[object]:
    requests = home.control("requests")["requests"]
    return [r for r in requests if r["operation"] == "create"]


def test_with_the_worker_stopped_nothing_is_sent_and_a_page_says_so(
    home: House, casey: httpx.Client
) -> None:
    with home.worker_held():
        reference = home.file_case(casey)
        assert "Waiting to send" in home.page_of(casey, reference)
        assert home.effects() == []
    wait_for("the delivery", lambda: home.effects("create"))


def test_steps_made_while_the_vendor_is_down_arrive_once_and_in_order(
    home: House, casey: httpx.Client
) -> None:
    reference = home.file_case(casey)
    wait_for("the case", lambda: "With Akamai" in home.page_of(casey, reference))
    home.control("faults", [{"vendor": "akamai_v2", "operation": "note", "fault": "429"}])
    for text in ("one", "two"):
        page = casey.get(f"/cases/{reference}/")
        told = {"text": text, "audience": "vendor"}
        paper_browser.submit(casey, page, f"/{reference}/note/", told)
    home.control("faults", [])
    wait_for("both notes", lambda: len(home.effects("note")) == 2, 150)
    said = [effect["body"]["comment"].splitlines()[0] for effect in home.effects("note")]
    assert said == ["one", "two"]
