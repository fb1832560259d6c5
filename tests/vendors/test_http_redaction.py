"""No secret leaves by a log line, wherever in the record it stands."""

import io
import logging
from collections.abc import Iterator

import pytest

from vendors.http.errors import Refused
from vendors.http.redaction import RedactingFilter, redact, register

TOKEN = "akab-c113ntt0k3n4qtari252bfxxbsl-yvsdj"
SIGNED = (
    f"EG1-HMAC-SHA256 client_token={TOKEN};access_token=akab-acc35t0k3nodujqunph3w7hzp7-gtm6ij;"
    "timestamp=20140321T19:34:21+0000;nonce=0-1-2;signature=tL+y4hxyHxgWVD30X3pWnGKHcPzm="
)
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (f"sent {SIGNED} and left", "sent *** and left"),
        (f"Authorization: {SIGNED}", "Authorization: ***"),
        ("authorization: Bearer abc.def-123456", "authorization: ***"),
        ("with Bearer abc.def-123456 inside", "with *** inside"),
        (f"token {TOKEN} expired", "token *** expired"),
        (f"id {JWT}!", "id ***!"),
        ('{"client_secret": "C113nt\\"53=", "a": 1}', '{"client_secret": ***, "a": 1}'),
        ("{'password': 'a b c'}", "{'password': ***}"),
        ("client-secret = C113nt53KR3TN6N90 next", "client-secret = *** next"),
        ("Set-Cookie: sessionid=abc; Path=/", "Set-Cookie: ***; Path=/"),
        ("POST /token?apikey=12345&x=1", "POST /token?apikey=***&x=1"),
        ("envelope gAAAAABm0123456789abcdefghij== stored", "envelope *** stored"),
    ],
)
def test_secrets_are_replaced_by_key_and_by_shape(text: str, expected: str) -> None:
    assert redact(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "note: POST /case-management/v2/cases/{id}/notes answered 200 in 14 ms",
        "https://akab-h05tnam3wl42son7-kbob3i3v.luna.akamaiapis.net could not be reached",
        "the password was changed",
        "F-CS-1203600 is with the vendor [ref P-7Q2MK4XD]",
    ],
)
def test_ordinary_lines_stay_as_they_are(text: str) -> None:
    assert redact(text) == text


def test_a_registered_secret_is_replaced_wherever_it_stands() -> None:
    register(["kanarienvogel.*+", "ab"])
    assert redact("x kanarienvogel.*+ y") == "x *** y"
    assert redact("ab stays: too short to be told from a word") == (
        "ab stays: too short to be told from a word"
    )


def test_a_vendor_that_repeats_what_it_was_sent_is_not_quoted_with_it() -> None:
    refused = Refused(f"no: {SIGNED}", fields={"subject": f"of {TOKEN}"}, incident=f"see {TOKEN}")
    assert (refused.words, str(refused)) == ("no: ***", "no: ***")
    assert (refused.fields, refused.incident) == ({"subject": "of ***"}, "see ***")


@pytest.fixture
def lines() -> Iterator[tuple[logging.Logger, io.StringIO]]:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.addFilter(RedactingFilter())
    handler.setFormatter(
        logging.Formatter("%(message)s %(token_seen)s", defaults={"token_seen": ""})
    )
    logger = logging.getLogger("tests.redaction")
    logger.addHandler(handler)
    logger.propagate = False
    yield logger, stream
    logger.removeHandler(handler)


def test_message_arguments_traceback_and_extras_are_redacted(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = lines
    try:
        raise ValueError(f"bad token {TOKEN}")
    except ValueError:
        logger.exception(
            "call with %s failed", TOKEN, extra={"token_seen": SIGNED}, stack_info=True
        )
    text = stream.getvalue()
    assert "call with *** failed" in text
    assert "ValueError: bad token ***" in text
    assert "akab-" not in text
    assert "signature" not in text


def test_an_extra_named_like_a_secret_is_hidden_whatever_it_holds(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, _ = lines
    record = logger.makeRecord(
        logger.name, logging.INFO, "f", 1, "x", (), None, extra={"client_secret": ["plain"]}
    )
    RedactingFilter().filter(record)
    assert vars(record)["client_secret"] == "***"


def test_a_line_with_wrong_arguments_is_still_logged(
    lines: tuple[logging.Logger, io.StringIO],
) -> None:
    logger, stream = lines
    logger.warning("one %s two %s", "only")
    assert "one %s two %s" in stream.getvalue()
