"""The files for running the portal elsewhere fit the portal; no container is built here."""

import re
from pathlib import Path

import pytest
import yaml

from portal.env import VARIABLES
from tests.architecture.sources import ROOT, files

DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
KNOWN = {variable.name for variable in VARIABLES}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions with their words, continued lines joined."""
    text = re.sub(r"^#.*\n", "", (DEPLOY / "Dockerfile").read_text(), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1]) for line in lines if line.strip()]


def test_what_the_image_copies_exists() -> None:
    copied = [
        words.split()[:-1]
        for name, words in instructions()
        if name == "COPY" and not words.startswith("--from")
    ]

    assert copied
    assert not [path for paths in copied for path in paths if not (ROOT / path).exists()]


def test_the_image_holds_all_that_runs() -> None:
    copied = {word for name, words in instructions() if name == "COPY" for word in words.split()}

    assert {"manage.py", "portal", "vendors", "cases", "templates", "static"} <= copied


def test_the_image_runs_as_nobody_special_and_says_whether_it_lives() -> None:
    names = [name for name, _ in instructions()]

    assert dict(instructions())["USER"] == "caseport"
    assert names.index("HEALTHCHECK") > names.index("USER")


def test_the_composition_parses_and_knows_its_parts() -> None:
    services = yaml.safe_load((DEPLOY / "compose.yaml").read_text())["services"]

    assert {"web", "worker", "beat", "migrate", "postgres", "redis"} == set(services)
    for service in services.values():
        for needed in service.get("depends_on", {}):
            assert needed in services


def test_the_composition_sets_only_variables_we_read() -> None:
    composition = yaml.safe_load((DEPLOY / "compose.yaml").read_text())

    assert set(composition["x-portal"]["environment"]) <= KNOWN
    assert (DEPLOY / composition["x-portal"]["build"]["context"]).resolve() == ROOT


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_starts_a_command_that_exists(unit: Path) -> None:
    text = unit.read_text()
    command = re.search(r"^ExecStart=/opt/caseport/\.venv/bin/(.+)$", text, re.MULTILINE)
    assert command

    if "manage.py" in command[1]:
        name = command[1].split("manage.py ")[1].split()[0]
        assert f"portal/management/commands/{name}.py" in files()
    assert "User=caseport\n" in text
    assert "NoNewPrivileges=yes\n" in text


def test_the_proxy_takes_what_the_portal_takes() -> None:
    conf = (DEPLOY / "nginx.conf").read_text()
    allowed = re.search(r"client_max_body_size (\d+)m;", conf)
    assert allowed

    limit = next(int(v.default or 0) for v in VARIABLES if v.name == "CASEPORT_MAX_UPLOAD")
    assert int(allowed[1]) * 1024 * 1024 > limit
    assert "X-Forwarded-For $remote_addr;" in conf
