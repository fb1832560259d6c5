"""Writing a case: nothing typed or chosen is lost until it is filed or thrown away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases import access, uploads
from cases.access import Viewer
from cases.actions.problems import Rejected, Stale
from cases.actions.storing import Stored
from cases.models import Attachment, Draft
from cases.tasks import ring
from portal.accounts.models import Organization, User
from portal.accounts.roles import Ability
from vendors.connections.models import VendorAccount
from vendors.schema import Answer, to_json


def filing_organization(viewer: Viewer, customer: Organization) -> Organization:
    """The organisation the viewer files from for this customer; PermissionDenied when none."""
    for membership in sorted(viewer.memberships, key=lambda m: not m.organization.is_reseller):
        organization = membership.organization
        serves = organization.pk in {customer.pk, customer.reseller_id}
        if serves and viewer.grants(membership, Ability.FILE):
            return organization
    raise PermissionDenied("Your role does not allow filing for this customer.")


def start_draft(
    *,
    viewer: Viewer,
    customer: Organization,
    account: VendorAccount,
    acting_in: Organization | None = None,
    contact_user: User | None = None,
    visible_to_customer: bool = True,
) -> Draft:
    """Begin a case for a customer under one of the vendor accounts it is entitled to.

    Only who files from elsewhere chooses a contact, and may keep the case from the customer.
    """
    organization = filing_organization(viewer, customer)
    if not access.filing_accounts(viewer, customer).filter(pk=account.pk).exists():
        raise Rejected("account", f"{customer} may not file under this vendor account.")
    if not organization.is_reseller:
        contact_user, visible_to_customer = viewer.user, True
    _check_contact(viewer, customer, contact_user)
    return Draft.objects.create(
        owner=viewer.user,
        acting_in=acting_in or organization,
        customer=customer,
        account=account,
        contact_user=contact_user,
        visible_to_customer=visible_to_customer,
    )


def _check_contact(viewer: Viewer, customer: Organization, person: User | None) -> None:
    if person is None or person == viewer.user:
        return
    if not access.contacts(viewer, customer).contains(person):
        raise Rejected("contact", "Choose a contact that is offered here.")


def choose_contact(
    *,
    viewer: Viewer,
    draft: Draft,
    contact_user: User | None,
    visible_to_customer: bool,
    answers: Mapping[str, Answer],
) -> None:
    """Change for whom at the customer the case is and whether its people see it."""
    _own(viewer, draft)
    if not draft.acting_in.is_reseller:
        raise PermissionDenied("Only who files for a customer chooses its contact.")
    _check_contact(viewer, draft.customer, contact_user)
    Draft.objects.filter(pk=draft.pk, case=None).update(
        contact_user=contact_user,
        visible_to_customer=visible_to_customer,
        answers={key: to_json(answer) for key, answer in answers.items()},
        revision=F("revision") + 1,
        updated_at=timezone.now(),
    )


def save_answers(
    *,
    viewer: Viewer,
    draft: Draft,
    answers: Mapping[str, Answer],
    parked: list[dict[str, Any]],
    revision: int | None = None,
) -> Draft:
    """Keep the answers as they are now, valid or not.

    Raises Stale when `revision` is not the draft's: another window saved since.
    """
    _own(viewer, draft)
    kept = {key: to_json(answer) for key, answer in answers.items()}
    mine = Draft.objects.filter(pk=draft.pk, case=None)
    if revision is not None:
        mine = mine.filter(revision=revision)
    if kept == draft.answers and parked == draft.parked and mine.exists():
        return draft
    changed = mine.update(
        answers=kept, parked=parked, revision=F("revision") + 1, updated_at=timezone.now()
    )
    draft.refresh_from_db()
    if not changed:
        raise Stale(draft.revision)
    return draft


def keep_file(
    *,
    viewer: Viewer,
    draft: Draft,
    question: str,
    upload: "UploadedFile[bytes]",
    max_size: int | None,
) -> Attachment:
    """Store a file chosen for one question of the draft."""
    _own(viewer, draft)
    with Stored([upload], question, max_size) as stored:
        attachment = Attachment.objects.create(
            draft=draft, question=question, uploaded_by=viewer.user, **stored.columns[0]
        )
        stored.keep()
    Draft.objects.filter(pk=draft.pk).update(updated_at=timezone.now())
    transaction.on_commit(lambda: ring("scan"), robust=True)
    return attachment


def drop_file(*, viewer: Viewer, draft: Draft, file_id: UUID) -> None:
    """Remove a file from the draft; one that is not there any more is no error."""
    _own(viewer, draft)
    attachment = Attachment.objects.filter(draft=draft, case=None, pk=file_id).first()
    if attachment is not None:
        attachment.delete()
        transaction.on_commit(lambda: uploads.remove(attachment), robust=True)


def discard_draft(*, viewer: Viewer, draft: Draft) -> None:
    """Throw a draft and its files away; a filed one stays with its case."""
    _own(viewer, draft)
    files = list(Attachment.objects.filter(draft=draft, case=None))
    with transaction.atomic():
        for attachment in files:
            attachment.delete()
        Draft.objects.filter(pk=draft.pk, case=None).delete()
    for attachment in files:
        uploads.remove(attachment)


def _own(viewer: Viewer, draft: Draft) -> None:
    if draft.owner_id != viewer.user.pk:
        raise PermissionDenied("This draft is somebody else's.")
