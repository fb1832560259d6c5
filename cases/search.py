"""Finding cases by what people remember: words of the subject, or any of a case's numbers."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import access
from cases.models import Case
from cases.models.case import normalise

MOST_NAMESAKES = 100


def exact(cases: QuerySet[Case], text: str) -> Case | None:
    """The one case known by exactly this reference, anybody's; None when none or several."""
    number = normalise(text)
    if not number:
        return None
    # two steps, so that each is one look into an index however many cases there are
    named = access.references().filter(normalised=number)
    known = list(named.values_list("case_id", flat=True)[:MOST_NAMESAKES])
    found = cases.filter(Q(reference=number) | Q(pk__in=known))[:2]
    return found[0] if len(found) == 1 else None


def find(cases: QuerySet[Case], text: str) -> QuerySet[Case]:
    """The cases whose subject holds every word, or one of whose references starts with the text."""
    number = normalise(text)
    if not number:
        return cases
    words = Q()
    for word in text.split():
        words &= Q(subject__icontains=word)
    own = access.references().filter(case=OuterRef("pk"))
    numbered = Exists(own.filter(normalised__startswith=number))
    return cases.filter(words | Q(reference__startswith=number) | numbered)
