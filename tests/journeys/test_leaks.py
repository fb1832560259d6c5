"""Nothing casey can reach tells that the vendor's metadata names other customers."""

import json
import re
import sqlite3
from collections.abc import Iterator
from html import unescape
from urllib.parse import urljoin, urlsplit

import httpx
import pytest

from tests import paper_browser
from tests.house import House, wait_for
from tests.journeys import paper_filing

OWN = "Northwind Traders"
WALKS = (
    ("Technical", ("Alta", "Slow delivery", "Edge Delivery", "High time to first byte")),
    ("Technical", ("Ion Premier", "Alerts")),
    ("Technical", ("Ion Premier", "Stale or wrong content")),
    ("Technical", ("Edge DNS",)),
    ("Technical", paper_filing.PLAIN),
    ("Billing", ()),
    ("Business", ()),
    ("Security", ("Kona Site Defender", "Under attack now")),
    ("Professional-Services", ("Alta", "Migration")),
)
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://127.0.0.1/"}


class Watched:
    """Casey's browser, in which no answer may hold any of the words, nor outlive the session."""

    def __init__(self, home: House, words: list[str]) -> None:
        self.home = home
        self.words = [word.casefold() for word in words]
        self.client = home.sign_in()
        self.client.event_hooks["response"].append(self._read)

    def _read(self, response: httpx.Response) -> None:
        said = unescape(response.read().decode(errors="replace")).casefold()
        said += str(response.headers).casefold()
        told = [word for word in self.words if word in said]
        assert not told, f"{response.request.method} {response.url} tells of {told}"
        if response.headers.get("content-type", "").startswith("text/html"):
            kept = response.headers.get("cache-control", "")
            assert "no-store" in kept, f"{response.url} may be kept: {kept!r}"

    def every_way(self, path: str) -> httpx.Response:
        """The page, and the parts of it scripts may ask for."""
        self.client.get(path, headers=HTMX)
        self.client.get(path, headers={**HTMX, "Caseport-Watch": "1"})
        return self.client.get(path)


@pytest.fixture(scope="module")
def customers(home: House) -> dict[str, str]:
    """The other customers of the metadata, by the vendor's id."""
    named: dict[str, str] = home.control("world")["akamai_v2"]["customers"]
    others = {key: name for key, name in named.items() if name != OWN}
    assert len(others) == len(named) - 1 >= 3
    return others


@pytest.fixture
def casey(home: House, customers: dict[str, str]) -> Iterator[Watched]:
    watched = Watched(home, [*customers, *customers.values()])
    yield watched
    watched.client.close()


def test_the_watch_sees_a_name_where_there_is_one(home: House, customers: dict[str, str]) -> None:
    watched = Watched(home, ["northwind traders"])
    with pytest.raises(AssertionError, match="tells of"):
        watched.client.get("/cases/new/?customer=northwind")
    watched.client.close()


@pytest.mark.parametrize(("category", "path"), WALKS)
def test_no_stage_of_filing_names_another_customer(
    home: House, customers: dict[str, str], casey: Watched, category: str, path: tuple[str, ...]
) -> None:
    page = paper_filing.begin(casey.client)
    address = page.url.path
    page = paper_filing.answer(casey.client, page, {"categoryType": category})
    for level, label in enumerate(path or first_leaf(page)):
        page = paper_filing.answer(casey.client, page, {f"subCategories.0.{level}": label})
        casey.every_way(address)
    assert "subject" in page.text
    assert metadata_named(home, category, customers), "nothing there to be kept back"
    casey.every_way(f"{address}?check=1")
    as_fragment(casey.client, page, {"categoryType": category})
    for key in customers:
        told = {"customer": key, "_action": "review"}
        paper_browser.submit(casey.client, page, address, told)
    kept = kept_answers(home, address)
    assert not [word for pair in customers.items() for word in pair if word in kept]


@pytest.mark.parametrize(("category", "path"), [WALKS[1], ("Billing", ())])
def test_a_form_filled_in_for_another_customer_is_sent_without_them(
    home: House, customers: dict[str, str], casey: Watched, category: str, path: tuple[str, ...]
) -> None:
    before = len(home.effects("create"))
    page = paper_filing.begin(casey.client)
    page = paper_filing.answer(casey.client, page, {"categoryType": category})
    for level, label in enumerate(path or first_leaf(page)):
        page = paper_filing.answer(casey.client, page, {f"subCategories.0.{level}": label})
    page = paper_filing.answer(casey.client, page, paper_filing.ANSWERS, "review")
    assert page.url.path.endswith("/review/"), page.text
    paper_browser.submit(casey.client, page, "/review/")
    wait_for("the case at its vendor", lambda: len(home.effects("create")) > before)
    sent = json.dumps(home.effects("create")[before:])
    assert not [word for pair in customers.items() for word in pair if word in sent]


def first_leaf(page: httpx.Response) -> tuple[str, ...]:
    """The first thing to choose in the tree the page offers."""
    found = re.search(r'name="subCategories\.0\.0".*?</select>', page.text, re.DOTALL)
    assert found, page.text
    options = re.findall(r"<option(?: selected)?>([^<]+)</option>", found[0])
    return (unescape(options[0]),)


def as_fragment(client: httpx.Client, page: httpx.Response, told: dict[str, str]) -> None:
    """Send the form as htmx would, for the parts that change."""
    form = paper_browser.form_to(page, page.url.path)
    client.post(form.action, data=form.filled(told), headers=HTMX)


def metadata_named(home: House, category: str, customers: dict[str, str]) -> bool:
    """Whether what the portal keeps of the vendor's metadata for it names one of them."""
    rows = query(home, "select parameters, value from connections_catalogueentry")
    return any(
        category in asked and any(name in (value or "") for name in customers.values())
        for asked, value in rows
    )


def kept_answers(home: House, address: str) -> str:
    draft = address.strip("/").rpartition("/")[2].replace("-", "")
    rows = query(home, "select answers, parked from cases_draft where id = ?", draft)
    assert rows
    return json.dumps(rows, ensure_ascii=False)


def query(home: House, words: str, *values: str) -> list[tuple[str, ...]]:
    path = next(home.portal.data.glob("*.sqlite3"))
    with sqlite3.connect(path, timeout=20) as rows:
        return rows.execute(words, values).fetchall()


def test_no_page_that_links_lead_to_names_another_customer(home: House, casey: Watched) -> None:
    reference = home.file_case(casey.client)
    wait_for("the vendor", lambda: "With Akamai" in home.page_of(casey.client, reference))
    paper_filing.begin(casey.client)
    waiting, seen = ["/"], {"/"}
    while waiting:
        page = casey.every_way(waiting.pop())
        for found in re.findall(r'(?:href|hx-get)="([^"#]+)', page.text):
            link = urlsplit(urljoin(str(page.url), unescape(found)))
            path = link.path + (f"?{link.query}" if link.query else "")
            is_ours = f"http://{link.netloc}" == home.portal.url
            if is_ours and path not in seen and not path.startswith("/static/"):
                seen.add(path)
                waiting.append(path)
    assert {f"/cases/{reference}/", "/deliveries/", "/drafts/", "/accounts/profile/"} <= seen
    assert [path for path in seen if re.fullmatch(r"/cases/new/[0-9a-f-]{36}/", path)]


def test_a_search_for_another_customer_finds_nothing_and_says_no_more(
    home: House, customers: dict[str, str]
) -> None:
    client = home.sign_in()
    for name in customers.values():
        found = client.get("/cases/", params={"q": name})
        assert "data-row" not in found.text
    client.close()
