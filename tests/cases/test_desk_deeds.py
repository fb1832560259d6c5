"""What staff do at the desk: pause and resume a connection, try all of one cause again."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases import access
from cases.models import Push, PushEvent
from cases.models.push import State
from portal.accounts.models import AuditEvent
from tests.cases.read_page import Page
from tests.factories import ConnectionFactory
from tests.world import World
from vendors.connections.models import Connection
from vendors.vocabulary import Kind

REFUSING = "[simulate: failed-request]"


def signed_in(world: World, name: str) -> Client:
    client = Client()
    client.force_login(world.people[name])
    return client


def change(client: Client, connection: Connection, deed: str, **data: str) -> Any:
    return client.post(f"/deliveries/{connection.pk}/{deed}/", data)


def forms_to(page: Page, ending: str) -> list[str]:
    actions = [each.attributes.get("action", "") for each in page.tagged("form")]
    return [action for action in actions if action.endswith(ending)]


def test_a_paused_connection_sends_nothing_and_drains_in_order_when_it_is_resumed(
    world: World,
) -> None:
    riley = signed_in(world, "riley")
    case = world.filed()
    assert change(riley, world.connection, "pause", reason="Maintenance").status_code == 302
    for text in ("one", "two", "three"):
        world.add_note(case, text)
    assert world.work() == 0
    shown = Page(riley.get("/deliveries/"))
    assert "3 × Connection paused" in shown.one("data-cause").text
    assert "Paused: Maintenance" in shown.one("data-connection").text
    assert change(riley, world.connection, "resume", reason="It is over").status_code == 302
    world.drain()
    said = [e["body"]["comment"].splitlines()[0] for e in world.played.effects("note")]
    assert said == ["one", "two", "three"]


def test_pausing_and_resuming_are_audited_with_their_reasons(world: World) -> None:
    riley = signed_in(world, "riley")
    change(riley, world.connection, "pause", reason="Maintenance")
    change(riley, world.connection, "resume", reason="It is over")
    rows = AuditEvent.objects.filter(object_kind="connection").order_by("at")
    told = [(row.action, row.reason, row.organization, row.actor) for row in rows]
    meridian, person = world.organizations["meridian"], world.people["riley"]
    assert told == [
        ("connection paused", "Maintenance", meridian, person),
        ("connection resumed", "It is over", meridian, person),
    ]


def test_pausing_takes_a_reason(world: World) -> None:
    answer = change(signed_in(world, "riley"), world.connection, "pause", reason=" ")
    assert answer.status_code == 422
    assert "Say why" in Page(answer).one("data-connection").text
    world.connection.refresh_from_db()
    assert not world.connection.is_paused


def test_what_is_paused_already_stays_as_it_was(world: World) -> None:
    riley = signed_in(world, "riley")
    change(riley, world.connection, "pause", reason="First")
    answer = change(riley, world.connection, "pause", reason="Second")
    assert answer.status_code == 422
    assert "paused already" in Page(answer).text
    world.connection.refresh_from_db()
    assert world.connection.state_why == "First"


@pytest.mark.parametrize("name", ["casey", "morgan", "rival"])
@pytest.mark.parametrize("deed", ["pause", "resume"])
def test_a_connection_is_there_for_those_who_keep_it(world: World, name: str, deed: str) -> None:
    client = signed_in(world, name)
    assert change(client, world.connection, deed, reason="x").status_code == 404
    assert not Page(client.get("/deliveries/")).all("data-connection", str(world.connection.pk))
    world.connection.refresh_from_db()
    assert not world.connection.is_paused


def test_a_state_changed_in_the_administration_has_its_time_too(world: World) -> None:
    operator = world.people["admin"]
    operator.is_superuser = True
    operator.save()
    client = signed_in(world, "admin")
    where = f"/admin/connections/connection/{world.connection.pk}/change/"
    page = client.get(where)
    form = page.context["adminform"].form
    data = {name: form[name].value() or "" for name in form.fields} | {"state": "paused"}
    for inline in page.context["inline_admin_formsets"]:
        data |= {
            f"{inline.formset.prefix}-{k}": v for k, v in (("TOTAL_FORMS", 0), ("INITIAL_FORMS", 0))
        }
    assert client.post(where, data).status_code == 302
    world.connection.refresh_from_db()
    assert world.connection.is_paused
    assert world.connection.state_since is not None


def refused(world: World, *texts: str) -> list[Push]:
    """A note refused by the vendor in a case of its own for each text."""
    found = []
    for text in texts:
        case = world.filed()
        entry = world.add_note(case, text)
        push = access.worker_pushes().get(entry=entry)
        access.worker_pushes().filter(pk=push.pk).update(
            state=State.REFUSED, outcome="Locked.", sent_at=timezone.now()
        )
        found.append(push)
    return found


def retry(client: Client, **data: str) -> Any:
    """Press the only "Retry all" of the page, as it stands there."""
    page = Page(client.get("/deliveries/"))
    told = {name: page.one("name", name)["value"] for name in ("cause", "seen_at")}
    return client.post("/deliveries/retry/", told | {"reason": "It is unlocked"} | data)


def test_refused_steps_are_all_sent_again_as_new_ones_and_the_old_are_kept(world: World) -> None:
    old = refused(world, "first", "second")
    answer = retry(signed_in(world, "riley"))
    assert len(Page(answer).all("data-again")) == 2
    for push in old:
        push.refresh_from_db()
        again = Push.everything.get(replaces=push)
        assert (push.state, again.state) == (State.SUPERSEDED, State.PENDING)
        assert again.payload == push.payload
    world.drain()
    said = {e["body"]["comment"].splitlines()[0] for e in world.played.effects("note")}
    assert said == {"first", "second"}


def test_every_step_tried_again_is_audited_with_the_reason(world: World) -> None:
    refused(world, "first", "second")
    retry(signed_in(world, "riley"))
    rows = AuditEvent.objects.filter(action="step sent again")
    assert [row.reason for row in rows] == ["It is unlocked"] * 2
    whys = PushEvent.objects.filter(now=State.SUPERSEDED).values_list("why", flat=True)
    assert set(whys) == {"It is unlocked"}


def test_a_step_tried_again_stays_amber_until_the_vendor_confirms(world: World) -> None:
    old, _ = refused(world, "first", "second")
    riley, where = signed_in(world, "riley"), f"/cases/{old.case.reference}/"
    retry(riley)
    waiting = riley.get(where).content.decode()
    assert "Waiting to be sent again" in waiting
    assert 'badge-wait">' in waiting
    world.drain()
    assert "again" not in Page(riley.get(where)).one("data-entry", str(old.entry_id)).text


def test_held_steps_all_go_on_where_they_were(world: World) -> None:
    old, _ = refused(world, "first", "second")
    access.worker_pushes().filter(kind=Kind.NOTE).update(state=State.PARKED, sent_at=None)
    answer = retry(signed_in(world, "riley"))
    assert str(old.pk) in {each["data-again"] for each in Page(answer).all("data-again")}
    world.drain()
    old.refresh_from_db()
    assert old.state == State.DONE


def test_retrying_takes_one_reason_for_all(world: World) -> None:
    old, _ = refused(world, "first", "second")
    answer = retry(signed_in(world, "riley"), reason=" ")
    assert answer.status_code == 422
    assert "Say why" in Page(answer).one("data-cause").text
    old.refresh_from_db()
    assert old.state == State.REFUSED


def test_what_was_refused_after_the_page_was_shown_is_left(world: World) -> None:
    _, later = refused(world, "first", "second")
    now = timezone.now()
    Push.everything.filter(pk=later.pk).update(sent_at=now + timedelta(minutes=1))
    answer = retry(signed_in(world, "riley"), seen_at=now.isoformat())
    assert len(Page(answer).all("data-again")) == 1
    later.refresh_from_db()
    assert later.state == State.REFUSED


def test_a_retry_sent_twice_is_done_once(world: World) -> None:
    refused(world, "first", "second")
    riley = signed_in(world, "riley")
    page = Page(riley.get("/deliveries/"))
    told = {name: page.one("name", name)["value"] for name in ("cause", "seen_at")}
    for _ in range(2):
        riley.post("/deliveries/retry/", told | {"reason": "Again"})
    assert Push.everything.filter(kind=Kind.NOTE).count() == 4
    world.drain()
    assert len(world.played.effects("note")) == 2


def test_a_step_that_may_not_go_again_is_told_and_leaves_the_others(world: World) -> None:
    case = world.file_case(subject=REFUSING)
    world.work()
    create = world.push(case, Kind.CREATE)
    (note,) = refused(world, "first")
    Push.everything.filter(pk=note.pk).update(outcome=create.outcome)
    answer = retry(signed_in(world, "riley"))
    page = Page(answer)
    assert "Take the case back into its draft" in page.one("data-left", str(create.pk)).text
    assert len(page.all("data-again")) == 1


def test_cases_alone_are_not_offered_to_be_sent_as_they_were(world: World) -> None:
    world.file_case(subject=REFUSING)
    world.work()
    page = Page(signed_in(world, "riley").get("/deliveries/"))
    assert page.one("data-group", "refused")
    assert not forms_to(page, "/deliveries/retry/")


def test_a_customer_is_not_offered_to_retry_all_and_may_not(world: World) -> None:
    old, _ = refused(world, "first", "second")
    casey = signed_in(world, "casey")
    assert not forms_to(Page(casey.get("/deliveries/")), "/deliveries/retry/")
    assert casey.post("/deliveries/retry/", {"cause": "x", "reason": "x"}).status_code == 403
    old.refresh_from_db()
    assert old.state == State.REFUSED


def test_another_resellers_staff_retry_nothing_here(world: World) -> None:
    old, _ = refused(world, "first", "second")
    page = Page(signed_in(world, "riley").get("/deliveries/"))
    told = {name: page.one("name", name)["value"] for name in ("cause", "seen_at")}
    answer = signed_in(world, "rival").post("/deliveries/retry/", told | {"reason": "x"})
    assert answer.status_code == 302
    old.refresh_from_db()
    assert old.state == State.REFUSED


def test_a_reseller_with_several_connections_pauses_one(world: World) -> None:
    other = ConnectionFactory(owner=world.organizations["meridian"])
    change(signed_in(world, "riley"), other, "pause", reason="Only this")
    world.connection.refresh_from_db()
    assert not world.connection.is_paused
    assert world.filed().vendor_id


def test_a_colleague_of_the_customer_sees_why_and_no_button(world: World) -> None:
    change(signed_in(world, "riley"), world.connection, "pause", reason="Between ourselves")
    world.file_case()
    page = Page(signed_in(world, "morgan").get("/deliveries/"))
    assert "The connection to Akamai is paused." in page.text
    assert "Between ourselves" not in page.text
    assert not forms_to(page, "/pause/") + forms_to(page, "/resume/")
