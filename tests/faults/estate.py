"""Cases with steps owed, many and cheap: rows as the actions make them, without the pages' part."""

from copy import deepcopy
from typing import Any
from uuid import UUID, uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from cases import access, actions
from cases.models import Attachment, Case, Entry, Push, PushEvent
from cases.models.push import State
from cases.models.timeline import Audience
from tests.world import World
from vendors import markers
from vendors.vocabulary import EntryKind, Kind, MarkerHome

ENTRY_KINDS = {Kind.NOTE: EntryKind.NOTE, Kind.FILE: EntryKind.FILE}


class Estate:
    """Copies of one case that was filed by the real action, each with a subject of its own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._case = world.file_case()
        self._create = world.push(self._case, Kind.CREATE)
        upload = SimpleUploadedFile("trace.txt", b"hop 1\nhop 2\n", "text/plain")
        world.work()
        self._case.refresh_from_db()
        viewer = world.viewer("casey")
        (self._file,) = actions.attach_file(
            viewer=viewer, case=self._case, uploads=[upload], text="", token=uuid4()
        )
        self._made = 0

    def clear(self) -> None:
        """Every case but the first one goes, here alone."""
        others = Case.everything.exclude(pk=self._case.pk)
        PushEvent.objects.filter(push__case__in=others).delete()
        Push.everything.filter(case__in=others).delete()
        others.delete()
        PushEvent.objects.filter(push__case=self._case).delete()
        Push.everything.filter(case=self._case).delete()
        self._made = 0

    def case(self, *kinds: Kind) -> Case:
        """A case that owes its creation and then these steps, all due now.

        The n-th has the same id and reference whenever it is made, so that what is sorted by them
        comes in the same order when a history is had again.
        """
        self._made += 1
        name = {"pk": UUID(int=self._made), "reference": f"CP-FA-{self._made:04}"}
        subject = f"Storm {self._made} {uuid4().hex[:6]}"
        case: Case = _copy(self._case, **name, subject=subject, vendor_id=None)
        case.mirrored_at = case.refresh_wanted_at = None
        access.worker_cases().bulk_create([case])
        self.owe(case, Kind.CREATE, *kinds)
        return case

    def owe(self, case: Case, *kinds: Kind) -> list[Push]:
        """These steps, behind all others of the case."""
        behind = access.worker_pushes().filter(case=case).count()
        entries, files, owed = [], [], []
        for number, kind in enumerate(kinds, behind + 1):
            entry = self._entry(case, kind, number)
            entries.append(entry)
            if kind is Kind.FILE:
                files.append(_copy(self._file, case=case, entry=entry))
            attachment = files[-1] if kind is Kind.FILE else None
            owed.append(self._push(case, kind, number, entry, attachment))
        Entry.objects.bulk_create(entries)
        Attachment.objects.bulk_create(files)
        access.worker_pushes().bulk_create(owed)
        PushEvent.objects.bulk_create(
            PushEvent(push=push, number=1, now=State.PENDING, why="submitted") for push in owed
        )
        return owed

    def _entry(self, case: Case, kind: Kind, number: int) -> Entry:
        return Entry(
            case=case,
            kind=ENTRY_KINDS.get(kind, EntryKind.SYSTEM),
            audience=Audience.VENDOR,
            author=case.filed_by,
            author_organization=case.filed_from,
            text="" if kind is Kind.FILE else f"{kind} {number} of {case.subject}",
        )

    def _push(
        self, case: Case, kind: Kind, number: int, entry: Entry, file: Attachment | None
    ) -> Push:
        return Push(
            case=case,
            connection_id=case.connection_id,
            kind=kind,
            position=number,
            author=case.filed_by,
            entry=entry,
            attachment=file,
            payload=self._payload(case, kind, entry),
            marker=markers.mint(),
            marker_home=self._create.marker_home if kind is Kind.CREATE else MarkerHome.TEXT,
            not_before=timezone.now(),
        )

    def _payload(self, case: Case, kind: Kind, entry: Entry) -> dict[str, Any]:
        if kind is Kind.FILE:
            return {"comment": ""}
        if kind is not Kind.CREATE:
            return {"text": entry.text}
        payload: dict[str, Any] = deepcopy(self._create.payload)
        for answer in payload["answers"]:
            if answer["key"] == "subject":
                answer["value"] = answer["display"] = case.subject
        return payload


def _copy(row: Any, **changes: Any) -> Any:
    """An unsaved row like this one."""
    made = type(row)(**{f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields})
    made.pk = uuid4()
    made.created_at = timezone.now()
    for name, value in changes.items():
        setattr(made, name, value)
    return made
