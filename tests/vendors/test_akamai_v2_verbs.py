"""Each verb of the v2 adapter against the simulator that plays the vendor."""

import hashlib
import io
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, BinaryIO, cast

import httpx
import pytest

from tests.vendors.akamai_v2_desk import (
    act,
    answering,
    at,
    effects,
    file_draft,
    over_a_socket,
    secrets_of,
    set_fault,
)
from tests.vendors.akamai_v2_drafts import MARKER, draft, note
from tests.vendors.akamai_v2_samples import sample
from vendors.akamai_v2 import AkamaiV2
from vendors.contract import Unsupported
from vendors.http.errors import (
    Busy,
    ForbiddenHost,
    NotFound,
    Refused,
    Unauthorised,
    Unclear,
)
from vendors.simulator.app import Simulator
from vendors.vocabulary import (
    EntryKind,
    Find,
    Status,
)


@pytest.fixture
def simulator() -> Simulator:
    return Simulator(sleep=lambda seconds: None)


# facts


def test_the_host_is_one_of_the_vendors_own() -> None:
    pattern = AkamaiV2.host_pattern
    assert pattern.fullmatch("akab-h05tnam3wl42son7nktnlnnx-kbob3i3v.luna.akamaiapis.net")
    for host in ("akab-x-y.luna.akamaiapis.net", "akab-h05tnam3-kbob3i3v.luna.akamaiapis.net.evil"):
        assert not pattern.fullmatch(host)


def test_a_pasted_host_becomes_a_base_address() -> None:
    for given in ("a.example", "https://a.example/", ' "a.example" '):
        assert AkamaiV2.base_url({"host": given}) == "https://a.example"


def test_who_we_are_to_the_vendor_outlives_a_new_secret_and_tells_none() -> None:
    secrets = {"client_token": "ct", "client_secret": "cs", "access_token": "akab-access-1"}
    identity = AkamaiV2.credential_identity(secrets)
    assert identity == AkamaiV2.credential_identity({**secrets, "client_secret": "new"})
    assert identity != AkamaiV2.credential_identity({**secrets, "access_token": "akab-access-2"})
    assert "akab" not in identity


def test_every_kind_can_be_looked_up() -> None:
    assert AkamaiV2.can_find == dict.fromkeys(AkamaiV2.capabilities.kinds, Find.LIST)


def test_the_vendors_withdrawal_is_told() -> None:
    assert "17 November 2025" in AkamaiV2.withdrawn


# metadata


@pytest.mark.parametrize(
    ("operation", "params", "kind"),
    [
        ("categories", {}, list),
        ("sub-categories", {"categoryType": "Technical"}, dict),
        ("case-attributes", {"categoryType": "Technical", "product": "Alta"}, dict),
        ("severity-definitions", {"categoryType": "Technical", "product": "Alta"}, list),
        ("response-time-frequency", {"categoryType": "Technical"}, dict),
        ("questionnaire", {"questionnaireId": "100"}, dict),
    ],
)
def test_each_piece_of_form_metadata_can_be_fetched(
    simulator: Simulator, operation: str, params: dict[str, str], kind: type
) -> None:
    assert isinstance(at(simulator).fetch_metadata(operation, params), kind)


def test_all_four_filters_of_the_attributes_are_passed_on() -> None:
    asked: list[httpx.URL] = []

    def handler(request: httpx.Request) -> httpx.Response:
        asked.append(request.url)
        return httpx.Response(200, json={})

    filters = {"product": "Alta & Co", "problem": "b", "area": "c", "service": "d"}
    answering(handler).fetch_metadata("case-attributes", {"categoryType": "Technical", **filters})
    assert asked[0].path == "/case-management/v2/categories/Technical/case-attributes"
    assert dict(asked[0].params) == filters


def test_metadata_of_another_shape_is_not_kept() -> None:
    adapter = answering(lambda request: httpx.Response(200, json={"items": 42}))
    with pytest.raises(Unclear):
        adapter.fetch_metadata("categories", {})


def test_metadata_we_do_not_know_is_refused_loudly(simulator: Simulator) -> None:
    with pytest.raises(Unsupported):
        at(simulator).fetch_metadata("moods", {})
    with pytest.raises(ForbiddenHost):
        at(simulator).fetch_metadata("questionnaire", {"questionnaireId": ".."})


# filing


