"""A file of a case, streamed to the browser so that nothing in it can act in our name."""

from collections.abc import Iterator
from contextlib import ExitStack
from uuid import UUID

from django.http import FileResponse, Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET

from cases import access, uploads
from cases.models import Attachment, Case
from vendors.connections import gateway
from vendors.http.errors import Busy, Unauthorised, Unreachable, VendorError

ANY_BYTES = "application/octet-stream"
SAFE = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@require_GET
def case_file(request: HttpRequest, reference: str, file_id: UUID) -> HttpResponseBase:
    """A file the viewer may read, always as a download; held back until its scan says clean."""
    viewer = access.viewer_of(request)
    case = access.case_or_404(viewer, reference)
    attachment = access.file_or_404(viewer, case, file_id)
    if not attachment.may_leave:
        return _sorry(request, case, attachment, attachment.get_scan_display(), 403)
    try:
        response = _stored(attachment) if attachment.storage_key else _at_vendor(case, attachment)
    except VendorError as error:
        return _sorry(request, case, attachment, _why(case, error), _status(error))
    for name, value in SAFE.items():
        response.headers[name] = value
    return response


def _stored(attachment: Attachment) -> HttpResponseBase:
    try:
        opened = uploads.open_stored(attachment)
    except FileNotFoundError as error:
        raise Http404("The file is not kept any more.") from error
    return FileResponse(
        opened, as_attachment=True, filename=attachment.name, content_type=ANY_BYTES
    )


def _at_vendor(case: Case, attachment: Attachment) -> HttpResponseBase:
    """A file only the vendor has, passed on piece by piece."""
    if not (case.vendor_id and attachment.vendor_file_id):
        raise Http404("Nobody has the file.")
    with ExitStack() as stack:
        vendor = gateway.open_vendor(case.connection)
        fetched = vendor.fetch_file(case.vendor_id, attachment.vendor_file_id)
        pieces = stack.enter_context(fetched)
        opened = stack.pop_all()
    response = StreamingHttpResponse(_until_closed(pieces, opened), content_type=ANY_BYTES)
    name = uploads.clean_name(attachment.name)  # the vendor's, with whatever folders it gave
    response.headers["Content-Disposition"] = content_disposition_header(True, name)
    return response


def _until_closed(pieces: Iterator[bytes], opened: ExitStack) -> Iterator[bytes]:
    with opened:
        yield from pieces


def _status(error: VendorError) -> int:
    return 503 if isinstance(error, Busy | Unreachable | Unauthorised) else 502


def _why(case: Case, error: VendorError) -> str:
    """What a person is told; the vendor's own words may name what is none of theirs."""
    vendor = gateway.vendor_of(case.connection).name
    if isinstance(error, Busy):
        return f"{vendor} asked us to come back later."
    if isinstance(error, Unauthorised):
        return f"{vendor} refused our credential. An administrator has to put it right."
    if isinstance(error, Unreachable):
        return f"{vendor} cannot be reached at the moment."
    return f"{vendor} did not hand the file out."


def _sorry(
    request: HttpRequest, case: Case, attachment: Attachment, why: str, status: int
) -> HttpResponse:
    context = {"case": case, "file": attachment, "why": why}
    return render(request, "cases/file_held.html", context, status=status)
