"""The case page: one view for the whole page and for the part that changes by itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings
from django.db.models.functions import Coalesce
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HTMX_STOP_POLLING

from cases import access
from cases.access import Viewer
from cases.forms import AssignForm, CloseForm, FileForm, NoteForm, ShareForm, VisibilityForm
from cases.models import Case, CaseReference
from cases.views import in_step, watching
from cases.views.answers import answers_by_section
from cases.views.composer import compose
from cases.views.followers import people_of
from cases.views.next_action import answerer
from cases.views.rows import settled, worst
from cases.views.steps import Steps
from cases.views.timeline import timeline
from portal.accounts.models import Organization
from portal.accounts.roles import Ability
from portal.pages import asks_by_itself
from vendors.connections import gateway, health
from vendors.contract import Capabilities

# a file is told once in the timeline and once in a list: at one time, its entry's
FILE_TIME = Coalesce("entry__occurred_at", "created_at")

PARTS = {"note": "add_note", "file": "attach_file", "close": "request_close"}
HIDDEN_REFERENCES = (
    CaseReference.Kind.OURS,  # in the page's head, as is the vendor's
    CaseReference.Kind.VENDOR,
)


@require_GET
@vary_on_headers("HX-Request", "Caseport-Watch")
def case_page(request: HttpRequest, reference: str) -> HttpResponse:
    """A case as its viewer may see it. A page that watches it gets what changed, or nothing."""
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    if not asks_by_itself(request):
        return render(request, "cases/case.html", page_of(viewer, case))
    live = live_of(viewer, case)
    if live["watch"] and request.GET.get("seen") == live["seen"]:
        return HttpResponse(status=204)
    asked = request.GET.get("audience", "")
    vendor = gateway.vendor_of(case.connection)
    page = live | {"composer": compose(viewer, case, vendor, asked=asked)}
    page["behind"] = behind_of(page, request.GET.getlist("shown"))
    status = 200 if page["watch"] else HTMX_STOP_POLLING
    return render(request, "cases/case.html#watched", page, status=status)


def page_of(
    viewer: Viewer,
    case: Case,
    *,
    note: NoteForm | None = None,
    file: FileForm | None = None,
    close: CloseForm | None = None,
    asked: str = "",
    **forms: Any,
) -> dict[str, Any]:
    """Everything the page shows; a form given takes the place of its fresh one."""
    live = live_of(viewer, case, **forms)
    vendor = gateway.vendor_of(case.connection)
    composer = compose(viewer, case, vendor, note=note, file=file, close=close, asked=asked)
    return live | {"composer": composer}


def behind_of(page: Mapping[str, Any], told: Iterable[str], but: str = "") -> dict[str, str]:
    """The parts of the composer that the asking page shows otherwise, `but` the one answered."""
    composer = page["composer"]
    found = in_step.behind(told, composer.signs) if composer is not None else {}
    return {part: how for part, how in found.items() if PARTS[part] != but}


def live_of(
    viewer: Viewer,
    case: Case,
    step: Mapping[str, Form] | None = None,
    assign: AssignForm | None = None,
    share: ShareForm | None = None,
    visibility: VisibilityForm | None = None,
) -> dict[str, Any]:
    """The part of the page that changes without its reader: head, facts, timeline."""
    adapter = gateway.vendor_of(case.connection)
    vendor = adapter.name
    steps = Steps(viewer, case, adapter, step)
    owed = worst(steps.pushes, vendor)
    if owed is None and not case.vendor_id:
        case.refresh_from_db()  # read before its steps, it may have arrived in between
    files = list(access.files(viewer, case).annotate(told_at=FILE_TIME))
    rows = timeline(viewer, case, vendor, steps, files)
    people = people_of(viewer, case, share, visibility)
    is_staff = access.sees_attempts(viewer, case)
    return {
        "case": case,
        "vendor": vendor,
        "limits": adapter.capabilities,
        "max_size": _largest_file(adapter.capabilities),
        "max_files": settings.MAX_FILES,
        "whereabouts": steps.whereabouts,
        "may_settle": steps.may_settle,
        "may_answer": access.may(viewer, case, Ability.WRITE),
        "answerer": answerer(case),
        "delivery": owed or settled(case, vendor),
        "rows": rows,
        "stopped_at": next((row.entry.pk for row in rows if row.trouble), ""),
        "files": files,
        "filed": answers_by_section(case.answers),
        "facts": case.facts,
        "references": access.references()
        .filter(case=case)
        .exclude(kind__in=HIDDEN_REFERENCES)
        .order_by("kind"),
        "portal_link": adapter.portal_link(case.vendor_id) if case.vendor_id else "",
        "trouble": health.why_waiting(case.connection),
        "is_staff": is_staff,
        "assign": assign or _assign_form(viewer, case),
        "people": people,
        "watch": watching.seconds_between(case, steps, files),
        "seen": watching.fingerprint(case, steps, files, people),
    }


def _largest_file(limits: Capabilities) -> int:
    """The largest file that can be sent, in bytes: the vendor's limit or our own."""
    own: int = settings.MAX_UPLOAD
    return min(own, limits.file_max_size or own)


def _assign_form(viewer: Viewer, case: Case) -> AssignForm | None:
    """For the reseller's staff, on a vendor's case that belongs to nobody yet."""
    membership = access.membership_for(viewer, case)
    if case.organization_id is not None or membership is None:
        return None
    if not membership.organization.is_reseller or not viewer.grants(membership, Ability.WRITE):
        return None
    named = _customer_named(viewer, case)
    return AssignForm(customers=access.customers(viewer), initial={"customer": named})


def _customer_named(viewer: Viewer, case: Case) -> Organization | None:
    """The one customer whose account the vendor names in the case; None if that is not one."""
    name = _fold(case.vendor_account)
    if not name:
        return None
    entitled = access.entitlements().filter(account__connection=case.connection_id)
    mine = entitled.filter(customer__in=access.customers(viewer))
    found = {
        row.customer
        for row in mine.select_related("account", "customer")
        if name in (_fold(row.account.account_id), _fold(row.account.name))
    }
    return found.pop() if len(found) == 1 else None


def _fold(name: str) -> str:
    return " ".join(name.split()).casefold()
