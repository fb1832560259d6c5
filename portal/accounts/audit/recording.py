"""The record of what people did: one row per deed, in the transaction of the deed."""

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest

from portal.accounts.models import AuditEvent, Organization, User


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a deed came from: the request's id and the address of its sender."""

    request_id: str = ""
    ip: str | None = None


NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin of this deed", default=NOWHERE)


@contextmanager
def during(request: HttpRequest) -> Iterator[str]:
    """Name the request: every row recorded within carries it, also from code without a request."""
    name = uuid.uuid4().hex
    request.request_id = name  # type: ignore[attr-defined]  # shown on error pages
    token = _origin.set(Origin(name, _address(request)))
    try:
        yield name
    finally:
        _origin.reset(token)


def _address(request: HttpRequest) -> str | None:
    """The sender's address, as far as the configured proxies can be believed."""
    try:
        return str(get_adapter().get_client_ip(request))
    except PermissionDenied:  # its answer to an address nobody stated
        return None


def record(
    *,
    actor: User | None,
    action: str,
    object: models.Model | None,
    organization: Organization | None = None,
    acting_for: Organization | None = None,
    changed: Iterable[str] = (),
    reason: str = "",
    request: HttpRequest | None = None,
) -> AuditEvent:
    """Append one row. `changed` holds names of fields, never their values.

    Without `request`, the request being served, if any, is where the deed came from. `object` is
    None where there is none: a sign-in as nobody we know.
    """
    origin = _origin.get()
    if request is not None:
        origin = Origin(getattr(request, "request_id", ""), _address(request))
    return AuditEvent.objects.create(
        actor=actor,
        acting_for=acting_for,
        organization=organization,
        action=action,
        object_kind="" if object is None else object._meta.model_name or "",
        object_id="" if object is None else str(object.pk),
        object_name="" if object is None else str(object)[:200],
        changed=sorted(changed),
        reason=reason,
        ip=origin.ip,
        request_id=origin.request_id,
    )


def record_own(person: User, action: str, changed: Iterable[str] = ()) -> AuditEvent:
    """Append what somebody did about themselves, where those who look after them can read it."""
    return record(
        actor=person, action=action, object=person, organization=home_of(person), changed=changed
    )


def home_of(person: User) -> Organization | None:
    """The organisation whose audit holds what is the person's own: theirs, or their reseller.

    None when they belong to several resellers, none of whom learns of the others: the operator
    alone reads it.
    """
    found = person.memberships.select_related("organization__reseller")
    near = {m.organization for m in found}
    if len(near) == 1:
        return near.pop()
    resellers = {each if each.is_reseller else each.reseller for each in near}
    return resellers.pop() if len(resellers) == 1 else None
