"""What people add to a case: notes, files, a close request, a look at the vendor, a customer."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from cases import access, actions, uploads
from cases.access import Viewer
from cases.actions import Rejected
from cases.forms import AssignForm, CloseForm, FileForm, NoteForm
from cases.models import Case
from cases.views.composer import audiences, instead
from cases.views.detail import behind_of, page_of
from portal.accounts.roles import Ability
from portal.pages import is_htmx
from vendors.connections import gateway


@require_POST
def add_note(request: HttpRequest, reference: str) -> HttpResponse:
    viewer, case = _writable(request, reference)
    vendor = gateway.vendor_of(case.connection)
    choices = audiences(viewer, case, vendor)
    gone = instead(case, vendor, request.POST.get("audience", ""), choices)
    form = NoteForm(request.POST, audiences=[choice.key for choice in choices], gone=gone)
    if carried_out(form, actions.add_note, viewer=viewer, case=case):
        told_at = form.cleaned_data["token"]
        return stored(request, viewer, case, "add_note", "Your note is stored.", told_at)
    return refused(request, viewer, case, "add_note", note=form)


@require_POST
def attach_file(request: HttpRequest, reference: str) -> HttpResponse:
    viewer, case = _writable(request, reference)
    form = FileForm(request.POST, request.FILES, refused=uploads.refused_in(request))
    if carried_out(form, _attach, viewer=viewer, case=case):
        told_at = form.cleaned_data["token"]
        return stored(request, viewer, case, "attach_file", "Your files are stored.", told_at)
    return refused(request, viewer, case, "attach_file", file=form)


def _attach(*, files: list[Any], **given: Any) -> None:
    actions.attach_file(uploads=files, **given)


@require_POST
def request_close(request: HttpRequest, reference: str) -> HttpResponse:
    viewer, case = _writable(request, reference)
    form = CloseForm(request.POST)
    if carried_out(form, actions.request_close, viewer=viewer, case=case):
        told_at = form.cleaned_data["token"]
        return stored(request, viewer, case, "request_close", "Your request is stored.", told_at)
    return refused(request, viewer, case, "request_close", close=form)


@require_POST
def refresh(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask the workers to read the case at its vendor now; the page shows it when they have."""
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    vendor = gateway.vendor_of(case.connection).name
    asked = actions.refresh(viewer=viewer, case=case)
    words = f"Asking {vendor} now." if asked else f"{vendor} does not have this case yet."
    return stored(request, viewer, case, "live", words, is_trouble=not asked)


@require_POST
def assign(request: HttpRequest, reference: str) -> HttpResponse:
    """Give a vendor's case that belongs to nobody to one of the reseller's customers."""
    viewer, case = _writable(request, reference)
    form = AssignForm(request.POST, customers=access.customers(viewer))
    if carried_out(form, actions.assign_case, viewer=viewer, case=case):
        words = f"The case now belongs to {form.cleaned_data['customer']}."
        return stored(request, viewer, case, "live", words)
    return refused(request, viewer, case, "live", assign=form)


def _writable(request: HttpRequest, reference: str) -> tuple[Viewer, Case]:
    viewer = access.viewer_of(request)
    return viewer, access.case_or_404(viewer, reference, Ability.WRITE)


def carried_out(form: BaseForm, action: Callable[..., Any], **given: Any) -> bool:
    """Do the form's deed; False when the person must mend something: the form then says what."""
    if not form.is_valid():
        return False
    try:
        action(**given, **form.cleaned_data)
    except Rejected as rejected:
        form.reject(rejected.field, rejected.words)  # type: ignore[attr-defined]  # every form of cases.forms has it
        return False
    return True


def stored(
    request: HttpRequest,
    viewer: Viewer,
    case: Case,
    part: str,
    words: str,
    told_at: UUID | None = None,
    *,
    is_trouble: bool = False,
) -> HttpResponse:
    """The answer to a deed: back to the case, or for htmx what changed in it.

    `told_at` is the entry that tells of it: focus goes there. `words` about trouble are shown where
    nobody overlooks them.
    """
    if not is_htmx(request):
        messages.add_message(request, messages.ERROR if is_trouble else messages.SUCCESS, words)
        address = reverse("cases:case", args=[case.reference])
        return redirect(f"{address}#entry-{told_at}" if told_at else address)
    now = access.case_or_404(viewer, case.reference)
    answer = {"part": part, "words": words, "told_at": told_at, "is_trouble": is_trouble}
    page = page_of(viewer, now, asked=request.POST.get("audience", ""))
    page |= {"behind": behind_of(page, request.POST.getlist("shown"), but=part)} | answer
    return render(request, "cases/case.html#answer", page)


def refused(
    request: HttpRequest, viewer: Viewer, case: Case, part: str, **forms: Any
) -> HttpResponse:
    """The answer to a form that must be mended: what was typed, and what is wrong where."""
    context = page_of(viewer, case, **forms) | {"is_refused": True}
    fragment = f"#{part}" if is_htmx(request) else ""
    return render(request, f"cases/case.html{fragment}", context, status=422)
