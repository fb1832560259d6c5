"""The map of cases. `home` has no namespace: see portal.urls."""

from django.urls import path

from cases.views import (
    deliveries,
    detail,
    drafts,
    files,
    filing,
    listing,
    notices,
    replies,
    running,
    settling,
    sharing,
)

app_name = "cases"

STEP = "cases/<slug:reference>/steps/<uuid:push_id>"

urlpatterns = [
    path("cases/new/", filing.new_case, name="new"),  # before the cases: "new" is no reference
    path("cases/new/<uuid:draft_id>/", filing.draft, name="draft"),
    path("cases/new/<uuid:draft_id>/review/", filing.review, name="review"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/<uuid:draft_id>/discard/", drafts.discard, name="discard"),
    path("cases/", listing.case_list, name="list"),
    path("deliveries/", deliveries.deliveries, name="deliveries"),
    path("notices/", notices.notice_list, name="notices"),
    path("notices/read/", notices.read_all, name="read_all"),
    path("notices/<uuid:notice_id>/read/", notices.read_one, name="read_one"),
    path("deliveries/retry/", running.retry, name="retry"),
    path("deliveries/<uuid:connection_id>/pause/", running.pause, name="pause"),
    path("deliveries/<uuid:connection_id>/resume/", running.resume, name="resume"),
    path("cases/<slug:reference>/", detail.case_page, name="case"),
    path("cases/<slug:reference>/note/", replies.add_note, name="add_note"),
    path("cases/<slug:reference>/file/", replies.attach_file, name="attach_file"),
    path("cases/<slug:reference>/close/", replies.request_close, name="request_close"),
    path("cases/<slug:reference>/refresh/", replies.refresh, name="refresh"),
    path("cases/<slug:reference>/assign/", replies.assign, name="assign"),
    path("cases/<slug:reference>/watch/", sharing.watch, name="watch"),
    path("cases/<slug:reference>/unwatch/", sharing.unwatch, name="unwatch"),
    path("cases/<slug:reference>/share/", sharing.share, name="share"),
    path("cases/<slug:reference>/unshare/", sharing.unshare, name="unshare"),
    path("cases/<slug:reference>/visibility/", sharing.visibility, name="visibility"),
    path("cases/<slug:reference>/files/<uuid:file_id>/", files.case_file, name="file"),
    path(f"{STEP}/withdraw/", settling.withdraw, name="withdraw"),
    path(f"{STEP}/skip/", settling.skip, name="skip"),
    path(f"{STEP}/resend/", settling.resend, name="resend"),
    path(f"{STEP}/release/", settling.release, name="release"),
    path(f"{STEP}/settle/", settling.settle, name="settle"),
]
