"""Rows whose every text is hostile: what any field can hold, whoever filled it in."""

from typing import Any

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import models
from django.utils import timezone
from factory.django import DjangoModelFactory

from cases.models import Case, CaseReference, Entry, Push
from cases.models.push import State
from portal.accounts.models import Organization, User
from portal.accounts.roles import Role
from tests import factories
from tests.isolation.estates import Estate
from tests.isolation.hostile import Supply
from tests.world import World
from vendors.connections.models import Connection, Credential, VendorAccount
from vendors.vocabulary import EntryKind, Kind

PAGE = 25
ENTRIES = 40
LONGEST = 400  # of what is put into a field without a limit
OURS = frozenset(  # words nobody types: names of ours, digests, addresses of machines
    [
        "id",
        "reference",
        "slug",
        "password",
        "marker",
        "vendor",
        "base_url",
        "time_zone",
        "theme",
        "token_digest",
        "storage_key",
        "sha256",
        "content_type",
        "digest",
        "listed_digest",
        "snapshot_digest",
        "form_digest",
        "fingerprint",
        "ciphertext",
        "normalised",
        "vendor_space",
        "vendor_key",
        "was",
        "now",
        "operation",
    ]
)
ALONE = frozenset(["email", "vendor_id", "parameters", "account_id"])  # no two rows share it
KINDS = (EntryKind.NOTE, EntryKind.EMAIL, EntryKind.FILE, EntryKind.STATUS, EntryKind.MILESTONE)
TROUBLES = (State.NEEDS_PERSON, State.REFUSED, State.PARKED, State.PENDING, State.UNCERTAIN)


def texts_of(model: type[models.Model], supply: Supply) -> dict[str, str]:
    """A hostile text for every field of the model that holds free text."""
    return {
        field.name: supply.fill(min(field.max_length or LONGEST, LONGEST), field.name in ALONE)
        for field in model._meta.fields
        if isinstance(field, models.CharField | models.TextField)
        and not field.choices
        and field.name not in OURS
    }


def make(factory: type[DjangoModelFactory[Any]], supply: Supply, **fixed: Any) -> Any:
    """A row with hostile texts; `fixed` is what it needs to be found."""
    model = factory._meta.get_model_class()
    assert model is not None
    return factory.create(**{**texts_of(model, supply), **fixed})


def rename(world: World, supply: Supply) -> None:
    """Hostile names for everybody and everything an administrator names."""
    for model in (Organization, Connection, VendorAccount, Credential):
        for row in model.objects.all():
            told = texts_of(model, supply)
            if isinstance(row, Organization):  # by whose name the first of several is found
                told["name"] = f"{row.slug} {supply.fill(90)}"
            model.objects.filter(pk=row.pk).update(**told)
    for person in User.objects.all():
        names = {"name": supply.fill(100), "phone": supply.fill(40)}
        User.objects.filter(pk=person.pk).update(**names)


def crowd(world: World, estate: Estate, supply: Supply) -> Case:
    """Fill Northwind's every list with a page of hostile rows; the fullest case."""
    case = Case.everything.get(pk=estate.ids["cases_case"])
    customer, owner = estate.customer, world.people["casey"]
    rename(world, supply)
    told = texts_of(Case, supply)
    del told["vendor_id"]
    Case.everything.filter(pk=case.pk).update(**told, **_json_of_case(supply))
    around = {"organization": customer, "connection": case.connection, "account": case.account}
    for number in range(PAGE):
        make(factories.CaseFactory, supply, **around, filed_by=owner, filed_from=customer)
        person = make(factories.UserFactory, supply)
        factories.MembershipFactory.create(user=person, organization=customer, role=Role.VIEWER)
        factories.WatchFactory.create(case=case, user=person)
        make(factories.InvitationFactory, supply, organization=customer, invited_by=person)
        make(factories.AuditEventFactory, supply, organization=customer, actor=person)
        draft = {"customer": customer, "account": case.account, "acting_in": customer}
        answers = {name: supply.fill(200) for name in ("subject", "description", "categoryType")}
        factories.DraftFactory.create(owner=owner, answers=answers, **draft)
        make(factories.CatalogueEntryFactory, supply, connection=case.connection)
        place = f"{number} {supply.fill(290)}"
        make(factories.DriftFactory, supply, connection=case.connection, place=place)
    User.objects.update(last_login=timezone.now())  # whoever of them a page has room for
    case.refresh_from_db()
    _tell(case, owner, supply)
    return case


def _json_of_case(supply: Supply) -> dict[str, Any]:
    return {
        "facts": [{"label": supply.fill(80), "value": supply.fill(200)} for _ in range(10)],
        "category_path": [supply.fill(60) for _ in range(4)],
        "answers": [
            {
                "key": f"k{number}",
                "label": supply.fill(100),
                "control": "text",
                "value": supply.fill(100),
                "display": supply.fill(200),
                "section": supply.fill(60),
            }
            for number in range(8)
        ],
    }


def _tell(case: Case, owner: User, supply: Supply) -> None:
    """A timeline of people, vendors, files and steps in every kind of trouble."""
    for number in range(6):
        value = f"{number}{supply.fill(150)}"
        kind = CaseReference.Kind.values[number % len(CaseReference.Kind.values)]
        factories.CaseReferenceFactory.create(case=case, kind=kind, value=value)
    for number in range(ENTRIES):
        ours = {"author": owner, "author_organization": case.organization, "vendor_author": ""}
        author = ours if number % 2 else {"author": None, "author_organization": None}
        texts = {"kind": KINDS[number % len(KINDS)], "text": supply.bundle(4)}
        entry = make(factories.EntryFactory, supply, case=case, **{**texts, **author})
        _add_file(case, entry, supply)
        if number % 2:
            _add_step(case, entry, TROUBLES[number // 2 % len(TROUBLES)], number, supply)


def _add_file(case: Case, entry: Entry, supply: Supply) -> None:
    key = default_storage.save("hostile.txt", ContentFile(b"x"))
    make(factories.AttachmentFactory, supply, case=case, entry=entry, storage_key=key)


def _add_step(case: Case, entry: Entry, state: State, number: int, supply: Supply) -> None:
    found = {"vendor_id": supply.fill(80), "title": supply.fill(200), "reason": supply.fill(200)}
    kept = {
        "payload": {"text": supply.bundle(3)},
        "candidates": [found, found],
        "outcome_fields": {supply.fill(60): supply.fill(200)},
    }
    place = {"case": case, "entry": entry, "author": case.filed_by, "position": number + 100_000}
    push: Push = make(
        factories.PushFactory, supply, **place, **kept, kind=Kind.NOTE, state=state, sent_as="x"
    )
    make(factories.PushEventFactory, supply, push=push, now=state.value)
