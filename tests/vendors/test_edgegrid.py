"""Our EdgeGrid signature against the vendor's own package: published vectors, then at random."""

import io
import json
import os
import random
import tracemalloc
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from akamai.edgegrid.edgegrid import EdgeGridAuthHeaders

from vendors.http.edgegrid import MAX_BODY, EdgeGridAuth
from vendors.http.errors import Unreachable
from vendors.http.multipart import Multipart

VECTORS = resources.files("akamai.edgegrid") / "test"
DATA: dict[str, Any] = json.loads((VECTORS / "testdata.json").read_text())
CASES: list[dict[str, Any]] = json.loads((VECTORS / "testcases.json").read_text())
BASE = DATA["base_url"].rstrip("/")
WHEN = datetime.strptime(DATA["timestamp"], "%Y%m%dT%H:%M:%S%z")

GENERATED = 1_500


def ours(**options: Any) -> EdgeGridAuth:
    given: dict[str, Any] = {"clock": lambda: WHEN, "nonce": lambda: DATA["nonce"], **options}
    return EdgeGridAuth(DATA["client_token"], DATA["client_secret"], DATA["access_token"], **given)


def theirs(request: httpx.Request, body: bytes, **options: Any) -> str:
    signer = EdgeGridAuthHeaders(
        DATA["client_token"], DATA["client_secret"], DATA["access_token"], **options
    )
    seen = SimpleNamespace(
        method=request.method,
        url=f"{request.url.scheme}://{request.headers['host']}{request.url.raw_path.decode()}",
        headers=request.headers.copy(),
        body=body,
    )
    return str(signer.make_auth_header(seen, DATA["timestamp"], DATA["nonce"]))


def streaming(body: Multipart, path: str = "/testapi/v1/t3") -> httpx.Request:
    headers = {"Host": BASE.removeprefix("https://"), **body.headers}
    return httpx.Request("POST", BASE + path, headers=headers, stream=body)


def multipart(data: bytes, fields: Mapping[str, str], boundary: str = "") -> Multipart:
    return Multipart(
        fields, file_part="file", name="a.bin", content_type="image/png", size=len(data),
        stream=io.BytesIO(data), boundary=boundary,
    )  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: str(case["testName"]))
def test_the_published_vectors_come_out_the_same(case: dict[str, Any]) -> None:
    asked = case["request"]
    headers = {name: value for pair in asked.get("headers", []) for name, value in pair.items()}
    auth = ours(headers_to_sign=tuple(DATA["headers_to_sign"]), max_body=DATA["max_body"])
    request = httpx.Request(
        asked["method"], BASE + asked["path"], headers=headers, content=asked.get("data", "")
    )
    assert auth.header(request) == case["expectedAuthorization"]


def test_the_published_json_vector_comes_out_the_same() -> None:
    # the vector was made from JSON with the spaces Python's json.dumps puts in
    text = json.dumps({"key": "value"})
    request = httpx.Request("POST", f"{BASE}/testapi/v1/t3", content=text)
    assert ours(max_body=DATA["max_body"]).header(request) == theirs(
        request, text.encode(), max_body=DATA["max_body"]
    )


def random_request(source: random.Random) -> tuple[httpx.Request, bytes]:
    letters = "abc-_.~!$&'()*+,;=:@/ %é§漢\U0001f600?#"
    path = "/" + quote(
        "".join(source.choices(letters, k=source.randrange(30))), safe=source.choice(["/", "/;=,~"])
    )
    path = path.rstrip(";")  # the package drops an empty `;` that does go over the wire
    params = {
        "".join(source.choices(letters, k=4)): "".join(
            source.choices(letters, k=source.randrange(9))
        )
        for _ in range(source.randrange(4))
    }
    method = source.choice(["GET", "POST", "POST", "POST", "PUT", "PATCH", "DELETE"])
    size = source.choice([0, 1, 50, MAX_BODY - 1, MAX_BODY, MAX_BODY + 1])
    url = BASE + path
    match source.randrange(3 if method == "POST" else 2):
        case 0:
            body = source.randbytes(size)
            return httpx.Request(method, url, params=params or None, content=body), body
        case 1:
            text = "".join(source.choices(letters, k=max(1, size // 8)))
            request = httpx.Request(method, url, params=params or None, json={"comment": text})
            return request, request.content
        case _:
            form = multipart(source.randbytes(size), {"comment": "é" * source.randrange(20)})
            return streaming(form, request_path(url, params)), b"".join(form)


def request_path(url: str, params: dict[str, str]) -> str:
    return httpx.URL(url, params=params or None).raw_path.decode()


def test_many_generated_requests_are_signed_like_the_vendors_package_does() -> None:
    source = random.Random(20260101)  # a seed, so that a failure comes again
    for number in range(GENERATED):
        request, body = random_request(source)
        assert ours().header(request) == theirs(request, body), (number, request)


@pytest.mark.parametrize("size", [MAX_BODY - 1, MAX_BODY, MAX_BODY + 1, 3_300_000])
def test_a_multipart_body_is_signed_by_its_first_bytes_and_sent_whole(size: int) -> None:
    data = os.urandom(size)
    form = multipart(data, {"comment": "Logs\n[ref P-7Q2MK4XD]"})
    request = streaming(form)
    signature = ours().header(request)
    sent = b"".join(form)
    assert signature == theirs(request, sent)
    assert data in sent
    assert len(sent) == form.length


@pytest.mark.parametrize("method", ["GET", "PUT", "PATCH", "DELETE"])
def test_only_a_post_has_its_body_hashed(method: str) -> None:
    with_body = httpx.Request(method, f"{BASE}/x", content=b"body")
    without = httpx.Request(method, f"{BASE}/x", headers={"Content-Length": "4"})
    assert ours().header(with_body) == ours().header(without)


def test_a_post_is_signed_by_its_body() -> None:
    one, other = (httpx.Request("POST", f"{BASE}/x", content=text) for text in ("1", "2"))
    assert ours().header(one) != ours().header(other)


def test_every_try_has_its_own_nonce_and_time() -> None:
    auth = EdgeGridAuth("token", "secret", "access")
    request = httpx.Request("GET", f"{BASE}/x")
    parts = [
        dict(pair.split("=", 1) for pair in auth.header(request).split(";")) for _ in range(50)
    ]
    assert len({part["nonce"] for part in parts}) == 50
    stamp = datetime.strptime(parts[0]["timestamp"], "%Y%m%dT%H:%M:%S%z")
    assert abs((datetime.now(UTC) - stamp).total_seconds()) < 30


def test_the_header_replaces_one_that_was_there() -> None:
    request = httpx.Request("GET", f"{BASE}/x", headers={"Authorization": "Basic abc"})
    signed = next(ours().sync_auth_flow(request))
    assert signed.headers.get_list("authorization") == [ours().header(request)]


def test_a_stream_that_cannot_be_read_twice_is_refused_before_sending() -> None:
    request = httpx.Request("POST", f"{BASE}/x", content=iter([b"once"]))
    with pytest.raises(Unreachable):
        ours().header(request)


def test_signing_a_large_file_reads_no_more_than_is_signed(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    size = 500 * 1024 * 1024
    with path.open("wb") as file:
        file.truncate(size)
    with path.open("rb") as stream:
        form = Multipart(
            {}, file_part="file", name="a", content_type="text/plain", size=size, stream=stream
        )
        request = streaming(form)
        tracemalloc.start()
        ours().header(request)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert stream.tell() <= MAX_BODY
    assert peak < 4 * MAX_BODY
