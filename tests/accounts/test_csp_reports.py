"""What the content security policy stopped is a line of the log; no more is kept of a report."""

import json
from typing import Any

import pytest
from django.test import Client

REPORT = {
    "csp-report": {
        "document-uri": "http://testserver/cases/?q=secret-words",
        "violated-directive": "script-src 'self'",
        "blocked-uri": "https://elsewhere.example/evil.js?key=secret-words",
        "script-sample": "secret-words",
    }
}


def report(client: Client, told: Any) -> int:
    body = told if isinstance(told, str) else json.dumps(told)
    return client.post("/csp-report", body, content_type="application/csp-report").status_code


def test_the_policy_names_where_to_report(db: None, client: Client) -> None:
    policy = client.get("/accounts/login/").headers["Content-Security-Policy"]
    assert "report-uri /csp-report" in policy


def test_a_report_is_one_line_without_what_it_carried(
    db: None, caplog: pytest.LogCaptureFixture
) -> None:
    assert report(Client(enforce_csrf_checks=True), REPORT) == 204
    (line,) = [each.getMessage() for each in caplog.records if each.name == "caseport.csp"]
    assert line == "stopped script-src 'self' of https://elsewhere.example"


@pytest.mark.parametrize("told", ["", "x", "[]", "{}", {"csp-report": "x"}, '"' + "x" * 20_000])
def test_what_is_no_report_is_refused(
    db: None, client: Client, told: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert report(client, told) == 400
    assert not [each for each in caplog.records if each.name == "caseport.csp"]


def test_many_reports_are_too_many(db: None, client: Client) -> None:
    assert {report(client, REPORT) for _ in range(40)} == {204, 429}
