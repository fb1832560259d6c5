"""The simulator's controls, its state file and its own process."""

import base64
import hashlib
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.vendors.simulator_client import ROOT, Visitor, plain_case
from vendors.simulator.__main__ import main
from vendors.simulator.app import Simulator
from vendors.simulator.server import NotLoopback, Server, serve_in_thread


@pytest.fixture
def visitor() -> Visitor:
    return Visitor(Simulator())


def act(visitor: Visitor, case_id: str, action: str, **more: Any) -> int:
    n: int = visitor.control(f"cases/akamai_v2/{case_id}", {"action": action, **more})["n"]
    return n


def milestones(case: dict[str, Any]) -> list[str]:
    return [one["caseMilestoneId"] for one in case["caseMilestones"]]


def test_the_ledger_holds_effects_only_and_exactly_what_was_sent(visitor: Visitor) -> None:
    visitor.refusal(subject="")
    sent = plain_case(subject="Sent", customer="Fabrikam Industries")
    case_id = visitor.call("POST", "/cases", json=sent).json()["caseId"]
    visitor.get(f"/cases/{case_id}")
    content = b"trace"
    visitor.call("POST", f"/cases/{case_id}/files", files={"file": ("t.txt", content)})
    act(visitor, case_id, "reply", text="Thank you.")
    effects = visitor.effects()
    assert [effect["n"] for effect in effects] == [1, 2, 3]
    assert [effect["by"] for effect in effects] == ["client", "client", "engineer"]
    assert effects[0] == {
        "n": 1,
        "at": effects[0]["at"],
        "vendor": "akamai_v2",
        "operation": "create",
        "case": case_id,
        "by": "client",
        "body": sent,
        "file": None,
    }
    digest = hashlib.sha256(content).hexdigest()
    assert effects[1]["file"] == {"name": "t.txt", "size": 5, "sha256": digest}
    assert datetime.fromisoformat(effects[0]["at"]).tzinfo is not None


def test_the_list_of_requests_can_begin_after_one_that_is_known(visitor: Visitor) -> None:
    for _ in range(3):
        visitor.refusal(subject="")
    later = visitor.http.get("/_simulator/requests?after=1").json()["requests"]
    assert [one["n"] for one in later] == [2, 3]
    assert visitor.http.get("/_simulator/requests?after=first").status_code == 400


def test_the_list_of_requests_holds_refused_calls_and_no_secrets(visitor: Visitor) -> None:
    visitor.refusal(subject="")
    case_id = visitor.file_case()
    visitor.http.get(f"{ROOT}/cases?type=all")
    visitor.call("DELETE", f"/cases/{case_id}")
    requests = visitor.requests()
    assert [one["n"] for one in requests] == [1, 2, 3, 4]
    assert [one["status"] for one in requests] == [400, 200, 400, 405]
    assert [one["operation"] for one in requests] == ["create", "create", "read", None]
    assert [one["effect"] for one in requests] == [None, 1, None, None]
    assert requests[2]["path"] == f"{ROOT}/cases"
    assert requests[2]["query"] == "type=all"
    text = visitor.http.get("/_simulator/requests").text
    assert not any(secret in text for secret in visitor.credential.values() if "akab" in secret)


