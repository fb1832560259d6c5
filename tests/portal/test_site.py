"""Mail without a server, turns at periodic work, checks before a start, the last error page."""

import email
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.utils import timezone

from portal import checks, leases, pages
from portal.models import Lease


@pytest.fixture
def folder(settings: LazySettings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND = "portal.mail.EmlFileBackend"
    settings.EMAIL_FILE_PATH = tmp_path / "mail"
    return tmp_path / "mail"


def test_a_mail_becomes_a_file_that_mail_programs_open(folder: Path) -> None:
    assert send_mail("Grüße", "Zwei\nZeilen", None, ["kim@example.test"]) == 1
    (file,) = folder.iterdir()
    message = email.message_from_bytes(file.read_bytes())
    assert message["To"] == "kim@example.test"
    assert file.suffix == ".eml"


def test_only_its_owner_may_read_a_mail(folder: Path) -> None:
    send_mail("Subject", "Text", None, ["kim@example.test"])
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_mail_that_cannot_be_written_is_told(folder: Path, settings: LazySettings) -> None:
    settings.EMAIL_FILE_PATH = "/proc/nowhere"
    with pytest.raises(OSError, match="nowhere"):
        send_mail("Subject", "Text", None, ["kim@example.test"])
    assert send_mail("Subject", "Text", None, ["kim@example.test"], fail_silently=True) == 0


def test_one_process_at_a_time_takes_a_turn(db: None) -> None:
    assert [leases.take("job", 60), leases.take("job", 60)] == [True, False]
    assert leases.take("other", 60)


def test_a_turn_that_is_over_is_taken_by_the_next(db: None) -> None:
    leases.take("job", 60)
    Lease.objects.update(until=timezone.now() - timedelta(seconds=1))
    assert leases.take("job", 60)
    assert Lease.objects.get().last_run_at is not None


@pytest.mark.parametrize(
    ("address", "fine"),
    [
        ("127.0.0.1:9000", True),
        ("[::1]:9000", True),
        ("10.0.0.1:9000", False),
        ("169.254.169.254:80", False),
        ("localhost:9000", False),
        ("evil.example:443", False),
        ("127.0.0.1", False),
        ("127.0.0.1:x", False),
    ],
)
def test_vendors_are_played_on_this_machine_only(
    settings: LazySettings, address: str, fine: bool
) -> None:
    settings.EXTRA_HOSTS = [address]
    assert (checks.extra_hosts_are_loopback(None) == []) is fine


@pytest.mark.parametrize(
    ("demo", "address", "fine"),
    [
        (True, "http://127.0.0.1:8000", True),
        (False, "https://caseport.example", True),
        (False, "http://caseport.example", False),
    ],
)
def test_links_in_mail_are_encrypted(
    settings: LazySettings, demo: bool, address: str, fine: bool
) -> None:
    settings.DEMO, settings.PUBLIC_URL = demo, address
    assert (checks.public_url_is_https(None) == []) is fine


def test_the_last_error_page_needs_no_database_and_names_the_request() -> None:
    request = RequestFactory().get("/")
    request.request_id = "abc123"  # type: ignore[attr-defined]  # set by the middleware
    answer = pages.server_error(request)
    assert answer.status_code == 500
    assert "abc123" in answer.content.decode()
    assert "abc123" not in render_to_string("500.html", {})
