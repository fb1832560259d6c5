"""What an Akamai v2 answer means for the step: a receipt, or one of the five kinds of error.

Decided from status and body together. Two voices answer: the gateway that checks signatures, told
by its `type`, and the API behind it, told by `code`, `title` and `details`. Anything else may come
from a machine in between that does not know what was done, or wants a credential of its own, so it
is Unclear. Only a 429 is believed whoever says it, for nothing was done, and a 503 where nothing
could be.
"""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from vendors.akamai_v2.events import objects
from vendors.akamai_v2.mapping import file_id_of
from vendors.akamai_v2.shapes import members, text
from vendors.http.answer import VendorResponse, clock_ahead, retry_after
from vendors.http.errors import Busy, NotFound, Refused, Unauthorised, Unclear, VendorError
from vendors.vocabulary import Receipt

REFUSALS = frozenset({400, 402, 403, 404, 405, 409, 413, 415, 422})
NOT_FOUND, UNAUTHORISED, TOO_MANY, UNAVAILABLE = 404, 401, 429, 503

# a member's own name in an error's message, the longest first; the caller maps these to its fields
MEMBERS = (
    "userDetail.userCompany",
    "userDetail.userEmail",
    "userDetail.userName",
    "userDetail.userPhone",
    "customerTrackingNumber",
    "doNotShowInPortalFlag",
    "partnerTicketNumber",
    "additionalDetails",
    "endCustomerName",
    "subCategories",
    "categoryType",
    "description",
    "userCompany",
    "userEmail",
    "userPhone",
    "customer",
    "severity",
    "userName",
    "comment",
    "subject",
    "file",
)
_MEMBER = re.compile(rf"(?<![\w.])({'|'.join(map(re.escape, MEMBERS))})(?!\w|\.\w)")
_QUESTION = re.compile(r"\bquestion(?:Id)?\W{0,3}(\d{1,9})\b", re.IGNORECASE)


def created(raw: Any) -> Receipt:
    """The receipt of a create: a case id. Refused for `success: false`, Unclear without an id."""
    answer = members(raw)
    case_id = text(answer.get("caseId")).strip()
    if _says_no(answer) and not case_id:
        raise Refused(text(answer.get("message")) or "The case was not created.", status=200)
    if _says_no(answer) or not case_id:
        raise Unclear("The answer names no case.")
    details = objects(answer.get("details"))
    facts = {text(each.get("type")): text(each.get("url")) for each in details}
    return Receipt(
        vendor_id=case_id,
        words=text(answer.get("message")),
        facts={kind: url for kind, url in facts.items() if kind and url},
    )


def updated(raw: Any, case_id: str) -> Receipt:
    """The receipt of a note, file or close request; Unclear unless it names the case."""
    answer = members(raw)
    named = text(answer.get("caseId")).strip()
    if _says_no(answer) and named in {"", case_id}:
        words = text(answer.get("statusMessage")) or text(answer.get("message"))
        raise Refused(words or "The case was not updated.", status=200)
    if named != case_id:
        raise Unclear("The answer does not name the case.")
    return Receipt(vendor_id=file_id_of(answer), words=text(answer.get("statusMessage")))


def _says_no(answer: Mapping[str, Any]) -> bool:
    success = answer.get("success")
    return success is False or (isinstance(success, str) and success.strip().lower() == "false")


def clock_was_refused(response: VendorResponse) -> bool:
    """Did the gateway refuse the time of signing? Then nothing was done and a new signature may."""
    body = _body(response)
    return _is_gateway(body) and "timestamp" in text(body.get("detail")).lower()


def problem(response: VendorResponse, *, reading: bool, now: datetime) -> VendorError:
    """The error an answer that is no success stands for; `reading` if nothing could be changed."""
    status, body = response.status, _body(response)
    if clock_was_refused(response):
        return Busy(_clock_words(response, now), retry_after=60, status=status)
    if _is_gateway(body):
        return _gateway_problem(body, status)
    if status == UNAUTHORISED and (_is_api(body) or _words(body)):
        return Unauthorised(_words(body) or "The credential was refused.", status=status)
    if status == TOO_MANY or (status == UNAVAILABLE and reading):
        wait = retry_after(response.headers, now)
        return Busy(_words(body) or "Asked to come back later.", retry_after=wait, status=status)
    if status in REFUSALS and _is_api(body):
        kind = NotFound if status == NOT_FOUND else Refused
        incident = text(body.get("incidentId"))
        return kind(_words(body), fields=_fields(body), status=status, incident=incident)
    words = f"The answer was an error ({status}) that does not say whether anything was done."
    return Unclear(words, status=status, incident=text(body.get("incidentId")))


def _gateway_problem(body: Mapping[str, Any], status: int) -> VendorError:
    detail, title = text(body.get("detail")), text(body.get("title"))
    incident = text(body.get("instance"))
    if "nonce" in detail.lower():
        # a nonce is ours alone: that it was seen means this very request already got through
        return Unclear(
            "The gateway has seen this request before.", status=status, incident=incident
        )
    return Unauthorised(detail or title or "Not authorised.", status=status, incident=incident)


def _clock_words(response: VendorResponse, now: datetime) -> str:
    ahead = clock_ahead(response.headers, now)
    off = (
        "" if ahead is None else f" (it is {abs(ahead):.0f} s {'ahead' if ahead > 0 else 'behind'})"
    )
    return f"The time of signing was refused: this machine's clock differs from the vendor's{off}."


def _body(response: VendorResponse) -> Mapping[str, Any]:
    try:
        return members(response.json())
    except Unclear:
        return {}


def _is_gateway(body: Mapping[str, Any]) -> bool:
    return re.search(r"/pep-auth[nz]/", text(body.get("type"))) is not None


def _is_api(body: Mapping[str, Any]) -> bool:
    return bool(text(body.get("code")) or text(body.get("incidentId")) or _messages(body))


def _messages(body: Mapping[str, Any]) -> list[str]:
    # one detail may stand alone: the page's table calls it an object, its sample shows a list
    found = (text(each.get("message")).strip() for each in objects(body.get("details")))
    return [words for words in found if words]


def _words(body: Mapping[str, Any]) -> str:
    return " · ".join(_messages(body)) or text(body.get("title")).strip()


def _fields(body: Mapping[str, Any]) -> dict[str, str]:
    fields: dict[str, str] = {}
    for message in _messages(body):
        question, member = _QUESTION.search(message), _MEMBER.search(message)
        key = question[1] if question else member[1] if member else ""
        if key:
            fields[key] = f"{fields[key]} · {message}" if key in fields else message
    return fields
