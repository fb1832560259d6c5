"""A house with one vendor more: the plain desk, at which nothing that was lost can be looked up."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import httpx

from tests.house import House, house
from tests.journeys import paper_filing
from tests.paper_browser import Forms, submit
from tests.vendors.plain_vendor.double import KEY, PlainDesk

ADAPTER = "tests.vendors.plain_vendor.adapter:PlainVendor"
ACCOUNT = "Northwind at the desk"
CONNECT = """
from portal.accounts.models import Organization
from vendors.connections import credentials
from vendors.connections.models import Connection, Entitlement, VendorAccount
customer = Organization.objects.get(slug="northwind")
made = Connection.objects.create(
    owner=customer.reseller, vendor="plain", label="Plain desk EU", base_url="{url}"
)
credentials.replace(made, {{"key": "{key}"}}, by=None, changed=["key"])
account = VendorAccount.objects.create(connection=made, account_id="N-1", name="{account}")
Entitlement.objects.create(customer=customer, account=account)
"""


class Threads(ThreadingMixIn, WSGIServer):
    """Answers several callers at once and ends with the test."""

    daemon_threads = True


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@dataclass
class PlainTown:
    """The running portal and the desk behind it."""

    home: House
    desk: PlainDesk

    def file_case(self, client: httpx.Client, subject: str, text: str) -> str:
        """File a case at the desk by plain forms; our reference."""
        page = client.get("/cases/new/", params={"customer": "northwind"})
        form = [f for f in Forms(page.text).found if ("customer", "northwind") in f.fields][-1]
        (option,) = (v for v, words in _options(page.text) if ACCOUNT in words)
        draft = client.post(form.action, data=form.filled({"account": option}))
        told = {"subject": subject, "text": text}
        review = paper_filing.answer(client, draft, told, "review")
        assert review.url.path.endswith("/review/"), review.text
        filed = submit(client, review, "/review/")
        return filed.url.path.strip("/").rpartition("/")[2]


def _options(page: str) -> list[tuple[str, str]]:
    """Every choice of the page, by its value and its words."""
    found = page.split('name="account"')[1:]
    return [(each.split('value="')[1].split('"')[0], each.split("</label>")[0]) for each in found]


@contextmanager
def plain_town(**changes: str) -> Iterator[PlainTown]:
    """Everything started, with a connection to the desk that Northwind may file through.

    Nothing is read by itself: what was lost stays lost until a person has looked.
    """
    desk = PlainDesk()
    server = make_server("127.0.0.1", 0, desk, server_class=Threads, handler_class=Quiet)
    where = f"127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    known = {"CASEPORT_EXTRA_VENDORS": ADAPTER, "CASEPORT_EXTRA_HOSTS": where}
    changes.setdefault("CASEPORT_SYNC_SECONDS", "3600")
    try:
        with house(**changes, **known) as home:
            code = CONNECT.format(url=f"http://{where}", key=KEY, account=ACCOUNT)
            home.shell(code, **known)
            yield PlainTown(home, desk)
    finally:
        server.shutdown()
        server.server_close()
