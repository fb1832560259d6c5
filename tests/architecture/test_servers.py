"""What is missing skips a test with the reason, and fails it where everything is required."""

import pytest

from tests import servers


def test_a_missing_program_names_the_package_that_has_it() -> None:
    with pytest.raises(servers.Missing, match=r"no-such-program is not installed .*a-package"):
        servers.program("no-such-program", "a-package")


def test_what_is_missing_skips_the_test_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASEPORT_REQUIRE_ALL", "0")

    with pytest.raises(pytest.skip.Exception, match="no such thing"):
        servers.give_up(servers.Missing("no such thing"))


def test_what_is_missing_fails_the_test_where_all_is_required(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEPORT_REQUIRE_ALL", "1")

    with pytest.raises(pytest.fail.Exception, match="no such thing"):
        servers.give_up(servers.Missing("no such thing"))


def test_a_server_named_in_the_environment_is_used_as_it_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CASEPORT_TEST_REDIS_URL", "redis://elsewhere:1/0")

    with servers.running("redis") as url:
        assert url == "redis://elsewhere:1/0"
