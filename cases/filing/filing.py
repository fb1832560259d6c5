"""A draft with its form: posted answers laid over kept ones until the form stands still."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.http import QueryDict

from cases import access
from cases.access import Viewer
from cases.filing.parking import NOTHING, Parked, Parking
from cases.models import Attachment, Draft
from vendors.connections import gateway, schema_form
from vendors.connections.offered import vendors
from vendors.connections.schema_form import SchemaForm
from vendors.contract import Vendor
from vendors.schema import Answer, Answers, Control, Field, FileRef, FormSchema, from_json, to_json
from vendors.vocabulary import Account, FilingContext

BUDGET = 2.0  # seconds one page may spend on all questions to the vendor about its form
ROUNDS = 8  # times an answer put back or prefilled may bring further questions

Ask = Callable[[Answers], FormSchema]


@dataclass(frozen=True, slots=True)
class Filing:
    """Where one draft stands. `news` is how many questions this post brought or took away."""

    draft: Draft
    vendor: Vendor
    schema: FormSchema
    answers: dict[str, Answer]
    parked: list[Parked]
    zone: str
    looking: Mapping[str, str] = field(default_factory=dict)
    cleared: frozenset[str] = frozenset()
    news: int = 0

    def form(self, *, check: bool) -> SchemaForm:
        """The form over the answers; a checked one also refuses files the scan found unclean."""
        form = schema_form.build(
            self.schema, self.answers, zone=self.zone, check=check, looking=self.looking
        )
        if check:
            for attachment in self._infected():
                form.add_error(attachment.question, f"{attachment.name}: {attachment.scan_result}")
        return form

    @property
    def file_keys(self) -> list[str]:
        """The questions answered by files."""
        return [f.key for f in self.schema.fields if f.control == Control.FILE]

    def kept_answers(self) -> dict[str, Answer]:
        """What the draft stores; its files are rows of their own."""
        return {key: answer for key, answer in self.answers.items() if not _is_files(answer)}

    @property
    def draft_answers(self) -> dict[str, Any]:
        """The same as the draft's row holds it."""
        return {key: to_json(answer) for key, answer in self.kept_answers().items()}

    @property
    def is_kept_already(self) -> bool:
        """Nothing here differs from what the draft stores."""
        return bool(self.draft_answers == self.draft.answers and self.parked == self.draft.parked)

    @property
    def refusals(self) -> dict[str, str]:
        """The vendor's words to answers it refused, by question, while these stand as they were."""
        refusal = self.draft.refusal
        told = [(self.schema.named(n), words) for n, words in refusal.get("fields", {}).items()]
        now, then = self.draft_answers, refusal.get("answers", {})
        return {
            q.key: words for q, words in told if q is not None and now.get(q.key) == then.get(q.key)
        }

    @property
    def refusal(self) -> str:
        """The vendor's words to the whole, where they name no question; gone with any change."""
        refusal = self.draft.refusal
        names_one = any(self.schema.named(name) for name in refusal.get("fields", {}))
        is_same = self.draft_answers == refusal.get("answers")
        return str(refusal["words"]) if is_same and not names_one else ""

    def with_files(self) -> "Filing":
        """The same with the files as they are kept now."""
        files = _kept_files(self.draft)
        now = {key: files.get(key, ()) for key in self.file_keys}
        return replace(self, answers=self.answers | now)

    def _infected(self) -> Iterable[Attachment]:
        found = access.draft_files(self.draft).filter(question__in=self.file_keys)
        return found.filter(scan=Attachment.Scan.INFECTED)


def open_filing(
    viewer: Viewer,
    draft: Draft,
    post: QueryDict | None = None,
    looking: QueryDict | None = None,
    without: Collection[UUID] = (),
) -> Filing:
    """The draft with its form, `post` (what a page of it sent) laid over what is kept.

    Search boxes hold what the post says, else what `looking` does. Files `without` are about to go.
    """
    vendor = gateway.open_vendor(draft.account.connection, budget=BUDGET)
    context = context_of(draft)
    zone = viewer.user.time_zone
    settled = settle(
        lambda answers: vendor.form_schema(answers, context),
        answers=_kept_answers(draft) | _kept_files(draft, without),
        parked=_kept_parked(draft, post),
        zone=zone,
        post=post,
    )
    posted = post if post is not None else looking if looking is not None else QueryDict()
    return Filing(
        draft=draft,
        vendor=vendor,
        schema=settled.schema,
        answers=settled.answers,
        parked=settled.parked,
        zone=zone,
        looking=schema_form.looking(settled.schema, posted),
        cleared=frozenset(f.key for f in settled.schema.fields if f"{f.key}.clear" in posted),
        news=settled.news,
    )