def test_a_case_is_filed_once_and_its_receipt_names_it(simulator: Simulator) -> None:
    receipt = at(simulator).file_case(draft("Images load slowly"))
    (effect,) = effects(simulator)
    assert (effect["operation"], effect["case"]) == ("create", receipt.vendor_id)
    assert effect["body"]["subject"] == "Images load slowly"
    assert "successfully created" in receipt.words
    assert "diagnostic-url" in receipt.facts


def test_success_false_in_a_200_is_a_refusal(simulator: Simulator) -> None:
    with pytest.raises(Refused, match="Case could not be created"):
        at(simulator).file_case(draft("[simulate: success-false]"))


def test_a_402_is_a_refusal(simulator: Simulator) -> None:
    with pytest.raises(Refused, match="could not be completed") as caught:
        at(simulator).file_case(draft("[simulate: failed-request]"))
    assert caught.value.incident


def test_a_refused_member_is_named(simulator: Simulator) -> None:
    with pytest.raises(Refused) as caught:
        at(simulator).file_case(draft("Anything", severity="9-Unheard of"))
    assert list(caught.value.fields) == ["severity"]
    assert effects(simulator) == []


# notes, close requests


def test_a_note_carries_its_marker_as_its_last_line(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    adapter.add_note(case_id, note())
    assert effects(simulator)[-1]["body"] == {"comment": f"It is worse today.\n[ref {MARKER}-2]"}
    entry = adapter.fetch_case(case_id).entries[-1]
    assert (entry.kind, entry.text, entry.marker) == (
        EntryKind.NOTE,
        "It is worse today.",
        f"{MARKER}-2",
    )


def test_a_close_request_asks_and_does_not_close(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    adapter.request_close(case_id, note("Solved, thank you."))
    assert effects(simulator)[-1]["operation"] == "close"
    assert not adapter.fetch_case(case_id).status.is_closed


def test_a_verb_the_case_does_not_permit_is_refused(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    act(simulator, case_id, action="close")
    case = adapter.fetch_case(case_id)
    assert (case.status, case.permissions.add_note) == (Status.CLOSED, False)
    for verb in (adapter.add_note, adapter.request_close):
        with pytest.raises(Refused, match="is not permitted"):
            verb(case_id, note())
    with pytest.raises(Refused, match="uploadFile is not permitted"):
        adapter.attach_file(case_id, file_draft(b"x"))


def test_a_case_that_does_not_exist_is_not_found(simulator: Simulator) -> None:
    with pytest.raises(NotFound):
        at(simulator).fetch_case("F-CS-404")


def test_an_id_cannot_lead_to_another_path(simulator: Simulator) -> None:
    with over_a_socket(simulator) as adapter:
        with pytest.raises(NotFound):
            adapter.fetch_case("../categories")
        with pytest.raises(ForbiddenHost):
            adapter.fetch_case("..")


# files


@pytest.mark.parametrize("size", [0, 10, 3_300_000])
def test_a_file_goes_there_and_comes_back_the_same(simulator: Simulator, size: int) -> None:
    data = hashlib.shake_128(b"seed").digest(size)
    with over_a_socket(simulator) as adapter:
        case_id = adapter.file_case(draft()).vendor_id
        file = file_draft(data, "über uns.har", comment="The trace", marker=f"{MARKER}-2")
        adapter.attach_file(case_id, file)
        (entry,) = (e for e in adapter.fetch_case(case_id).entries if e.kind is EntryKind.FILE)
        (kept,) = entry.files
        with adapter.fetch_file(case_id, kept.vendor_id) as pieces:
            assert b"".join(pieces) == data
    assert (kept.name, entry.text, entry.marker) == ("über uns.har", "The trace", f"{MARKER}-2")
    sent = effects(simulator)[-1]
    assert sent["file"]["sha256"] == hashlib.sha256(data).hexdigest()
    assert sent["body"] == {"comment": f"The trace\n[ref {MARKER}-2]"}


def test_a_file_need_be_no_more_than_read_and_sought(simulator: Simulator) -> None:
    class Wrapped:
        def __init__(self, data: bytes) -> None:
            self._inner = io.BytesIO(data)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._inner, name)

    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    plain = file_draft(b"data")
    adapter.attach_file(case_id, replace(plain, open=lambda: cast(BinaryIO, Wrapped(b"data"))))
    assert effects(simulator)[-1]["file"]["size"] == 4


def test_a_file_that_is_not_there_is_not_found(simulator: Simulator) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    with pytest.raises(NotFound), adapter.fetch_file(case_id, "00Pm0000009XDiiEAG") as pieces:
        list(pieces)


@pytest.mark.parametrize("fault", ["html", "wrong_type"])
def test_a_page_in_place_of_a_file_is_not_taken_for_it(simulator: Simulator, fault: str) -> None:
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    act(simulator, case_id, action="file", name="a.txt", base64="aGVsbG8=")
    file_id = adapter.fetch_case(case_id).entries[-1].files[0].vendor_id
    set_fault(simulator, "read", fault)
    with pytest.raises(Unclear), adapter.fetch_file(case_id, file_id) as pieces:
        list(pieces)


# lists


def test_the_list_shows_every_case_of_the_account(simulator: Simulator) -> None:
    adapter = at(simulator)
    mine = adapter.file_case(draft()).vendor_id
    listed = {case.vendor_id: case for case in adapter.changed_cases(None)}
    assert len(listed) > 5
    assert mine in listed
    act(simulator, mine, action="status", value="Assigned")
    again = {case.vendor_id: case for case in adapter.changed_cases(None)}
    assert [key for key in listed if again[key].digest != listed[key].digest] == [mine]


def test_the_list_reaches_back_to_the_time_given_and_not_much_further(
    simulator: Simulator,
) -> None:
    adapter = at(simulator)
    mine = adapter.file_case(draft()).vendor_id
    recent = [case.vendor_id for case in adapter.changed_cases(datetime.now(UTC))]
    assert mine in recent
    assert len(recent) < len(simulator.store.cases("akamai_v2"))


# testing a connection


def test_a_test_of_the_connection_changes_nothing_and_says_what_it_proved(
    simulator: Simulator,
) -> None:
    proof = at(simulator).check()
    assert "5 case categories can be read." in proof.proven
    assert proof.clock_skew is not None
    assert abs(proof.clock_skew) < 30
    assert effects(simulator) == []


@pytest.mark.parametrize(
    "changed",
    [{"client_token": "akab-unknown-1"}, {"client_secret": "wrong"}, {"access_token": "x"}],
)
def test_a_wrong_credential_is_told_from_a_wrong_case(
    simulator: Simulator, changed: dict[str, str]
) -> None:
    with pytest.raises(Unauthorised):
        at(simulator, **changed).check()
    with pytest.raises(Unauthorised):
        at(simulator, **changed).file_case(draft())
    assert effects(simulator) == []


def test_a_credential_that_may_only_read_is_unauthorised_to_write(simulator: Simulator) -> None:
    book = {"vendor": "akamai", "action": "add", "may_write": False}
    made = simulator.vendors["akamai_v2"].change_credentials(book, "x")
    adapter = at(simulator, **made)
    assert adapter.check().proven
    with pytest.raises(Unauthorised, match="grant"):
        adapter.file_case(draft())


def test_a_refused_time_of_signing_is_signed_anew_once_and_then_waits() -> None:
    simulator = Simulator(clock=lambda: datetime.now(UTC) + timedelta(seconds=90))
    with pytest.raises(Busy, match=r"clock differs from the vendor's \(it is (89|90) s ahead\)"):
        at(simulator).file_case(draft())
    assert len(simulator.store.requests) == 2
    assert effects(simulator) == []


def test_a_time_of_signing_refused_once_only_does_no_harm() -> None:
    answers = [httpx.Response(400, json=sample("gateway-clock")), httpx.Response(200, json=[])]
    signatures: list[str] = []

    def handler(request: httpx.Request) -> httpx.Response:
        signatures.append(request.headers["authorization"])
        return answers.pop(0)

    assert answering(handler).fetch_metadata("categories", {}) == []
    assert len(set(signatures)) == 2


def test_nothing_of_a_large_file_is_kept_in_memory_on_its_way(simulator: Simulator) -> None:
    class Counting(io.BytesIO):
        largest = 0

        def read(self, size: int | None = -1) -> bytes:
            self.largest = max(self.largest, -1 if size is None else size)
            return super().read(size)

    data = Counting(b"x" * 2_000_000)
    adapter = at(simulator)
    case_id = adapter.file_case(draft()).vendor_id
    file = file_draft(b"x" * 2_000_000)
    adapter.attach_file(case_id, replace(file, open=lambda: data))
    assert 0 < data.largest <= 256 * 1024


def test_no_secret_of_the_credential_is_ever_journalled(
    simulator: Simulator, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("DEBUG"):
        at(simulator).file_case(draft())
    text = json.dumps([record.getMessage() for record in caplog.records])
    secrets = secrets_of(simulator)
    assert "create: POST /case-management/v2/cases" in text
    assert not any(
        secrets[key] in text for key in ("client_token", "client_secret", "access_token")
    )
