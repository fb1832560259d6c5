"""Working on a case: notes, files, a request to close, a look at the vendor now."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils import timezone

from cases import access, pushes
from cases.access import Viewer
from cases.actions.closing import close_asked
from cases.actions.problems import Rejected
from cases.actions.storing import Stored
from cases.models import Attachment, Case, Entry
from cases.models.timeline import Audience
from cases.tasks import ring
from portal.accounts import audit
from portal.accounts.models import Organization
from portal.accounts.roles import Ability
from vendors import markers
from vendors.connections import gateway
from vendors.contract import Vendor
from vendors.vocabulary import EntryKind, Kind, MarkerHome


def _guard(viewer: Viewer, case: Case) -> Organization:
    """The organisation the viewer writes from; PermissionDenied when their role may not."""
    membership = access.membership_for(viewer, case)
    if membership is None or not viewer.grants(membership, Ability.WRITE):
        raise PermissionDenied("Your role on this case does not allow writing.")
    return membership.organization


def _first(viewer: Viewer, case: Case, token: UUID) -> Entry | None:
    """What this very form already made, so that sending it twice does nothing twice."""
    entry = Entry.objects.filter(pk=token).first()
    if entry is not None and (entry.case_id != case.pk or entry.author_id != viewer.user.pk):
        raise Rejected("", "This form was used before. Load the page again.")
    return entry


def _lock(case: Case) -> Case:
    return access.worker_cases().select_for_update().get(pk=case.pk)


def _within_limit(vendor: Vendor, kind: Kind, text: str, field: str) -> None:
    problem = vendor.limit_problem(kind, text)
    if problem:
        raise Rejected(field, problem)


def add_note(*, viewer: Viewer, case: Case, text: str, audience: str, token: UUID) -> Entry:
    """Add a note; one for the vendor becomes a step it is owed, the others never leave."""
    organization = _guard(viewer, case)
    text = text.strip()
    if not text:
        raise Rejected("text", "Write something first.")
    vendor = gateway.open_vendor(case.connection)
    if audience == Audience.VENDOR:
        if not case.can_add_note:
            raise Rejected("text", f"{vendor.name} does not allow notes on this case.")
        _within_limit(vendor, Kind.NOTE, text, "text")
    with transaction.atomic():
        _lock(case)
        made = _first(viewer, case, token)
        if made is not None:
            return made
        entry = Entry.objects.create(
            pk=token,
            case=case,
            kind=EntryKind.NOTE,
            audience=audience,
            author=viewer.user,
            author_organization=organization,
            text=text,
        )
        if audience == Audience.VENDOR:
            _owe(viewer, case, entry, Kind.NOTE, undo=True)
        is_internal = audience == Audience.INTERNAL
        _finish(viewer, case, organization, "note added", is_internal=is_internal)
    return entry


def request_close(*, viewer: Viewer, case: Case, reason: str, token: UUID) -> Entry:
    """Ask the vendor to close; the case is closed only when the vendor says so."""
    organization = _guard(viewer, case)
    reason = reason.strip()
    if not reason:
        raise Rejected("reason", "Say why the case can be closed.")
    vendor = gateway.open_vendor(case.connection)
    if not case.can_request_close:
        raise Rejected("reason", f"{vendor.name} does not allow a close request on this case.")
    _within_limit(vendor, Kind.CLOSE, reason, "reason")
    with transaction.atomic():
        _lock(case)
        made = _first(viewer, case, token)
        if made is not None:
            return made
        if asked := close_asked(case, vendor.name):
            raise Rejected("reason", asked)
        entry = Entry.objects.create(
            pk=token,
            case=case,
            kind=EntryKind.SYSTEM,
            audience=Audience.VENDOR,
            author=viewer.user,
            author_organization=organization,
            title=vendor.capabilities.close_label,
            text=reason,
        )
        _owe(viewer, case, entry, Kind.CLOSE, undo=True)
        _finish(viewer, case, organization, "close requested")
    return entry


def _owe(viewer: Viewer, case: Case, entry: Entry, kind: Kind, *, undo: bool) -> None:
    """One push for what an entry says, held back for the seconds in which it can be taken back."""
    wait = timedelta(seconds=settings.UNDO_SECONDS if undo else 0)
    pushes.enqueue(
        case=case,
        kind=kind,
        marker=markers.mint(),
        marker_home=MarkerHome.TEXT,
        author=viewer.user,
        payload={"text": entry.text},
        entry=entry,
        not_before=timezone.now() + wait,
    )
    transaction.on_commit(lambda: ring("steps"), robust=True)


def _finish(
    viewer: Viewer,
    case: Case,
    written_from: Organization,
    action: str,
    *,
    is_internal: bool = False,
) -> None:
    """Put the case on top of the lists, and the deed on record.

    What is internal moves no case: its place in a list would tell the other side that it is there.
    """
    if not is_internal:
        access.worker_cases().filter(pk=case.pk).update(updated_at=timezone.now())
    audit.record(
        actor=viewer.user,
        action=action,
        object=case,
        organization=case.organization or case.reseller,
        acting_for=case.organization if written_from != case.organization else None,
    )


def attach_file(
    *, viewer: Viewer, case: Case, uploads: "list[UploadedFile[bytes]]", text: str, token: UUID
) -> list[Attachment]:
    """Store files and owe the vendor one step for each; the text goes with the first."""
    organization = _guard(viewer, case)
    vendor = gateway.open_vendor(case.connection)
    if not case.can_attach_file:
        raise Rejected("files", f"{vendor.name} does not allow files on this case.")
    if not uploads:
        raise Rejected("files", "Choose a file first.")
    made = _first(viewer, case, token)
    if made is not None:
        return list(made.files.all())
    _within_limit(vendor, Kind.FILE, text.strip(), "text")
    _room_for(case, vendor, len(uploads))
    with Stored(uploads, "files", vendor.capabilities.file_max_size) as stored:
        with transaction.atomic():
            _lock(case)
            made = _first(viewer, case, token)
            if made is not None:
                return list(made.files.all())
            entry = Entry.objects.create(
                pk=token,
                case=case,
                kind=EntryKind.FILE,
                audience=Audience.VENDOR,
                author=viewer.user,
                author_organization=organization,
                text=text.strip(),
            )
            new = {"case": case, "entry": entry, "uploaded_by": viewer.user}
            files = [Attachment.objects.create(**new, **columns) for columns in stored.columns]
            _owe_files(viewer, case, entry, files)
            _finish(viewer, case, organization, "files attached")
        stored.keep()
    return files


def _room_for(case: Case, vendor: Vendor, more: int) -> None:
    """Rejected when the vendor takes fewer files per case than there would be."""
    limit = vendor.capabilities.files_per_case
    taken = Attachment.objects.filter(case=case).count()
    if limit is not None and taken + more > limit:
        raise Rejected("files", f"{vendor.name} takes {limit} files per case; it has {taken}.")


def _owe_files(viewer: Viewer, case: Case, entry: Entry, files: list[Attachment]) -> None:
    for number, attachment in enumerate(files):
        pushes.enqueue(
            case=case,
            kind=Kind.FILE,
            marker=markers.mint(),
            marker_home=MarkerHome.TEXT,
            author=viewer.user,
            payload={"comment": entry.text if number == 0 else ""},
            entry=entry,
            attachment=attachment,
        )
    for lane in ("scan", "files"):
        transaction.on_commit(partial(ring, lane), robust=True)


def refresh(*, viewer: Viewer, case: Case) -> bool:
    """Ask the workers to read this case at the vendor now; False when the vendor has it not yet."""
    if not case.vendor_id:
        return False
    access.worker_cases().filter(pk=case.pk).update(refresh_wanted_at=timezone.now())
    transaction.on_commit(lambda: ring("sync"), robust=True)
    return True
