"""The simulator's Akamai v2: what a new case must hold, and how cases look afterwards."""

import json
from datetime import timedelta
from typing import Any

import pytest

from tests.vendors.simulator_client import TEST_TICKET, USER, Clock, Visitor, path, plain_case
from vendors.simulator.app import Simulator


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def visitor(clock: Clock) -> Visitor:
    return Visitor(Simulator(clock=clock))


def test_a_created_case_answers_with_its_id_and_a_diagnostic_url(visitor: Visitor) -> None:
    response = visitor.call("POST", "/cases", json=plain_case())
    body = response.json()
    assert response.status_code == 200
    assert body["success"] is True
    assert body["caseId"].startswith("F-CS-")
    assert body["message"].endswith(body["caseId"])
    assert [detail["type"] for detail in body["details"]] == ["diagnostic-url"]


def test_a_new_case_waits_in_the_queue_and_echoes_its_numbers(visitor: Visitor) -> None:
    case_id = visitor.file_case(
        customer="Northwind Traders", customerTrackingNumber="CP-1", partnerTicketNumber="P-2"
    )
    case = visitor.get(f"/cases/{case_id}")
    info = case["ticketInfo"]
    assert (info["status"], info["assignedTo"]) == ("Unassigned", "In Queue")
    assert info["submittedBy"] == "Rita Simmons"
    assert (info["customerTrackingNumber"], info["partnerTicketNumber"]) == ("CP-1", "P-2")
    assert info["createdDate"] == "2026-03-01T12:00:00+0000"
    assert info["subCategories"] == TEST_TICKET
    assert case["userDetail"] == USER
    assert "activities" not in case
    assert [one["caseMilestoneId"] for one in case["caseMilestones"]] == ["created"]
    assert case["permissions"] == {"addNote": True, "requestClose": True, "uploadFile": True}


def test_a_list_item_carries_no_description_and_no_tracking_number(visitor: Visitor) -> None:
    case_id = visitor.file_case(customerTrackingNumber="CP-1")
    (item,) = visitor.get("/cases", type="user-active")
    assert set(item) == {
        "caseId",
        "subject",
        "categoryType",
        "status",
        "createdDate",
        "modifiedDate",
        "assignedTo",
        "submittedBy",
        "severity",
        "links",
    }
    assert item["links"] == [{"rel": "self", "href": f"/case-management/v2/cases/{case_id}"}]


def test_lists_are_cut_by_owner_state_and_age(visitor: Visitor, clock: Clock) -> None:
    company = {item["caseId"] for item in visitor.get("/cases", type="company-active")}
    closed = {item["caseId"] for item in visitor.get("/cases", type="company-closed")}
    assert len(company) == 7
    assert len(closed) == 3
    assert {item["caseId"] for item in visitor.get("/cases")} == company | closed
    assert visitor.get("/cases", type="user-active") == []
    case_id = visitor.file_case()
    clock.now += timedelta(days=2)
    assert [item["caseId"] for item in visitor.get("/cases", type="user-active")] == [case_id]
    assert visitor.get("/cases", type="user-active", duration="1") == []
    assert len(visitor.get("/cases", type="user-active", duration="3")) == 1
    visitor.control(f"cases/akamai_v2/{case_id}", {"action": "close"})
    assert visitor.get("/cases", type="user-active") == []
    assert [item["caseId"] for item in visitor.get("/cases", type="user-closed")] == [case_id]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"severity": None}, "severity is required"),
        ({"subject": None}, "subject is required"),
        ({"description": None}, "description is required"),
        ({"categoryType": None}, "categoryType is required"),
        ({"subCategories": None}, "subCategories is required"),
        ({"userDetail": None}, "userDetail is required"),
        ({"priority": "high"}, "priority is not a member"),
        ({"subject": 5}, "subject must be a string"),
        ({"doNotShowInPortalFlag": "false"}, "doNotShowInPortalFlag must be true or false"),
        ({"subject": "  "}, "subject must not be empty"),
        ({"subject": "s" * 256}, "subject is longer than 255"),
        ({"description": ""}, "description must not be empty"),
        ({"partnerTicketNumber": "p" * 31}, "partnerTicketNumber is longer than 30"),
        ({"severity": "G3"}, "severity 'G3' is not one of 1-Critical"),
        ({"severity": "1-Major Impact"}, "severity '1-Major Impact' is not one of"),
        ({"customer": "1-NWT01"}, "customer '1-NWT01' is not a customer"),
        ({"categoryType": "technical"}, "categoryType 'technical'"),
        ({"subCategories": []}, "subCategories needs at least one"),
        ({"subCategories": TEST_TICKET[1:]}, "subCategories[0]: problem"),
        ({"subCategories": path(("product", "Nope"))}, "product 'Nope' does not exist"),
        ({"subCategories": [{"subCategoryValue": "Other"}]}, "subCategories[0] needs exactly"),
        ({"subCategories": [TEST_TICKET[0] | {"displayName": "Other"}]}, "displayName"),
        ({"userDetail": USER | {"userPhone": 442079460999}}, "userDetail.userPhone"),
        ({"userDetail": USER | {"userCompany": ""}}, "userDetail.userCompany"),
        ({"userDetail": USER | {"fax": "1"}}, "userDetail.fax"),
        ({"userDetail": USER | {"userEmail": "casey"}}, "userDetail.userEmail"),
    ],
)
def test_a_case_that_breaks_the_vendors_rules_is_refused_by_name(
    visitor: Visitor, changes: dict[str, Any], words: str
) -> None:
    assert words in visitor.refusal(**changes)
    assert visitor.effects() == []


