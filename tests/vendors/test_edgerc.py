"""The vendor's credential file, as it is downloaded and as people paste it.

The values are made up here in the shape of those on the vendor's page “Get started with APIs”.
"""

import pytest

from vendors.http import edgerc

HOST = "akab-h05tnam3wl42son7nktnlnnx-kbob3i3v.luna.akamaiapis.net"
FIELDS = {
    "client_secret": "TWFkZSB1cCBmb3IgYSB0ZXN0LCBub2JvZHkncyBvd24=",
    "host": HOST,
    "access_token": "akab-acc35t0k3nodujqunph3w7hzp7-gtm6ij",
    "client_token": "akab-c113ntt0k3n4qtari252bfxxbsl-yvsdj",
}
BARE = "".join(f"{name} = {value}\n" for name, value in FIELDS.items())


def changed(**fields: str) -> str:
    return "".join(f"{name} = {value}\n" for name, value in {**FIELDS, **fields}.items())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(BARE, id="as downloaded, without a header"),
        pytest.param(f"[default]\n{BARE}", id="with its header"),
        pytest.param(f"\ufeff[default]\n{BARE}", id="byte order mark"),
        pytest.param(f"\ufeff{BARE}", id="byte order mark, no header"),
        pytest.param(f"[default]\n{BARE}".replace("\n", "\r\n"), id="CRLF"),
        pytest.param(BARE.replace("\n", "\r"), id="CR alone"),
        pytest.param(BARE.replace(" = ", "="), id="no spaces"),
        pytest.param(BARE.replace(" = ", ": "), id="colons"),
        pytest.param(BARE.replace("_", "-"), id="dashes in names"),
        pytest.param(BARE.replace("host", "HOST"), id="capitals in names"),
        pytest.param("\n".join(f"    {line}" for line in BARE.splitlines()), id="indented"),
        pytest.param(f"\n\n{BARE}\n\n", id="empty lines"),
        pytest.param(f"# ours\n; theirs\n{BARE}", id="comments on lines of their own"),
        pytest.param(changed(host=f"{HOST} # EU"), id="comment behind a value"),
        pytest.param(changed(host=f"{HOST} ; EU"), id="comment behind a semicolon"),
        pytest.param(changed(host=f"https://{HOST}/"), id="host as an address"),
        pytest.param(changed(host=f'"https://{HOST}"'), id="host in quotes"),
        pytest.param(changed(host=HOST.upper()), id="host in capitals"),
        pytest.param(changed(access_token=f"'{FIELDS['access_token']}'"), id="token in quotes"),
    ],
)
def test_however_it_is_written_the_four_fields_are_read(text: str) -> None:
    (section,) = edgerc.read(text).items()
    assert section == ("default", edgerc.Section(FIELDS))


def test_a_percent_sign_is_a_letter_like_others() -> None:
    secret = "abc%def%(host)s="
    assert edgerc.read(changed(client_secret=secret))["default"].fields["client_secret"] == secret


def test_a_mark_within_a_value_begins_no_comment() -> None:
    secret = "abc#def;ghi="
    assert edgerc.read(changed(client_secret=secret))["default"].fields["client_secret"] == secret


def test_an_equals_sign_within_a_value_stays() -> None:
    assert edgerc.read(BARE)["default"].fields["client_secret"].endswith("=")


def test_several_sections_keep_their_names_and_their_order() -> None:
    found = edgerc.read(f"[papi]\n{BARE}\n[default]\n{changed(client_secret='other=')}")
    assert list(found) == ["papi", "default"]
    assert found["default"].fields["client_secret"] == "other="


@pytest.mark.parametrize(
    ("line", "remark"),
    [
        ("account_key = 1-ABCD:Z-XYZ", "account_key is not used"),
        ("account-key = 1-ABCD", "account_key is not used"),
        ("account_switch_key = 1-ABCD", "account_key is not used"),
        ("max_body = 131072", "max_body is not used"),
        ("max-body = 8192", "max_body is not used"),
        ("headers_to_sign = X-One,X-Two", "headers_to_sign is not used"),
        ("debug = true", "debug is not used"),
        ("shoe_size = 43", "Line 5 names nothing we know"),
    ],
)
def test_what_is_left_unused_is_said(line: str, remark: str) -> None:
    section = edgerc.read(f"{BARE}{line}\n")["default"]
    assert section.fields == FIELDS
    (said,) = section.remarks
    assert remark in said
    assert line.partition("=")[2].strip() not in said or line.startswith("max_body")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        pytest.param("", "nothing in it", id="empty"),
        pytest.param("# only a comment\n", "nothing in it", id="a comment"),
        pytest.param("[default]\n", "lacks host, client_token", id="a header alone"),
        pytest.param(f"{BARE}host = {HOST}\n", "Line 5: host is there twice", id="twice"),
        pytest.param(
            f"{BARE}client-token = x\n", "Line 5: client_token is there twice", id="twice, dashed"
        ),
        pytest.param(
            f"[a]\n{BARE}[a]\n{BARE}", "Line 6: there are two sections [a]", id="two sections"
        ),
        pytest.param(
            f"{BARE}[default]\n{BARE}",
            "Line 5: there are two sections [default]",
            id="one without a header and the same with one",
        ),
        pytest.param(f"{BARE}what is this\n", "Line 5 is neither", id="a line of prose"),
        pytest.param(f"{BARE}[default\n", "Line 5 is neither", id="half a header"),
        pytest.param(changed(access_token=""), "access_token is empty", id="an empty value"),
        pytest.param(changed(access_token='""'), "access_token is empty", id="empty quotes"),
        pytest.param(changed(access_token="akab two"), "holds a space", id="a space within"),
        pytest.param(changed(access_token="akab\u200bx"), "holds a space", id="an unseen sign"),
        pytest.param(changed(access_token="akab\0x"), "holds a space", id="a null"),
        pytest.param("x" * 70_000, "far too long", id="too long"),
    ],
)
def test_what_is_no_credential_file_is_refused_with_a_reason(text: str, words: str) -> None:
    with pytest.raises(edgerc.NoEdgerc) as refusal:
        edgerc.read(text)
    assert words in str(refusal.value)


def test_a_secret_pasted_without_its_name_is_not_told_back() -> None:
    (remark,) = edgerc.read(f"{BARE}TWFkZSB1cA==\n")["default"].remarks
    assert "TWFkZSB1cA" not in remark


@pytest.mark.parametrize("name", edgerc.NEEDED)
def test_a_field_that_lacks_is_named(name: str) -> None:
    lines = [f"{key} = {value}" for key, value in FIELDS.items() if key != name]
    with pytest.raises(edgerc.NoEdgerc, match=rf"Section \[default\] lacks {name}\."):
        edgerc.read("\n".join(lines))


@pytest.mark.parametrize(
    "text", [BARE + BARE, changed(access_token="SECRET two"), f"{BARE}SECRET\n", "SECRET" * 20_000]
)
def test_no_complaint_holds_a_value(text: str) -> None:
    with pytest.raises(edgerc.NoEdgerc) as refusal:
        edgerc.read(text)
    told = repr(refusal.value)
    assert not any(value in told for value in (*FIELDS.values(), "SECRET"))
