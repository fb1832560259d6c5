"""Filing a case: begin, answer, review, send. Every step works by plain forms; htmx swaps parts."""

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_http_methods
from django.views.decorators.vary import vary_on_headers
from django_htmx.http import HttpResponseLocation

from cases import access, actions
from cases.access import Viewer
from cases.filing import Filing, StartForm, for_whom, may_send, open_filing, parking, refilled
from cases.models import Draft
from cases.uploads import refused_in
from cases.views.draft_page import DraftPage, show
from cases.views.drafts import outlives_its_scope
from cases.views.review_page import Review, show_review
from portal.accounts.models import Organization
from portal.pages import is_htmx
from vendors.connections.offered import vendors

PAGE = require_http_methods(["GET", "HEAD", "POST"])


@PAGE
def new_case(request: HttpRequest) -> HttpResponse:
    """Whom the case is for and under which account; a post begins the draft."""
    viewer = access.viewer_of(request)
    customers = list(access.filing_customers(viewer))
    if not customers:
        raise PermissionDenied("Your role does not allow filing cases.")
    customer = _chosen_customer(request, customers)
    form = None
    if customer is not None:
        form = StartForm(viewer, customer, request.POST if request.method == "POST" else None)
    if form is not None and customer is not None and form.is_valid():
        draft = actions.start_draft(
            viewer=viewer,
            customer=customer,
            account=form.chosen_account,
            contact_user=form.contact_user,
            visible_to_customer=form.is_visible,
        )
        return redirect("cases:draft", draft.pk)
    status = 422 if request.method == "POST" else 200
    context = {"customers": customers, "customer": customer, "form": form}
    return render(request, "cases/new.html", context, status=status)


