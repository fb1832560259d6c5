"""The page of a draft's form, whole or only the parts a change touched."""

from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone

from cases.filing import Filing, ForWhomForm
from cases.models import Draft
from portal.pages import is_htmx
from vendors.connections.metadata import FRESH, is_behind
from vendors.connections.schema_form import Group, SchemaForm, Spot

BUTTONS = ("add", "pick", "remove", "up", "clear", "drop", "find")


@dataclass
class DraftPage:
    """What the page shows of a filing, and what the browser that posted shows already."""

    filing: Filing
    post: QueryDict = field(default_factory=QueryDict)
    refused: dict[str, str] = field(default_factory=dict)  # why files were not taken, by question
    check: bool = False
    for_whom: ForWhomForm | None = None  # asked of those who file for a customer
    is_stale: bool = False
    leads_to_errors: bool = False  # the person asked for the review: take them to what is wrong
    uploaded: frozenset[str] = frozenset()  # the questions files were just sent for

    @property
    def draft(self) -> Draft:
        return self.filing.draft

    @cached_property
    def form(self) -> SchemaForm:
        form = self.filing.form(check=self.check)
        told = [
            (key, f"{self.filing.vendor.name} says: {words}")
            for key, words in self.filing.refusals.items()
        ]
        for key, words in (*self.refused.items(), *told):
            if key in form.fields:
                form.add_error(key, words)
        return form

    @property
    def is_ready(self) -> bool:
        """It may be reviewed; what the vendor said to an earlier try holds nobody back."""
        return not self.refused and self.filing.form(check=True).is_valid()

    @cached_property
    def groups(self) -> list[Group]:
        return self.form.groups()

    @property
    def seen(self) -> dict[str, str]:
        """Section -> signature, as the posting page shows them."""
        pairs = (value.rpartition(":") for value in self.post.getlist("_seen"))
        return {section: signature for section, _, signature in pairs}

    @property
    def is_rearranged(self) -> bool:
        """Sections came or went, so that the form has to be drawn as a whole."""
        return bool(self.seen) and [*self.seen] != [g.section.key for g in self.groups]

    @property
    def changed_groups(self) -> list[Group]:
        """The sections that look different from what the browser shows."""
        touched = self.filing.cleared | {key for key in self.filing.file_keys if self._posted(key)}
        if self.uploaded and not self.seen:  # files alone: the rest is not their business
            return [g for g in self.groups if touched & {s.name for s in g.spots}]
        return [
            g
            for g in self.groups
            if self.seen.get(g.section.key) != g.signature or touched & {s.name for s in g.spots}
        ]

    @property
    def news(self) -> str:
        """What a person who cannot see the page must hear."""
        count = abs(self.filing.news)
        questions = "1 question" if count == 1 else f"{count} questions"
        if not count:
            return ""
        return f"{questions} more." if self.filing.news > 0 else f"{questions} fewer."

    @property
    def revision(self) -> str:
        """What the page may overwrite: a stale one stays stale until a person decides."""
        return self.post.get("_revision", "") if self.is_stale else str(self.draft.revision)

    @cached_property
    def is_behind(self) -> bool:
        """A newer form of the vendor's cannot be had at the moment."""
        return is_behind(self.draft.account.connection)

    @property
    def old_catalogue(self) -> datetime | None:
        """When the vendor's form was read, if that is long ago or all there is for now."""
        read = self.filing.schema.fetched_at
        is_old = read is not None and (timezone.now() - read > FRESH or self.is_behind)
        return read if is_old else None

    @property
    def anchor(self) -> str:
        """The field whose own button was pressed, as a fragment of the address."""
        pressed = {name.rpartition(".")[0] for name in self.post if name.endswith(_ENDINGS)}
        spot = next((s for s in self.form.spots() if s.name in pressed), None)
        return f"#{spot.auto_id}-field" if isinstance(spot, Spot) else ""

    def _posted(self, key: str) -> bool:
        return f"{key}.drop" in self.post or key in self.refused or key in self.uploaded


_ENDINGS = tuple(f".{button}" for button in BUTTONS if button != "find")


def show(request: HttpRequest, page: DraftPage, status: int = 200) -> HttpResponse:
    """The whole page, or to htmx the parts that changed, each put in its own place."""
    page.uploaded = frozenset(request.FILES)
    if request.method != "POST" or not is_htmx(request):
        return render(request, "cases/draft.html", {"page": page}, status=status)
    if page.for_whom is not None and page.for_whom.errors:
        response = render(request, "cases/draft.html", {"page": page}, status=status)
        for name, told in (("Retarget", "#main"), ("Reselect", "#main"), ("Reswap", "outerHTML")):
            response.headers[f"HX-{name}"] = told
        return response
    if page.is_rearranged:
        response = render(request, "cases/draft_form.html", {"page": page}, status=status)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#filing", "morph"
        return response
    return render(request, "cases/draft_changes.html", {"page": page}, status=status)