def test_a_refusal_names_every_fault_at_once(visitor: Visitor) -> None:
    words = visitor.refusal(severity="none", customer="nobody", subject="")
    assert all(name in words for name in ("severity", "customer", "subject"))


def test_members_of_the_attributes_in_force_are_held_to(visitor: Visitor) -> None:
    storage = path(("product", "NetStorage"), ("problem", "Upload"))
    words = visitor.refusal(subCategories=storage)
    assert "customerTrackingNumber is required" in words
    assert "additionalDetails is required" in words
    ion = path(("product", "Ion Premier"), ("problem", "Alerts"))
    words = visitor.refusal(
        subCategories=ion, severity="2-Medium Impact", endCustomerName="Somebody"
    )
    assert words == "endCustomerName is disabled and must stay 'As named in the contract'"
    visitor.file_case(
        subCategories=ion,
        severity="2-Medium Impact",
        endCustomerName="As named in the contract",
    )


def test_several_subcategories_may_be_given_whole_or_sharing_their_beginning(
    visitor: Visitor,
) -> None:
    whole = [*TEST_TICKET, *path(("product", "Edge DNS"), ("problem", "Alerts"))]
    visitor.file_case(subCategories=whole)
    visitor.file_case(subCategories=[*TEST_TICKET, *path(("problem", "Not sure"))])
    words = visitor.refusal(subCategories=[*TEST_TICKET, *path(("problem", "Alerts"))])
    assert "subCategories[2]: problem 'Alerts'" in words


def test_documented_words_in_a_subject_make_the_vendor_fail(visitor: Visitor) -> None:
    case = plain_case(subject="Please [simulate: success-false]")
    response = visitor.call("POST", "/cases", json=case)
    assert (response.status_code, response.json()["success"]) == (200, False)
    case = plain_case(subject="Please [simulate: failed-request]")
    assert visitor.call("POST", "/cases", json=case).status_code == 402
    assert visitor.effects() == []


def test_a_note_becomes_an_activity_and_moves_the_modified_date(
    visitor: Visitor, clock: Clock
) -> None:
    case_id = visitor.file_case()
    clock.now += timedelta(minutes=5)
    response = visitor.call("POST", f"/cases/{case_id}/notes", json={"comment": "It is back."})
    assert response.json() == {
        "caseId": case_id,
        "statusMessage": "Ticket has been successfully updated with notes",
        "links": [{"href": f"/case-management/v2/cases/{case_id}", "rel": "parent"}],
    }
    case = visitor.get(f"/cases/{case_id}")
    (activity,) = case["activities"]
    assert activity["activityType"] == "webUpdate"
    assert activity["activityDescription"] == "It is back."
    assert case["ticketInfo"]["modifiedDate"] == "2026-03-01T12:05:00+0000"
    assert case["ticketInfo"]["createdDate"] == "2026-03-01T12:00:00+0000"