@PAGE
@vary_on_headers("HX-Request")
@outlives_its_scope
def draft(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """The form of a draft as it stands; a post keeps what it says first and answers then."""
    viewer = access.viewer_of(request)
    found = access.draft_or_404(viewer, draft_id)
    if found.case is not None:
        return _go(request, reverse("cases:case", args=[found.case.reference]))
    if not may_send(viewer, found):
        return _lost(request, viewer, found)
    if request.method == "POST":
        return _take(request, viewer, found)
    filing = open_filing(viewer, found, looking=request.GET)
    page = DraftPage(filing, check="check" in request.GET, for_whom=for_whom(viewer, found))
    return show(request, page)


@PAGE
@outlives_its_scope
def review(request: HttpRequest, draft_id: UUID) -> HttpResponse:
    """Everything the vendor will get; a post of what was reviewed files the case, once."""
    viewer = access.viewer_of(request)
    found = access.draft_or_404(viewer, draft_id)
    if found.case is not None:
        return redirect("cases:case", found.case.reference)
    if not may_send(viewer, found):
        return _lost(request, viewer, found)
    filing = open_filing(viewer, found)
    form = filing.form(check=True)
    if not form.is_valid():
        return _back_to_form(request, viewer, filing)
    reviewed = Review.of(filing, form.answered())
    if request.method != "POST":
        return show_review(request, reviewed)
    if request.POST.get("_reviewed") != reviewed.digest:
        return show_review(request, reviewed, problem="changed")
    try:
        case = actions.file_case(
            viewer=viewer, draft=found, answered=reviewed.to_keep, digest=filing.schema.digest
        )
    except actions.Rejected as rejected:
        return show_review(request, reviewed, problem=rejected.words)
    return redirect("cases:case", case.reference)


def _take(request: HttpRequest, viewer: Viewer, draft: Draft) -> HttpResponse:
    """Keep what a page of the draft sent, then do what its button says.

    1. Answers are kept first, also when they are wrong; then files removed go and chosen ones are
       stored, so that no trouble with a file costs what was typed.
    2. A page older than the draft is told so and keeps its text; nothing newer is overwritten.
    3. Only then the form is judged, if review was asked for or was before.
    """
    post = request.POST
    doomed = _files_to_remove(draft, post)
    filing = open_filing(viewer, draft, post, without=doomed)
    is_stale = not _save(viewer, filing, post)
    for file_id in doomed:
        actions.drop_file(viewer=viewer, draft=draft, file_id=file_id)
    refused = _store_files(request, viewer, filing)
    page = DraftPage(
        filing.with_files() if request.FILES else filing,
        post=post,
        refused=refused,
        check="_checked" in post,
        for_whom=for_whom(viewer, draft, post if post.get("_action") == "contact" else None),
        is_stale=is_stale,
    )
    if is_stale:
        return show(request, page, status=422)
    match post.get("_action"):
        case "review":
            return _to_review(request, page)
        case "save":
            return _go(request, reverse("cases:drafts"))
        case "contact":
            return _choose_contact(request, viewer, page)
    if is_htmx(request) or refused:
        return show(request, page, status=422 if refused else 200)
    return redirect(_here(page))


def _choose_contact(request: HttpRequest, viewer: Viewer, page: DraftPage) -> HttpResponse:
    """Change for whom at the customer it is; what stands in the form is kept already."""
    form = page.for_whom
    if form is None:
        raise PermissionDenied("Only who files for a customer chooses its contact.")
    if not form.is_valid():
        return show(request, page, status=422)
    actions.choose_contact(
        viewer=viewer,
        draft=page.draft,
        contact_user=form.contact_user,
        visible_to_customer=form.is_visible,
        answers=refilled(page.filing, form.contact_user),
    )
    return _go(request, _here(page))


def _to_review(request: HttpRequest, page: DraftPage) -> HttpResponse:
    page.check = True
    if not page.is_ready:
        page.leads_to_errors = True
        return show(request, page, status=422)
    return _go(request, reverse("cases:review", args=[page.draft.pk]))


def _back_to_form(request: HttpRequest, viewer: Viewer, filing: Filing) -> HttpResponse:
    """The form with what keeps it from being sent; nothing of it is lost."""
    if request.method != "POST":
        address = reverse("cases:draft", args=[filing.draft.pk])
        return redirect(f"{address}?{urlencode({'check': 1})}")
    whom = for_whom(viewer, filing.draft)
    page = DraftPage(filing, check=True, leads_to_errors=True, for_whom=whom)
    return show(request, page, status=422)


def _files_to_remove(draft: Draft, post: QueryDict) -> list[UUID]:
    named = [str(post[name]) for name in post if name.endswith(".drop")]
    named += parking.file_ids(draft.parked, str(post.get("_forget", "")))
    return [uuid for uuid in map(_uuid, named) if uuid is not None]


def _store_files(request: HttpRequest, viewer: Viewer, filing: Filing) -> dict[str, str]:
    """Keep every file chosen; why some were not, by question, also from the page before."""
    refused = {k: w for k, w in refused_in(request).items() if k in filing.file_keys}
    limits = {f.key: f.max_size for f in filing.schema.fields}
    for key in filing.file_keys:
        uploads = request.FILES.getlist(key)
        for upload in uploads:
            try:
                actions.keep_file(
                    viewer=viewer,
                    draft=filing.draft,
                    question=key,
                    upload=upload,
                    max_size=limits[key],
                )
            except actions.Rejected as rejected:
                refused[key] = f"{refused.get(key, '')} {rejected.words}".strip()
        told_before = request.POST.get(f"{key}.refused")
        if told_before and not uploads and f"{key}.drop" not in request.POST:
            refused.setdefault(key, told_before)
    return refused


def _save(viewer: Viewer, filing: Filing, post: QueryDict) -> bool:
    """Keep the answers, unless the post carried files alone and so says nothing about them.

    False when another window saved since: nothing was kept then.
    """
    if not ({f.key for f in filing.schema.fields} | {"_forget", "_revision"}) & post.keys():
        return True
    if filing.is_kept_already:
        return True
    try:
        actions.save_answers(
            viewer=viewer,
            draft=filing.draft,
            answers=filing.kept_answers(),
            parked=filing.parked,
            revision=_number(post.get("_overwrite", post.get("_revision", ""))),
        )
    except actions.Stale:
        return False
    return True


def _lost(request: HttpRequest, viewer: Viewer, draft: Draft) -> HttpResponse:
    """A draft whose customer or account the person may file for no more: shown, kept, not sent.

    A page of it that was open still keeps what was typed; 403 says that nothing else was done.
    """
    post = request.POST if request.method == "POST" else None
    rows, is_kept = [], True
    if draft.account.connection.vendor in vendors():
        filing = open_filing(viewer, draft, post)
        is_kept = post is None or _save(viewer, filing, post)
        form = filing.form(check=False)
        rows = [(s.question.label, s.answering.display(s.value())) for s in form.spots()]
    shown = [(label, words) for label, words in rows if words]
    context = {"draft": draft, "rows": shown, "is_kept": is_kept}
    response = render(
        request, "cases/draft_lost.html", context, status=200 if post is None else 403
    )
    if is_htmx(request):
        response.headers["HX-Retarget"] = response.headers["HX-Reselect"] = "#main"
        response.headers["HX-Reswap"] = "outerHTML"
    return response


def _chosen_customer(request: HttpRequest, customers: list[Organization]) -> Organization | None:
    asked = request.POST.get("customer") or request.GET.get("customer")
    if asked is None and len(customers) == 1:
        return customers[0]
    return next((c for c in customers if c.slug == asked), None)


def _here(page: DraftPage) -> str:
    """The draft's page again, searches kept, at the field whose button was pressed."""
    query = {f"{key}.find": text for key, text in page.filing.looking.items() if text}
    if page.check:
        query["check"] = "1"
    address = reverse("cases:draft", args=[page.draft.pk])
    return address + (f"?{urlencode(query)}" if query else "") + page.anchor


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """On to another page; within a page, its main part is swapped and the address follows."""
    if not is_htmx(request):
        return redirect(address)
    return HttpResponseLocation(address, target="#main", select="#main", swap="outerHTML")


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