@dataclass(frozen=True, slots=True)
class Settled:
    """A form that stands still: asked again with these answers it is the same."""

    schema: FormSchema
    answers: dict[str, Answer]
    parked: list[Parked]
    news: int


def settle(
    ask: Ask,
    *,
    answers: dict[str, Answer],
    parked: dict[str, Parked],
    zone: str,
    post: QueryDict | None,
) -> Settled:
    """Ask until the form stands still.

    1. What the post answers to the questions shown is laid over what was kept.
    2. What a question offers no more is parked, and so is a path a choice above it cut short; a
       question without an answer gets back what was parked for it, else the vendor's default.
    3. Both may bring questions, which the post may answer too: ask again.
    4. What the form at last does not ask for is parked.
    """
    answers, heard = dict(answers), set[str]()
    parking = Parking(parked, zone)
    schema = first = ask(schema_form.told(answers))
    for _ in range(ROUNDS):
        before = dict(answers)
        parking.meet(schema)
        if post is not None:
            typed = schema_form.read(schema, post, zone=zone, aside=parking.aside)
            new = typed.keys() - heard
            answers |= {key: typed[key] for key in new}
            heard |= new
            for question in (q for q in schema.fields if q.key in new):
                parking.set_aside(question, schema_form.dropped(question, post))
        for question in schema.fields:
            _fill(question, answers, parking)
        if answers == before:
            break
        schema = ask(schema_form.told(answers))
    left = parking.leave(answers, schema)
    asked = {question.key for question in schema.fields}
    waiting = schema.loading or bool(schema.unavailable)
    stay = {k: a for k, a in answers.items() if k in asked or waiting or a in NOTHING}
    return Settled(
        schema=schema,
        answers=stay,
        parked=left,
        news=len(schema.fields) - len(first.fields),
    )


def _fill(question: Field, answers: dict[str, Answer], parking: Parking) -> None:
    if question.disabled:
        return
    parking.sort_out(question, answers)
    if question.key not in answers and question.default is not None:
        answers[question.key] = question.default


def context_of(draft: Draft) -> FilingContext:
    """Who files, for whom and under which account, as an adapter takes it."""
    same_connection = access.entitled_accounts(draft.customer).filter(
        connection=draft.account.connection_id
    )
    return FilingContext(
        account=_account(draft.account),
        entitled=tuple(_account(account) for account in same_connection),
        contact=draft.contact,
        is_staff=draft.acting_in.is_reseller,
    )


def may_send(viewer: Viewer, draft: Draft) -> bool:
    """Whether the viewer may (still) file for this customer under this account."""
    return draft.pk in sendable(viewer, [draft])


def sendable(viewer: Viewer, drafts: Iterable[Draft]) -> set[UUID]:
    """The ids of those drafts whose customer and account the viewer may file for now."""
    mine = access.entitlements().filter(customer__in=access.filing_customers(viewer))
    allowed = {(each.customer_id, each.account_id) for each in mine}
    return {
        d.pk
        for d in drafts
        if (d.customer_id, d.account_id) in allowed and d.account.connection.vendor in vendors()
    }


def _account(account: Any) -> Account:
    return Account(account.account_id, account.name, dict(account.options))


def _kept_answers(draft: Draft) -> dict[str, Answer]:
    return {key: from_json(value) for key, value in draft.answers.items()}


def _kept_parked(draft: Draft, post: QueryDict | None) -> dict[str, Parked]:
    forgotten = post.get("_forget") if post is not None else None
    return {item["key"]: item for item in draft.parked if item["key"] != forgotten}


def _kept_files(draft: Draft, without: Collection[UUID] = ()) -> dict[str, Answer]:
    found: dict[str, tuple[FileRef, ...]] = {}
    for a in access.draft_files(draft).filter(case=None).exclude(pk__in=without):
        found[a.question] = (*found.get(a.question, ()), FileRef(str(a.pk), a.name, a.size or 0))
    return dict(found)


def _is_files(answer: Answer) -> bool:
    return isinstance(answer, tuple) and any(isinstance(item, FileRef) for item in answer)
