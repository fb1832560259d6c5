"""An admin enters a credential, sees it die, and puts another in its place; what waited goes."""

import email
import email.policy
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from tests.house import House, wait_for
from tests.journeys import paper_filing
from tests.journeys.visitors import Doors, Sound, Visit
from tests.journeys.working import Filed, entry, filed_case, write_note
from tests.paper_browser import submit

pytestmark = pytest.mark.chromium

ADMIN = "admin@reseller.example"
LIST = "/admin/connections/connection/"
HOST = "akab-h05tnam3wl42son7nktnlnnx-kbob3i3v.luna.akamaiapis.net"  # made up, in its shape
MAIL_NOW = """
from django.utils import timezone
from portal.accounts.models import Notification
waiting = Notification.objects.filter(mail_due_at__isnull=False)
waiting.update(mail_due_at=timezone.now())
"""
NOTES = ("first while it is dead", "second while it is dead", "third while it is dead")


def edgerc(client: Mapping[str, str]) -> str:
    """The file as the vendor lets it be downloaded: without a section header."""
    names = ("client_secret", "access_token", "client_token")
    told = {"host": HOST, **{name: client[name] for name in names}}
    return "".join(f"{name} = {value}\n" for name, value in told.items())


def another_client(home: House) -> Any:
    """One more credential the vendor hands out."""
    return home.control("credentials", {"vendor": "akamai", "action": "add"})["akamai"]


def disable(home: House, client: Mapping[str, str]) -> None:
    told = {"vendor": "akamai", "action": "disable", "client_token": client["client_token"]}
    home.control("credentials", told)


def open_credential(visit: Visit, label: str) -> None:
    visit.go(LIST)
    visit.page.get_by_role("link", name=label, exact=True).click()
    visit.page.get_by_role("link", name="Enter or rotate its credential").click()


def enter_and_use(visit: Visit, home: House, client: Mapping[str, str], sound: Sound) -> None:
    """Paste the file, see the test pass, put it to use."""
    visit.page.get_by_label("Text of the .edgerc file").fill(edgerc(client))
    visit.page.get_by_label("Address").fill(home.simulator)  # the vendor is played here
    visit.page.get_by_role("button", name="Enter and try it").click()
    expect(visit.page.locator("#next")).to_contain_text("Proven: The signature is accepted.")
    assert client["client_secret"] not in visit.page.content()
    sound(visit)
    visit.page.get_by_role("button", name="Use it from now on").click()
    expect(visit.page.locator(".messagelist")).to_contain_text("The new credential is in use.")


def row(visit: Visit, label: str) -> Any:
    return visit.page.locator("#result_list tbody tr", has_text=label)


def mails_about(home: House, words: str) -> list[str]:
    found = []
    for path in sorted((home.portal.data / "mail").glob("*.eml")):
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        if message["To"] == ADMIN and words in message.get_content():
            found.append(str(message["Subject"]))
    return found


def file_for_contoso(home: House, agent: httpx.Client) -> str:
    """A case through the other reseller's connection; our reference."""
    page = paper_filing.begin(agent, "contoso")
    page = paper_filing.choose(agent, page, "Technical", paper_filing.PLAIN)
    page = paper_filing.answer(agent, page, paper_filing.ANSWERS, "review")
    return submit(agent, page, "/review/").url.path.strip("/").rpartition("/")[2]


def notes_of(filed: Filed) -> list[str]:
    told = [str(effect["body"]) for effect in filed.effects()]
    return [words for each in told for words in NOTES if words in each]


def test_a_connection_is_added_from_the_vendors_file_and_tested(
    home: House, doors: Doors, sound: Sound
) -> None:
    admin = doors.visit(ADMIN)
    admin.go(LIST + "add/")
    admin.page.get_by_label("Owner").select_option(label="Meridian Partners")
    admin.page.get_by_label("Vendor").select_option(label="Akamai Case Management v2")
    admin.page.get_by_label("Label").fill("Akamai EU")
    sound(admin)
    admin.page.get_by_role("button", name="Save", exact=True).click()
    expect(admin.page.locator("#in-use")).to_be_visible()
    enter_and_use(admin, home, another_client(home), sound)
    admin.go(LIST)
    expect(row(admin, "Akamai EU")).to_contain_text("Healthy")
    sound(admin)
    assert admin.complaints == []


def test_of_a_file_with_several_sections_it_asks_which(home: House, doors: Doors) -> None:
    admin = doors.visit(ADMIN)
    open_credential(admin, "Akamai support")
    one, two = edgerc(another_client(home)), edgerc(another_client(home))
    admin.page.get_by_label("Text of the .edgerc file").fill(f"[default]\n{one}[papi]\n{two}")
    admin.page.get_by_label("Address").fill(home.simulator)
    admin.page.get_by_role("button", name="Enter and try it").click()
    expect(admin.page.locator("#content")).to_contain_text("Which is it?")
    admin.page.get_by_label("Section").select_option("papi")
    admin.page.get_by_role("button", name="Enter and try it").click()
    expect(admin.page.locator("#next")).to_contain_text("Proven: The signature is accepted.")
    admin.page.get_by_role("button", name="Discard it").click()
    expect(admin.page.locator("#next")).to_have_count(0)


def test_a_dead_credential_stops_its_own_connection_alone_and_a_new_one_lets_all_go_in_order(
    home: House, doors: Doors, sound: Sound
) -> None:
    paper, rival = home.sign_in(), home.sign_in("agent@rival.example")
    filed = filed_case(home, paper)
    disable(home, home.control("credentials")["akamai"])
    casey, admin = doors.visit(), doors.visit(ADMIN)
    casey.sign_in("casey@northwind.example")
    casey.go(filed.path)
    for words in NOTES:
        write_note(casey, words)

    def is_failing() -> bool:
        admin.go(LIST)
        return "Failing" in row(admin, "Akamai support").inner_text()

    wait_for("the list to say so", is_failing)
    expect(row(admin, "Akamai support")).to_contain_text("3 waiting")
    sound(admin)
    home.shell(MAIL_NOW)  # which else waits two minutes for more to come
    wait_for("the mail", lambda: mails_about(home, "refused the credential"))
    reference = file_for_contoso(home, rival)
    wait_for(
        "the other reseller's case",
        lambda: 'data-vendor-case="' in home.page_of(rival, reference),
    )
    assert notes_of(filed) == []
    for words in NOTES:
        expect(entry(casey, words)).to_have_attribute("data-delivery", "waiting")

    open_credential(admin, "Akamai support")
    enter_and_use(admin, home, another_client(home), sound)
    wait_for("all notes to arrive", lambda: len(notes_of(filed)) == len(NOTES))
    assert notes_of(filed) == list(NOTES)
    assert len(mails_about(home, "refused the credential")) == 1
    paper.close()
    rival.close()
