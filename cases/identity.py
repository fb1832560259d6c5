"""Who a case is: its id at the vendor, and every other number somebody may know it by."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from cases import access
from cases.models import Attachment, Case, CaseReference, Entry, Watch
from cases.models.case import normalise
from cases.models.timeline import Audience
from vendors.vocabulary import EntryKind

MERGED = "Two rows showed the same vendor case; the one filed here was kept."
US = "Caseport"  # who speaks in a notice


class NotLinked(RuntimeError):
    """The case was not linked; `other` is the row that stands in the way."""

    def __init__(self, words: str, other: Case) -> None:
        super().__init__(words)
        self.other = other


class AlreadyLinked(NotLinked):
    """The case is another one at the vendor: it is never linked anew."""


class Taken(NotLinked):
    """The vendor's case is shown by a row that is not ours to absorb."""


def notice(case: Case, text: str, *, audience: Audience, **columns: Any) -> Entry:
    """Something the portal itself has to say on a case; an internal one is for its owner's people.

    A `vendor_key` says it once: the database refuses the second.
    """
    if audience is Audience.INTERNAL:
        columns["author_organization_id"] = case.owner_id
    return Entry.objects.create(
        case=case,
        kind=EntryKind.SYSTEM,
        audience=audience,
        vendor_author=US,
        text=text,
        **columns,
    )


def add_reference(case: Case, kind: CaseReference.Kind, value: str) -> None:
    """Let the case be found by `value`; a value already known changes nothing."""
    if value.strip():
        CaseReference.objects.get_or_create(
            case=case, kind=kind, normalised=normalise(value)[:200], defaults={"value": value[:200]}
        )


def twin(case: Case, vendor_id: str) -> Case | None:
    """Another row of ours that shows the same case of the vendor."""
    return (
        access.worker_cases()
        .filter(owner=case.owner_id, vendor_space=case.vendor_space, vendor_id=vendor_id)
        .exclude(pk=case.pk)
        .first()
    )


def may_absorb(survivor: Case, stranger: Case) -> bool:
    """Whether `stranger` is only what sync made of a vendor's case, and nobody else's."""
    return stranger.filed_by_id is None and (
        stranger.organization_id is None or stranger.organization_id == survivor.organization_id
    )


def link(case: Case, vendor_id: str) -> None:
    """Record that the vendor knows this case as `vendor_id`, absorbing a row sync made of it.

    Raises AlreadyLinked when the case has another vendor id, Taken when the vendor's case is shown
    by a row that was filed here too or belongs to another customer.
    """
    if case.vendor_id == vendor_id:
        return
    if case.vendor_id:
        raise AlreadyLinked(f"{case.reference} is {case.vendor_id}, not {vendor_id}", case)
    with transaction.atomic():
        other = twin(case, vendor_id)
        if other is not None:
            absorb(case, other)
        case.vendor_id = vendor_id
        case.refresh_wanted_at = timezone.now()
        case.save(update_fields=["vendor_id", "refresh_wanted_at"])
        add_reference(case, CaseReference.Kind.VENDOR, vendor_id)


def absorb(survivor: Case, stranger: Case) -> None:
    """Move what people did on `stranger` to `survivor`, keep its reference as an alias, drop it.

    What came from the vendor is not moved: the next read brings it to the survivor. Raises Taken
    unless `stranger` was merely imported and is nobody else's.
    """
    stranger = access.worker_cases().select_for_update().get(pk=stranger.pk)
    if not may_absorb(survivor, stranger):
        raise Taken(f"{stranger.vendor_id} is {stranger.reference}", stranger)
    last = access.worker_pushes().filter(case=survivor).order_by("-position").first()
    position = last.position if last else 0
    for push in access.worker_pushes().filter(case=stranger).order_by("position"):
        position += 1
        access.worker_pushes().filter(pk=push.pk).update(case=survivor, position=position)
    Entry.objects.filter(case=stranger, author__isnull=False).update(case=survivor)
    Attachment.objects.filter(case=stranger).exclude(storage_key="").update(case=survivor)
    followed = Watch.objects.filter(case=survivor).values("user")
    Watch.objects.filter(case=stranger).exclude(user__in=followed).update(case=survivor)
    add_reference(survivor, CaseReference.Kind.ALIAS, stranger.reference)
    notice(survivor, MERGED, audience=Audience.CUSTOMER)
    stranger.delete()
