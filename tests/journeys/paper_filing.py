"""Filing by plain forms, a stage at a time: for journeys that look at the stages, not the way."""

from collections.abc import Mapping
from typing import Any

import httpx

from tests.paper_browser import Forms, submit

PLAIN = ("Other", "Duplicate/Test Ticket")
ANSWERS = {
    "subject": "Checkout answers 503",
    "description": "Since 13:40 every POST fails.",
    "severity": "3-Low Impact",
    "userDetail/userName": "Casey Lindqvist",
    "userDetail/userEmail": "casey@northwind.example",
    "userDetail/userPhone": "+49 30 1234567",
}


def begin(client: httpx.Client, customer: str = "northwind") -> httpx.Response:
    """A new draft under the account offered first; its page."""
    page = client.get("/cases/new/", params={"customer": customer})
    form = [f for f in Forms(page.text).found if ("customer", customer) in f.fields][-1]
    draft = client.post(form.action, data=form.filled({}))
    assert draft.status_code == 200, draft.text
    return draft


def answer(
    client: httpx.Client, page: httpx.Response, told: Mapping[str, Any], action: str = "update"
) -> httpx.Response:
    """Fill in and press a button of the draft's page; what it leads to."""
    return submit(client, page, page.url.path, {**told, "_action": action})


def choose(
    client: httpx.Client, page: httpx.Response, category: str, path: tuple[str, ...]
) -> httpx.Response:
    """Choose a category and walk down its tree."""
    page = answer(client, page, {"categoryType": category})
    for level, label in enumerate(path):
        page = answer(client, page, {f"subCategories.0.{level}": label})
    return page
