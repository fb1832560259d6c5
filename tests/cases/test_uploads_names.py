"""A name from a stranger's machine becomes a name that is safe to show, store and send on."""

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cases.uploads import clean_name
from cases.uploads.names import extension_of
from cases.uploads.refusal import size_in_words


@pytest.mark.parametrize(
    ("given_name", "clean"),
    [
        ("har.json", "har.json"),
        ("C:\\fakepath\\har.json", "har.json"),
        ("../../etc/passwd.txt", "passwd.txt"),
        ("a/b\\c.log", "c.log"),
        ("cafe\u0301.txt", "caf\u00e9.txt"),
        ("annexe\u202etxt.exe", "annexetxt.exe"),
        ("zero\u200bwidth\ufeff.txt", "zerowidth.txt"),
        ("a\x00b\x1b[31m.txt", "ab[31m.txt"),
        ("two\r\nlines.txt", "two lines.txt"),
        ("  much   space .txt ", "much space.txt"),
        ("...hidden.txt", "hidden.txt"),
        ("setup.exe. . .", "setup.exe"),
        ("übersicht 接続 🙃.txt", "übersicht 接続 🙃.txt"),
        ("", "file"),
        ("///", "file"),
        ("\u202e\u202d", "file"),
        ("..", "file"),
        ("n" * 300 + ".txt", "n" * 96 + ".txt"),
        ("n" * 300 + ".tar.gz", "n" * 93 + ".tar.gz"),
        ("n" * 90 + "." * 20 + "txt", "n" * 90 + ".txt"),
        ("a." + "x" * 300, "a." + "x" * 98),
    ],
)
def test_a_name_is_cleaned(given_name: str, clean: str) -> None:
    assert clean_name(given_name) == clean


@given(st.text(max_size=130))
@example("a" * 99 + "\u0301.txt")
@example(".\u202e.\u202e./\u0301.txt")
def test_a_clean_name_is_short_visible_composed_and_stays_as_it_is(name: str) -> None:
    clean = clean_name(name)
    assert 0 < len(clean) <= 100
    assert not set(clean) & set("/\\")
    unseen = {"Cc", "Cf", "Cs", "Zl", "Zp"}
    assert not unseen & {unicodedata.category(c) for c in clean}
    assert unicodedata.is_normalized("NFC", clean)
    assert clean == clean.strip(". ")
    assert clean_name(clean) == clean


@given(st.text(max_size=130), st.sampled_from(["txt", "exe", "tar.gz", "xlsx"]))
def test_cleaning_never_changes_what_kind_a_file_is(stem: str, ending: str) -> None:
    assert extension_of(clean_name(f"a{stem}b.{ending}")) == ending.rpartition(".")[2]


@pytest.mark.parametrize(
    ("name", "extension"),
    [
        ("a.TXT", "txt"),
        ("access.log.1", "log"),
        ("syslog.log.2026-11-22", "log"),
        ("setup.exe.3", "exe"),
        ("dump.7", "7"),
        ("none", ""),
    ],
)
def test_the_ending_tells_the_kind_and_log_rotation_does_not_hide_it(
    name: str, extension: str
) -> None:
    assert extension_of(name) == extension


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (1, "1 byte"),
        (999, "999 bytes"),
        (5_000_000, "5 MB"),
        (12_345_678, "12.3 MB"),
        (2_000_000_000, "2 GB"),
    ],
)
def test_a_size_is_said_as_people_say_it(size: int, words: str) -> None:
    assert size_in_words(size) == words
