"""The gateway in front of Akamai's APIs: it checks EdgeGrid signatures and answers for bad ones.

Rests on the vendor's "Authenticate with EdgeGrid" page: EG1-HMAC-SHA256, a timestamp within
30 seconds, a nonce used once, and a content hash over the first 131072 bytes of POST bodies only.
"""

import base64
import hashlib
import hmac
import re
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from .store import Clock
from .wire import Answer, Call, Json, json_answer

SIGNED_BODY = 131_072
SKEW = timedelta(seconds=30)
MOMENT = "%Y%m%dT%H:%M:%S+0000"
PROBLEMS = "https://problems.luna.akamaiapis.net"
HEADER = re.compile(
    r"(?P<unsigned>EG1-HMAC-SHA256 client_token=(?P<client>[^;\s]+);"
    r"access_token=(?P<access>[^;\s]+);"
    r"timestamp=(?P<timestamp>[^;\s]+);nonce=(?P<nonce>[^;\s]+);)signature=(?P<signature>[^;\s]+)"
)

BAD_REQUEST = (400, "/-/pep-authn/request-error", "Bad request")
DENIED = (401, "/-/pep-authn/deny", "Not authorized")
NO_GRANT = (403, "/-/pep-authz/deny", "Forbidden")


@dataclass
class Credential:
    """One API client's credential; all credentials of one ``user`` act as the same person.

    A client with ``customers`` sees their cases alone, and other clients do not see them.
    """

    client_token: str
    client_secret: str
    access_token: str
    user: str
    active: bool = True
    may_write: bool = True
    customers: tuple[str, ...] = ()

    def as_json(self, host: str) -> Json:
        """Return the four values a client needs."""
        return {
            "host": host,
            "client_token": self.client_token,
            "client_secret": self.client_secret,
            "access_token": self.access_token,
        }


class CredentialBook:
    """The credentials the gateway knows; the first is the one handed out by default."""

    def __init__(self, user: str, apart: Mapping[str, tuple[str, ...]] | None = None) -> None:
        """Start with one credential of ``user``, and one for each user of customers kept apart."""
        self._user = user
        self._apart = apart or {}
        self._lock = threading.Lock()
        self._made: dict[str, Credential] = {}
        self.reset()

    def reset(self) -> None:
        """Go back to the credentials of the start."""
        with self._lock:
            self._made = {}
        self.add()
        for user, customers in self._apart.items():
            self.add(user=user, customers=customers)

    def add(
        self,
        *,
        user: str | None = None,
        may_write: bool = True,
        customers: tuple[str, ...] = (),
    ) -> Credential:
        """Make one more credential; the n-th one always has the same readable values."""
        with self._lock:
            number = len(self._made) + 1
            secret = base64.b64encode(f"simulator-not-a-real-secret-{number:04}".encode()).decode()
            credential = Credential(
                client_token=f"akab-simulator-client-{number:04}",
                client_secret=secret,
                access_token=f"akab-simulator-access-{number:04}",
                user=user or self._user,
                may_write=may_write,
                customers=customers,
            )
            self._made[credential.client_token] = credential
            return credential

    def default(self) -> Credential:
        """Return the first active credential of no customers' own, or the first if none is."""
        made = [one for one in self._made.values() if not one.customers]
        return next((one for one in made if one.active), made[0])

    def apart(self) -> list[Credential]:
        """Return the active credentials of customers kept apart."""
        return [one for one in self._made.values() if one.customers and one.active]

    def sees(self, credential: Credential, customer: str) -> bool:
        """Say whether a client sees the cases of ``customer``."""
        if credential.customers:
            return customer in credential.customers
        return all(customer not in customers for customers in self._apart.values())

    def find(self, client_token: str) -> Credential | None:
        """Return the credential with this client token."""
        return self._made.get(client_token)


class Gateway:
    """Lets a call pass, or raises NotAdmitted with the gateway's answer."""

    def __init__(self, book: CredentialBook, clock: Clock) -> None:
        """Check against ``book``, by the time of ``clock``."""
        self._book = book
        self._clock = clock
        self._lock = threading.Lock()
        self._nonces: dict[str, datetime] = {}

    def admit(self, call: Call) -> Credential:
        """Return whose call this is; raise NotAdmitted unless its signature holds."""
        given = HEADER.fullmatch(call.authorization.strip())
        if given is None:
            raise self._refusal(call, BAD_REQUEST, "Invalid authorization header")
        credential = self._book.find(given["client"])
        if credential is None:
            raise self._refusal(call, BAD_REQUEST, "Invalid client token")
        if not self._in_time(given["timestamp"]):
            raise self._refusal(call, BAD_REQUEST, "Invalid timestamp")
        if not credential.active:
            raise NotAdmitted(self.inactive(call))
        if given["access"] != credential.access_token:
            raise self._refusal(call, BAD_REQUEST, "Invalid access token")
        signed = _signature(call, credential.client_secret, given["timestamp"], given["unsigned"])
        if not hmac.compare_digest(signed, given["signature"]):
            raise self._refusal(call, DENIED, "The signature does not match")
        if not self._first_use(given["client"] + given["nonce"]):
            raise self._refusal(call, BAD_REQUEST, "Invalid nonce")
        if call.method not in ("GET", "HEAD") and not credential.may_write:
            detail = "The client does not have the grant needed for the request"
            raise self._refusal(call, NO_GRANT, detail)
        return credential

    def inactive(self, call: Call) -> Answer:
        """Answer as to an expired or deactivated credential."""
        return self._refusal(call, DENIED, "Inactive client token").answer

    def _in_time(self, timestamp: str) -> bool:
        try:
            moment = datetime.strptime(timestamp, MOMENT).replace(tzinfo=UTC)
        except ValueError:
            return False
        return abs(self._clock() - moment) <= SKEW

    def _first_use(self, nonce: str) -> bool:
        now = self._clock()
        with self._lock:
            if len(self._nonces) > 10_000:
                fresh = now - 2 * SKEW
                self._nonces = {one: at for one, at in self._nonces.items() if at >= fresh}
            if nonce in self._nonces:
                return False
            self._nonces[nonce] = now
            return True

    def _refusal(self, call: Call, kind: tuple[int, str, str], detail: str) -> "NotAdmitted":
        status, problem, title = kind
        now = self._clock().astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        body = {
            "type": PROBLEMS + problem,
            "title": title,
            "status": status,
            "detail": detail,
            "instance": f"{PROBLEMS}/error-instances/{uuid4()}",
            "method": call.method,
            "serverIp": "127.0.0.1",
            "clientIp": call.client,
            "requestId": uuid4().hex[:8],
            "requestTime": now,
        }
        return NotAdmitted(json_answer(body, status, media="application/problem+json"))


class NotAdmitted(Exception):
    """The gateway answers itself; the API behind it never sees the call."""

    def __init__(self, answer: Answer) -> None:
        """Carry the gateway's answer."""
        super().__init__(answer.status)
        self.answer = answer


def _signature(call: Call, secret: str, timestamp: str, unsigned: str) -> str:
    """Compute what the client should have signed; no headers are part of it for this API."""
    content = call.body.head(SIGNED_BODY) if call.method == "POST" else b""
    content_hash = base64.b64encode(hashlib.sha256(content).digest()).decode() if content else ""
    fields = (call.method, call.scheme, call.host, call.target or "/", "", content_hash, unsigned)
    return _hmac(_hmac(secret, timestamp), "\t".join(fields))


def _hmac(key: str, message: str) -> str:
    mac = hmac.new(key.encode(), message.encode(), hashlib.sha256)
    return base64.b64encode(mac.digest()).decode()
