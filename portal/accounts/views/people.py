"""Who belongs to an organisation: the list, a person's role, and removing them."""

from typing import cast
from uuid import UUID

from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Lower
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_http_methods

from portal.accounts import invitations
from portal.accounts import people as deeds
from portal.accounts.forms_people import RoleForm
from portal.accounts.models import Membership, Organization, User
from portal.accounts.people import Refused
from portal.accounts.roles import Ability, OrganizationKind

PAGE = 25
MOST_WAITING = 100
CODES = Authenticator.Type.RECOVERY_CODES  # come with a second factor and are none themselves


def organization_or_404(
    request: HttpRequest, slug: str = "", *, reading: bool = False
) -> Organization:
    """The organisation of the address, whose people the person manages, or only reads.

    404 for one they cannot know of, and for one beside the customer in whose scope the address is;
    403 for one whose people are not theirs to manage. Without a slug it is their own, or the first.
    """
    user = cast(User, request.user)
    scope = getattr(request, "scope_slug", "")
    if scope and not _in_scope(user, scope, slug or scope):
        raise Http404("No such organisation.")
    slug = slug or scope
    if slug and not deeds.known(user).filter(slug=slug).exists():
        raise Http404("No such organisation.")
    theirs = deeds.readable(user) if reading else deeds.managed(user)
    found = theirs.filter(slug=slug).first() if slug else _own(user, theirs)
    if found is None:
        raise PermissionDenied("Your role does not allow managing people.")
    return found


def _in_scope(user: User, scope: str, slug: str) -> bool:
    """Whether the scope is a customer the person belongs to or serves, and the slug is its."""
    reach = Q(memberships__user=user) | Q(reseller__memberships__user=user)
    customers = Organization.objects.filter(reach, kind=OrganizationKind.CUSTOMER, slug=scope)
    return slug == scope and customers.exists()


def _own(user: User, found: QuerySet[Organization]) -> Organization | None:
    """The person's own organisation before those they serve, a reseller before a customer."""
    own = found.filter(pk__in=user.memberships.values("organization"))
    return own.order_by("-kind", "name").first() or found.order_by("name").first()


@require_GET
def people(request: HttpRequest, slug: str = "") -> HttpResponse:
    """The people of one organisation and the invitations that wait, searched and in pages."""
    if not slug and (chosen := request.GET.get("organisation")):
        return redirect("people:list", organization_or_404(request, chosen, reading=True).slug)
    organization = organization_or_404(request, slug, reading=True)
    user = cast(User, request.user)
    manages = deeds.managed(user).filter(pk=organization.pk).exists()
    words = request.GET.get("q", "").replace("\0", "").strip()[:100]
    page = Paginator(_listed(organization, words), PAGE).get_page(request.GET.get("page"))
    asked = invitations.waiting(organization).filter(email__icontains=words)
    context = {
        "organization": organization,
        "others": _others(request, organization),
        "q": words,
        "page": page,
        "manages": manages,
        "views_as": _views_as(user) and (manages or not organization.is_reseller),
        "waiting": asked.order_by("email")[:MOST_WAITING] if manages else (),
    }
    return render(request, "people/list.html", context)


def _views_as(user: User) -> bool:
    """Whether the person may look as others, those of a lower rank."""
    return user.is_superuser or any(
        membership.may(Ability.VIEW_AS) for membership in user.memberships.all()
    )


def _listed(organization: Organization, words: str) -> QuerySet[Membership]:
    factors = Authenticator.objects.filter(user=OuterRef("user")).exclude(type=CODES)
    found = deeds.memberships(organization).annotate(has_second_factor=Exists(factors))
    if words:
        found = found.filter(Q(user__name__icontains=words) | Q(user__email__icontains=words))
    return found.order_by(Lower("user__name"), "user__email", "pk")


def _others(request: HttpRequest, organization: Organization) -> QuerySet[Organization]:
    """The organisations to choose from; none in a customer's scope."""
    if getattr(request, "scope_slug", ""):
        return Organization.objects.none()
    return deeds.readable(cast(User, request.user)).order_by("-kind", "name")


@require_http_methods(["GET", "POST"])
def change_role(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """What each role means; a post gives the person another one."""
    organization = organization_or_404(request, slug)
    membership = _member_or_404(organization, membership_id)
    actor = cast(User, request.user)
    form = RoleForm(organization, request.POST or None, initial={"role": membership.role})
    if request.method == "POST" and form.is_valid():
        role = form.cleaned_data["role"]
        try:
            changed = deeds.change_role(
                actor=actor, organization=organization, membership_id=membership.pk, role=role
            )
        except Refused as refused:
            form.refuse(refused)
        else:
            messages.success(request, f"{changed.user} is {_a(changed)} of {organization} now.")
            return redirect("people:list", organization.slug)
    context = {"organization": organization, "membership": membership, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "people/role.html", context, status=status)


@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, slug: str, membership_id: UUID) -> HttpResponse:
    """What removing the person does; a post does it."""
    organization = organization_or_404(request, slug)
    membership = _member_or_404(organization, membership_id)
    actor = cast(User, request.user)
    refusal = deeds.why_not(actor, membership)
    if request.method == "POST":
        try:
            deeds.remove(actor=actor, organization=organization, membership_id=membership.pk)
        except Refused as refused:
            refusal = refused.words
        else:
            messages.success(request, f"{membership.user} was removed from {organization}.")
            return redirect("people:list", organization.slug)
    theirs = invitations.waiting(organization).filter(invited_by=membership.user)
    context = {
        "organization": organization,
        "membership": membership,
        "refusal": refusal,
        "invited": theirs.filter(expires_at__gt=timezone.now()).count(),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "people/remove.html", context, status=status)


def _member_or_404(organization: Organization, membership_id: UUID) -> Membership:
    found = deeds.memberships(organization).filter(pk=membership_id).first()
    if found is None:
        raise Http404("Nobody of that kind here.")
    return found


def _a(membership: Membership) -> str:
    role = membership.get_role_display().lower()
    return f"an {role}" if role.startswith("a") else f"a {role}"
