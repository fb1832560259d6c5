"""Filing: a checked draft becomes a case and the steps owed to its vendor, in one transaction."""

from django.db import transaction
from django.utils import timezone

from cases import access, identity, payloads, pushes
from cases.access import Viewer
from cases.actions.drafting import filing_organization
from cases.actions.problems import Rejected
from cases.models import Attachment, Case, CaseReference, Draft, Entry
from cases.models.timeline import Audience
from cases.tasks import ring
from portal.accounts import audit
from portal.accounts.models import Organization
from vendors.connections import gateway
from vendors.contract import Vendor
from vendors.vocabulary import (
    Account,
    Answered,
    CaseDraft,
    EntryKind,
    Kind,
    Step,
)


def case_draft(draft: Draft, answered: tuple[Answered, ...]) -> CaseDraft:
    """What an adapter takes of a draft with these checked answers."""
    account = draft.account
    return CaseDraft(
        marker=draft.marker,
        account=Account(account.account_id, account.name, dict(account.options)),
        contact=draft.contact,
        answers=answered,
    )


def file_case(
    *, viewer: Viewer, draft: Draft, answered: tuple[Answered, ...], digest: str = ""
) -> Case:
    """File the draft: the case, its timeline and its pushes. A second call gives the same case."""
    organization = filing_organization(viewer, draft.customer)
    if not access.filing_accounts(viewer, draft.customer).filter(pk=draft.account_id).exists():
        raise Rejected("", f"{draft.customer} may no longer file under {draft.account.name}.")
    vendor = gateway.open_vendor(draft.account.connection)
    filed = case_draft(draft, answered)
    with transaction.atomic():
        locked = Draft.objects.select_for_update().get(pk=draft.pk, owner=viewer.user)
        if locked.case is not None:
            return locked.case
        case = _create_case(locked, organization, filed, vendor)
        _enqueue_steps(viewer, locked, case, filed, vendor)
        Draft.objects.filter(pk=locked.pk).update(
            case=case, form_digest=digest, updated_at=timezone.now()
        )
        audit.record(
            actor=viewer.user,
            action="case filed",
            object=case,
            organization=draft.customer,
            acting_for=draft.customer if organization != draft.customer else None,
        )
        transaction.on_commit(lambda: ring("steps"), robust=True)
    return case


def _create_case(draft: Draft, filed_from: Organization, filed: CaseDraft, vendor: Vendor) -> Case:
    customer = draft.customer
    summary = vendor.summary(filed)
    connection = draft.account.connection
    case = access.worker_cases().create(
        filed_by=draft.owner,
        filed_from=filed_from,
        organization=customer,
        reseller=customer.reseller,
        visible_to_customer=draft.visible_to_customer,
        contact_user=draft.contact_user,
        contact_name=summary.contact.name[:200],
        contact_email=summary.contact.email[:255],
        contact_phone=summary.contact.phone[:60],
        contact_company=summary.contact.company[:255],
        connection=connection,
        owner=connection.owner,
        account=draft.account,
        vendor_space=vendor.vendor_space(connection.base_url),
        answers=[payloads.freeze_answer(answer) for answer in filed.answers],
        subject=summary.subject[:500],
        description=summary.description,
        category_path=list(summary.category_path),
        vendor_severity=summary.severity[:120],
        severity_rank=summary.severity_rank,
    )
    for kind, value in summary.references.items():
        identity.add_reference(case, CaseReference.Kind(kind), value)
    return case


def _enqueue_steps(
    viewer: Viewer, draft: Draft, case: Case, filed: CaseDraft, vendor: Vendor
) -> None:
    """One push per step the vendor's adapter names; the first is the case itself."""
    opening = _entry(viewer, case, EntryKind.SYSTEM, case.description)
    for step in vendor.steps(filed):
        if step.kind is Kind.CREATE:
            pushes.enqueue(
                case=case,
                kind=step.kind,
                marker=step.marker,
                marker_home=step.marker_home,
                author=viewer.user,
                payload=payloads.freeze(filed),
                entry=opening,
            )
        else:
            _enqueue_file(viewer, draft, case, step)


def _enqueue_file(viewer: Viewer, draft: Draft, case: Case, step: Step) -> None:
    attachment = Attachment.objects.get(draft=draft, pk=step.file_id)
    entry = _entry(viewer, case, EntryKind.FILE, "")
    Attachment.objects.filter(pk=attachment.pk).update(case=case, entry=entry)
    pushes.enqueue(
        case=case,
        kind=step.kind,
        marker=step.marker,
        marker_home=step.marker_home,
        author=viewer.user,
        payload={"comment": str(step.body.get("comment", ""))},
        entry=entry,
        attachment=attachment,
    )


def _entry(viewer: Viewer, case: Case, kind: EntryKind, text: str) -> Entry:
    return Entry.objects.create(
        case=case,
        kind=kind,
        audience=Audience.VENDOR,
        author=viewer.user,
        author_organization=case.filed_from,
        title="Case filed" if kind is EntryKind.SYSTEM else "",
        text=text,
    )
