"""What the production profile and the pages promise, checked without serving one."""

import os
import re
from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from django.conf import settings
from django.core.management import call_command
from django.test import override_settings

from portal.settings import STORAGES
from tests.architecture.sources import ROOT, files
from tests.portal.serving import PATIENCE, environment, manage

TEMPLATES = [path for path in files() if path.startswith("templates/") and path.endswith(".html")]
INLINE = {
    "a style attribute": r"<[^>]*\sstyle\s*=",
    "a style element": r"<style\b",
    "an inline script": r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
    "an event attribute": r"<[^>]*\son[a-z]+\s*=",
    "an event of htmx": r"\shx-on\b",
    "a javascript address": r"javascript:",
    "an expression of htmx": r"=\"js:",
}


def test_the_content_security_policy_allows_nothing_unsafe() -> None:
    directives = settings.CONTENT_SECURITY_POLICY["DIRECTIVES"]
    sources = [str(source) for allowed in directives.values() for source in allowed]

    assert directives["default-src"] == ["'none'"]
    assert not [source for source in sources if "unsafe" in source or "*" in source]


@pytest.mark.parametrize("kind", INLINE)
def test_no_template_needs_what_the_policy_forbids(kind: str) -> None:
    pattern = re.compile(INLINE[kind], re.IGNORECASE)
    found = [path for path in TEMPLATES if pattern.search((ROOT / path).read_text())]

    assert TEMPLATES
    assert not found


def test_static_files_may_be_served_by_another_user_than_collected_them(
    tmp_path: Path,
) -> None:
    kept = os.umask(0o022)
    try:
        with override_settings(STORAGES=STORAGES, STATIC_ROOT=tmp_path / "static"):
            call_command("collectstatic", interactive=False, verbosity=0)
    finally:
        os.umask(kept)

    collected = [path.relative_to(tmp_path) for path in tmp_path.rglob("*")]
    wanted = {path: 0o755 if (tmp_path / path).is_dir() else 0o644 for path in collected}
    modes = {path: (tmp_path / path).stat().st_mode & 0o777 for path in collected}
    assert {"staticfiles.json", "portal.js", "portal.js.gz"} <= {path.name for path in collected}
    assert modes == wanted


@pytest.mark.django_db
def test_the_migrations_are_complete() -> None:
    call_command("makemigrations", check=True, dry_run=True, verbosity=0)


def test_production_passes_djangos_own_checks(tmp_path: Path) -> None:
    log = tmp_path / "log"
    env = environment(
        tmp_path / "data",
        CASEPORT_DEMO="0",
        SECRET_KEY="Nothing-but-a-test-" * 4,
        CREDENTIAL_KEYS=Fernet.generate_key().decode(),
        ALLOWED_HOSTS="caseport.example",
        PUBLIC_URL="https://caseport.example",
    )
    (tmp_path / "data").mkdir()

    checked = manage("check", "--deploy", "--fail-level", "WARNING", env=env, log=log)

    assert checked.wait(PATIENCE) == 0, log.read_text()


def test_production_says_all_that_is_missing_in_one_message(tmp_path: Path) -> None:
    log = tmp_path / "log"
    env = environment(tmp_path / "data", CASEPORT_DEMO="0", PORT="many", LOG_LEVEL="loud")

    started = manage("serve", env=env, log=log)

    assert started.wait(PATIENCE) != 0
    said = log.read_text()
    for name in ("SECRET_KEY", "CREDENTIAL_KEYS", "ALLOWED_HOSTS", "PUBLIC_URL"):
        assert f"{name} is not set" in said
    assert "PORT must be a whole number, not 'many'." in said
    assert "LOG_LEVEL must be one of DEBUG, INFO, WARNING, ERROR, CRITICAL, not 'loud'." in said
    assert "Traceback" not in said