def test_a_reply_assigns_the_case_and_answers_it_once(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    act(visitor, case_id, "reply", text="First")
    act(visitor, case_id, "reply", text="Second", by="Kei Tanaka")
    case = visitor.get(f"/cases/{case_id}")
    assert milestones(case) == ["created", "assigned", "initialResponse"]
    assert case["ticketInfo"]["status"] == "Assigned"
    assert case["ticketInfo"]["assignedTo"] != "In Queue"
    told = [(one["activityType"], one["activityDescription"]) for one in case["activities"]]
    assert told == [("email", "First"), ("email", "Second")]
    assert case["activities"][1]["activityCreatedBy"] == "Kei Tanaka"


def test_any_status_word_can_be_set_and_milestones_stay_apart(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    for word in ("Work in Progress", "Pending Customer Response", "Sleeping", "Work in Progress"):
        act(visitor, case_id, "status", value=word)
        assert visitor.get(f"/cases/{case_id}")["ticketInfo"]["status"] == word
    case = visitor.get(f"/cases/{case_id}")
    assert milestones(case) == ["created", "assigned", "inProgress", "pending"]


def test_an_engineers_file_can_be_downloaded(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    content = bytes(range(256))
    act(visitor, case_id, "file", name="answer.bin", base64=base64.b64encode(content).decode())
    (activity,) = visitor.get(f"/cases/{case_id}")["activities"]
    download = visitor.http.get(activity["links"][0]["href"], auth=visitor.signer())
    assert download.content == content
    assert "base64" not in visitor.effects()[-1]["body"]


def test_closing_gives_a_solution(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    assert visitor.get(f"/cases/{case_id}")["solution"] == {"solutionSubject": ""}
    act(visitor, case_id, "close", solution={"resolution": "Restarted."})
    case = visitor.get(f"/cases/{case_id}")
    assert case["ticketInfo"]["status"] == "Closed"
    assert case["solution"]["resolution"] == "Restarted."
    assert set(case["solution"]) == {"solutionSubject", "investigation", "resolution"}


def test_members_can_be_set_in_every_section(visitor: Visitor) -> None:
    case_id = visitor.file_case()
    members = {
        "nextStepExternal": "We call you",
        "severity": "9-Unheard Of",
        "permissions": {"addNote": False},
    }
    act(visitor, case_id, "set", members=members)
    case = visitor.get(f"/cases/{case_id}")
    assert case["ticketInfo"]["nextStepExternal"] == "We call you"
    assert case["ticketInfo"]["severity"] == "9-Unheard Of"
    assert case["permissions"] == {"addNote": False, "requestClose": True, "uploadFile": True}
    response = visitor.call("POST", f"/cases/{case_id}/notes", json={"comment": "x"})
    assert response.status_code == 403


@pytest.mark.parametrize(
    "action",
    [{}, {"action": "dance"}, {"action": "reply"}, {"action": "file", "name": "x", "base64": "?"}],
)
def test_an_action_that_cannot_be_read_is_refused(visitor: Visitor, action: Any) -> None:
    case_id = visitor.file_case()
    where = f"/_simulator/cases/akamai_v2/{case_id}"
    assert visitor.http.post(where, json=action).status_code == 400
    assert len(visitor.effects()) == 1


def test_controls_for_unknown_cases_vendors_and_names_are_not_found(visitor: Visitor) -> None:
    for where in ("cases/akamai_v2/F-CS-0", "cases/nobody/F-CS-1013252", "nothing"):
        response = visitor.http.post(f"/_simulator/{where}", json={"action": "close"})
        assert response.status_code == 404


def test_a_reset_brings_everything_back_to_the_start(visitor: Visitor) -> None:
    first = visitor.file_case()
    visitor.control("credentials", {"vendor": "akamai", "action": "disable"})
    visitor.control("faults", [{"vendor": "*", "fault": "503"}])
    visitor.control("reset", {})
    assert visitor.effects() == []
    assert visitor.requests() == []
    assert visitor.control("faults") == {"faults": []}
    assert len(visitor.get("/cases")) == 10
    assert visitor.file_case() > first  # no number is given twice


def test_an_engineer_takes_up_new_cases_when_the_simulator_is_alive() -> None:
    now = datetime(2026, 3, 1, tzinfo=UTC)
    clock = [now]
    simulator = Simulator(clock=lambda: clock[0])
    visitor = Visitor(simulator)
    case_id = visitor.file_case()
    simulator.tend(20)
    assert visitor.get(f"/cases/{case_id}")["ticketInfo"]["status"] == "Unassigned"
    clock[0] = now + timedelta(seconds=20)
    simulator.tend(20)
    simulator.tend(20)
    case = visitor.get(f"/cases/{case_id}")
    assert milestones(case) == ["created", "assigned", "initialResponse"]
    assert len(case["activities"]) == 1


def test_a_state_file_survives_a_restart(tmp_path: Path) -> None:
    state = tmp_path / "desk.sqlite"
    visitor = Visitor(Simulator(state=state))
    case_id = visitor.file_case()
    visitor.call("POST", f"/cases/{case_id}/files", files={"file": ("a.txt", b"kept")})
    before = visitor.get(f"/cases/{case_id}"), visitor.effects()
    visitor.simulator.close()
    again = Visitor(Simulator(state=state))
    assert (again.get(f"/cases/{case_id}"), again.effects()) == before
    (activity,) = before[0]["activities"]
    href = activity["links"][0]["href"]
    assert again.http.get(href, auth=again.signer()).content == b"kept"
    assert again.file_case() != case_id
    assert [effect["n"] for effect in again.effects()] == [1, 2, 3]
    assert len(again.get("/cases", type="company-active")) == 9


def test_a_large_upload_does_not_pass_through_memory() -> None:
    resource = pytest.importorskip("resource", reason="memory is measured with POSIX's resource")
    simulator = Simulator()
    base_url, stop = serve_in_thread(simulator)
    visitor = Visitor(simulator, base_url)
    case_id = visitor.file_case()
    size = 200 * 1024 * 1024
    boundary = "boundary-of-the-large-upload"
    opening = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\n'
    closing = f"\r\n--{boundary}--\r\n".encode()
    block = b"\x00" * (1024 * 1024)

    def body() -> Iterator[bytes]:
        yield opening.encode()
        for _ in range(size // len(block)):
            yield block
        yield closing

    head = (opening.encode() + block)[:131_072]
    where = f"{base_url}{ROOT}/cases/{case_id}/files"
    signed = next(visitor.signer().auth_flow(httpx.Request("POST", where, content=head)))
    headers = {
        "Authorization": signed.headers["Authorization"],
        "Content-Type": f"multipart/form-data; boundary={boundary}",
        "Content-Length": str(len(opening) + size + len(closing)),
    }
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    response = visitor.http.post(where, content=body(), headers=headers)
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    stop()
    assert response.status_code == 200, response.text
    assert visitor.simulator.store.effects[-1]["file"]["size"] == size
    assert grown < 40 * 1024


def test_a_chunked_upload_is_read(visitor: Visitor) -> None:
    base_url, stop = serve_in_thread(visitor.simulator)
    socketed = Visitor(visitor.simulator, base_url)
    case_id = socketed.file_case()
    content = b'{"comment": "' + b"c" * 300_000 + b'"}'
    where = f"{base_url}{ROOT}/cases/{case_id}/notes"
    signed = next(socketed.signer().auth_flow(httpx.Request("POST", where, content=content)))
    headers = {
        "Authorization": signed.headers["Authorization"],
        "Content-Type": "application/json",
    }
    pieces = (content[at : at + 70_000] for at in range(0, len(content), 70_000))
    response = socketed.http.post(where, content=pieces, headers=headers)
    again = socketed.get(f"/cases/{case_id}")
    stop()
    assert response.status_code == 200, response.text
    assert len(again["activities"][0]["activityDescription"]) == 300_000


def test_an_upload_that_breaks_off_has_no_effect_and_leaves_no_file(visitor: Visitor) -> None:
    base_url, stop = serve_in_thread(visitor.simulator)
    socketed = Visitor(visitor.simulator, base_url)
    case_id = socketed.file_case()
    files = sorted(visitor.simulator.store.folder.iterdir())
    sent = b'--x\r\nContent-Disposition: form-data; name="file"; filename="b"\r\n\r\n' + bytes(
        300_000
    )
    where = f"{ROOT}/cases/{case_id}/files"
    unsigned = httpx.Request("POST", base_url + where, content=sent)
    signed = next(socketed.signer().auth_flow(unsigned))
    host, port = socketed.credential["host"].split(":")
    head = (
        f"POST {where} HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 999999\r\n"
        f"Content-Type: multipart/form-data; boundary=x\r\n"
        f"Authorization: {signed.headers['Authorization']}\r\n\r\n"
    )
    with socket.create_connection((host, int(port))) as raw:
        raw.sendall(head.encode() + sent)
        raw.shutdown(socket.SHUT_WR)
        assert raw.recv(1) == b""
    stop()
    request = visitor.requests()[-1]
    assert (request["operation"], request["status"]) == ("file", None)
    assert len(visitor.effects()) == 1
    assert sorted(visitor.simulator.store.folder.iterdir()) == files


def test_a_stopped_server_ends_the_connections_it_kept_open(visitor: Visitor) -> None:
    base_url, stop = serve_in_thread(visitor.simulator)
    socketed = Visitor(visitor.simulator, base_url)
    assert len(socketed.get("/categories")) == 5
    stop()
    with pytest.raises(httpx.TransportError):
        socketed.get("/categories")


def test_one_connection_serves_many_calls(visitor: Visitor) -> None:
    base_url, stop = serve_in_thread(visitor.simulator)
    socketed = Visitor(visitor.simulator, base_url)
    local = set()
    for _ in range(3):
        with socketed.http.stream("GET", f"{ROOT}/categories", auth=socketed.signer()) as response:
            local.add(response.extensions["network_stream"].get_extra_info("client_addr"))
            response.read()
    stop()
    assert len(local) == 1


def test_only_a_loopback_address_is_served() -> None:
    with pytest.raises(NotLoopback):
        Server("0.0.0.0", 0, lambda environ, start: [])  # noqa: S104 - this is what is refused
    assert main(["--host", "0.0.0.0", "--port", "0"]) == 2  # noqa: S104 - see above


def test_it_refuses_the_production_profile(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASEPORT_PROFILE", "production")
    assert main(["--port", "0"]) == 2
    assert "production" in capsys.readouterr().err


def test_a_process_serves_until_it_is_told_to_stop_and_keeps_its_state(tmp_path: Path) -> None:
    state = tmp_path / "desk.sqlite"
    command = [sys.executable, "-m", "vendors.simulator", "--port", "0", "--state", str(state)]
    environment = {k: v for k, v in os.environ.items() if k != "CASEPORT_PROFILE"}
    for stop_with in (signal.SIGKILL, signal.SIGTERM):
        with subprocess.Popen(  # noqa: S603 - our own program
            command, stdout=subprocess.PIPE, text=True, env=environment
        ) as run:
            assert run.stdout is not None
            base_url = run.stdout.readline().removeprefix("Simulator: ").partition("/_")[0]
            with httpx.Client(base_url=base_url, timeout=60, trust_env=False) as http:
                effects = http.get("/_simulator/ledger").json()["effects"]
                assert len(effects) == (0 if stop_with == signal.SIGKILL else 1)
                where = "/_simulator/cases/akamai_v2/F-CS-1013252"
                http.post(where, json={"action": "reply", "text": "Still here"})
            run.send_signal(stop_with)
            run.wait(60)
    assert run.returncode == 0


def test_the_simulator_imports_nothing_of_the_rest() -> None:
    code = "import sys, vendors.simulator.__main__; print(*sorted(sys.modules))"
    done = subprocess.run(  # noqa: S603 - the line above
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    loaded = done.stdout.split()
    ours = {name for name in loaded if name.split(".")[0] in ("vendors", "cases", "portal")}
    assert all(name == "vendors" or name.startswith("vendors.simulator") for name in ours)
    assert not {"django", "httpx", "celery", "requests"} & set(loaded)