def test_a_request_to_close_does_not_close(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    body = {"comment": "Solved, thank you."}
    assert visitor.call("POST", f"/cases/{case_id}/close-request", json=body).status_code == 200
    case = visitor.get(f"/cases/{case_id}")
    assert case["ticketInfo"]["status"] == "Unassigned"
    assert [one["activityDescription"] for one in case["activities"]] == ["Solved, thank you."]
    assert [effect["operation"] for effect in visitor.effects()] == ["create", "close"]


@pytest.mark.parametrize("body", [{}, {"comment": ""}, {"comment": 5}, {"comment": "x", "by": "y"}])
def test_a_note_is_one_comment_and_nothing_else(visitor: Visitor, body: dict[str, Any]) -> None:
    case_id = visitor.file_case()
    response = visitor.call("POST", f"/cases/{case_id}/notes", json=body)
    assert response.status_code == 400
    assert "comment" in response.json()["details"][0]["message"]


def test_an_uploaded_file_comes_back_byte_for_byte(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    content = b"\r\n--boundary?\r\n\x00\xff" * 20_000
    response = visitor.call(
        "POST",
        f"/cases/{case_id}/files",
        files={"file": ('naïve "x".bin', content)},
        data={"comment": "The trace"},
    )
    assert response.status_code == 200, response.text
    (activity,) = visitor.get(f"/cases/{case_id}")["activities"]
    assert (activity["activityType"], activity["fileName"]) == ("attachment", 'naïve "x".bin')
    assert activity["activityDescription"] == "The trace"
    where = activity["links"][0]["href"].removeprefix("/case-management/v2")
    download = visitor.call("GET", where)
    assert download.headers["Content-Type"] == "application/octet-stream"
    assert download.content == content
    effect = visitor.effects()[-1]
    assert effect["body"] == {"comment": "The trace"}
    assert effect["file"]["size"] == len(content)


def test_a_comment_may_come_as_a_json_part(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    comment = (None, json.dumps({"comment": "As JSON"}), "application/json")
    files: Any = {"comment": comment, "file": ("a.txt", b"")}
    assert visitor.call("POST", f"/cases/{case_id}/files", files=files).status_code == 200
    (activity,) = visitor.get(f"/cases/{case_id}")["activities"]
    assert activity["activityDescription"] == "As JSON"


@pytest.mark.parametrize(
    "files",
    [
        {"comment": (None, "no file")},
        {"upload": ("a.txt", b"x")},
        {"file": ("a.txt", b"x"), "extra": (None, "y")},
        {"file": (None, "not a file")},
    ],
)
def test_a_form_without_the_documented_parts_is_refused_and_leaves_no_file(
    visitor: Visitor, files: Any
) -> None:
    case_id = visitor.file_case()
    before = sorted(visitor.simulator.store.folder.iterdir())
    response = visitor.call("POST", f"/cases/{case_id}/files", files=files)
    assert response.status_code == 400
    assert sorted(visitor.simulator.store.folder.iterdir()) == before


@pytest.mark.parametrize(
    ("method", "where", "status", "code"),
    [
        ("GET", "/cases/F-CS-1", 404, "not.found"),
        ("GET", "/cases/F-CS-1013252/files/nope", 404, "not.found"),
        ("GET", "/categories/Nope/sub-categories", 404, "not.found"),
        ("GET", "/questionnaires/7", 404, "not.found"),
        ("GET", "/nothing", 404, "not.found"),
        ("DELETE", "/cases/F-CS-1013252", 405, "method.not.allowed"),
        ("POST", "/cases", 415, "unsupported.media.type"),
        ("POST", "/cases/F-CS-1013252/files", 415, "unsupported.media.type"),
        ("GET", "/cases?type=mine", 400, "bad.request"),
        ("GET", "/cases?duration=-1", 400, "bad.request"),
        ("GET", "/cases?accountSwitchKey=1-ABC", 400, "bad.request"),
        ("GET", "/categories/Technical/case-attributes?product=Nope", 400, "bad.request"),
    ],
)
def test_errors_have_the_vendors_body(
    visitor: Visitor, method: str, where: str, status: int, code: str
) -> None:
    response = visitor.call(method, where)
    body = response.json()
    assert response.status_code == status
    assert set(body) == {"code", "incidentId", "title", "details"}
    assert body["code"] == code
    assert body["details"][0]["code"] == f"{code}.error"


def test_json_that_cannot_be_read_is_refused(visitor: Visitor) -> None:
    headers = {"Content-Type": "application/json"}
    for content in (b"{", b"\xff", b"[]"):
        response = visitor.call("POST", "/cases", content=content, headers=headers)
        assert response.status_code == 400


def test_a_closed_case_takes_nothing_more(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    visitor.control(f"cases/akamai_v2/{case_id}", {"action": "close"})
    assert not any(visitor.get(f"/cases/{case_id}")["permissions"].values())
    note = {"comment": "One more thing"}
    for where in ("notes", "close-request"):
        response = visitor.call("POST", f"/cases/{case_id}/{where}", json=note)
        assert response.status_code == 403
        assert case_id in response.json()["details"][0]["message"]
    files = {"file": ("a.txt", b"x")}
    assert visitor.call("POST", f"/cases/{case_id}/files", files=files).status_code == 403
    assert [effect["operation"] for effect in visitor.effects()] == ["create", "close"]


def test_a_client_of_certain_customers_sees_their_cases_alone_and_nobody_else_does(
    visitor: Visitor,
) -> None:
    ours = {item.get("customer") for item in visitor.get("/cases")}
    other = Visitor(visitor.simulator)
    other.credential = visitor.control("credentials")["akamai_apart"][0]
    listed = other.get("/cases")
    assert {item["customer"] for item in listed} == {"Contoso Retail"}
    assert "Contoso Retail" not in ours
    assert visitor.call("GET", f"/cases/{listed[0]['caseId']}").status_code == 404
