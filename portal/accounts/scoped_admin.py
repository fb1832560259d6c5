"""What every model in `/admin/` stands on: rows, choices, history and acts of one's own reach.

The operator sees everything. A reseller's admin sees their own reseller and its customers; which
models that opens, and whether for reading or writing, each admin says in `resellers`. What is out
of reach does not exist: 404, and in no list, choice, filter, search or history.
"""

from collections.abc import Iterable, Iterator
from enum import Enum
from functools import update_wrapper
from typing import Any, ClassVar, cast

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.contrib.admin.filters import RelatedOnlyFieldListFilter
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.admin.utils import unquote
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.db.models import Q, QuerySet
from django.forms import BaseInlineFormSet, ModelChoiceField, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.decorators import method_decorator

from portal.accounts import audit, sign_in_rules
from portal.accounts.models import Organization, User
from portal.accounts.roles import Role


class May(Enum):
    """What a reseller's admin may do with the rows in their reach."""

    NOTHING = 0
    READ = 1
    WRITE = 2


def administered(user: User) -> QuerySet[Organization]:
    """The resellers this person is admin of, and their customers."""
    own = Q(memberships__user=user, memberships__role=Role.ADMIN)
    served = Q(reseller__memberships__user=user, reseller__memberships__role=Role.ADMIN)
    return Organization.objects.filter(own | served).distinct()


def _user(request: HttpRequest) -> User:
    return cast(User, request.user)


OFFERED = ("", "exact", "id__exact", "isnull")  # by the filters of a list
DATE_PARTS = ("year", "month", "day")


class Scoped:
    """The rules shared by a model's own page and by its rows within another's."""

    resellers: ClassVar[May] = May.NOTHING
    read_only: ClassVar[bool] = False  # for the operator too
    admin_site: admin.AdminSite

    def _may(self, request: HttpRequest, needed: May) -> bool:
        if needed is May.WRITE and self.read_only:
            return False
        user = _user(request)
        return user.is_superuser or (user.is_staff and self.resellers.value >= needed.value)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self._may(request, May.READ)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, May.READ)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, May.WRITE)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, May.WRITE)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self._may(request, May.WRITE)

    def formfield_for_foreignkey(
        self, db_field: "models.ForeignKey[Any, Any]", request: HttpRequest, **kwargs: Any
    ) -> "ModelChoiceField[Any] | None":
        """Choices from the reach of whoever asks, so that another's id is no choice at all."""
        kwargs.setdefault("queryset", self._reachable(db_field.related_model, request))
        field = super().formfield_for_foreignkey(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin
        return cast("ModelChoiceField[Any] | None", field)

    def _reachable(self, model: Any, request: HttpRequest) -> QuerySet[Any]:
        if self.admin_site.is_registered(model):
            return self.admin_site.get_model_admin(model).get_queryset(request)
        everything = model._default_manager.all()
        return cast(QuerySet[Any], everything if _user(request).is_superuser else everything.none())


class ScopedInline(Scoped, admin.StackedInline):  # type: ignore[type-arg]  # takes none at run time
    """Rows edited on their parent's page; they are reached through the parent alone."""

    extra = 0
    show_change_link = True


class ScopedAdmin(Scoped, admin.ModelAdmin):  # type: ignore[type-arg]  # takes none at run time
    """A model's pages. `organization_paths` lead from a row to the organisations that must all be
    in reach for a reseller's admin to see it.
    """

    organization_paths: ClassVar[tuple[str, ...]] = ()
    proves_identity: ClassVar[bool] = False  # asked before its forms, which take secrets

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: Any = None,
    ) -> Any:
        answer = self._prove_identity(request, object_id)
        return answer or super().changeform_view(request, object_id, form_url, extra_context)

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        answer = self._prove_identity(request, object_id)
        return answer or super().delete_view(request, object_id, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        self._ticked_or_404(request)
        answer = self._prove_identity(request, None) if request.method == "POST" else None
        return answer or super().changelist_view(request, extra_context)

    def _ticked_or_404(self, request: HttpRequest) -> None:
        """What is ticked for an action may be out of reach, but an id that is none is no row."""
        try:
            for each in request.POST.getlist(ACTION_CHECKBOX_NAME):
                self.opts.pk.to_python(each)
        except ValidationError as error:
            raise Http404("No such row.") from error

    def _prove_identity(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        """The question who asks, where it is to be put; what is out of reach is a 404 before."""
        if not self.proves_identity:
            return None
        if object_id is not None:
            self.get_object(request, unquote(object_id))
        return sign_in_rules.prove_identity(request)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        found = super().get_queryset(request)
        user = _user(request)
        if user.is_superuser:
            return found
        if self.resellers is May.NOTHING or not self.organization_paths:
            return found.none()
        reach = administered(user)
        return found.filter(*(Q(**{f"{path}__in": reach}) for path in self.organization_paths))

    def get_object(
        self, request: HttpRequest, object_id: str, from_field: str | None = None
    ) -> Any:
        found = super().get_object(request, object_id, from_field)
        if found is None:
            raise Http404("No such row.")
        return found

    def get_list_filter(self, request: HttpRequest) -> Any:
        return [self._only_reachable(each) for each in super().get_list_filter(request)]

    def _only_reachable(self, each: Any) -> Any:
        """A filter by a relation offers what the rows in reach point to, and nothing else."""
        if isinstance(each, str) and self.model._meta.get_field(each).is_relation:
            return (each, RelatedOnlyFieldListFilter)
        return each

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest | None = None) -> bool:
        """Only what the list itself links to: anything else would ask about hidden columns, or in
        ways a person can get wrong.
        """
        shown = {each if isinstance(each, str) else each[0] for each in self._filters()}
        column, _, how = lookup.partition("__")
        is_date = column == self.date_hierarchy and how in DATE_PARTS and len(value) <= len("2026")
        return (is_date or (column in shown and how in OFFERED)) and "\0" not in value

    def _filters(self) -> Iterator[Any]:
        return (each for each in self.list_filter if isinstance(each, str | tuple))

    def organization_of(self, obj: Any) -> Organization | None:
        """The organisation an act on this row is recorded under."""
        found: Any = obj
        for step in self.organization_paths[0].split("__") if self.organization_paths else ():
            found = found if step == "pk" else getattr(found, step, None)
        return found if isinstance(found, Organization) else None

    # acts, each recorded in its own transaction

    def save_model(
        self, request: HttpRequest, obj: Any, form: "ModelForm[Any]", change: bool
    ) -> None:
        super().save_model(request, obj, form, change)
        if not self.get_queryset(request).filter(pk=obj.pk).exists():
            raise PermissionDenied("This row would be out of your reach.")
        if form.changed_data or not change:
            self._record(request, obj, "changed" if change else "added", form.changed_data)

    def save_formset(
        self,
        request: HttpRequest,
        form: "ModelForm[Any]",
        formset: "BaseInlineFormSet[Any, Any, Any]",
        change: bool,
    ) -> None:
        super().save_formset(request, form, formset, change)
        for obj in formset.new_objects:
            self._record(request, obj, "added", ())
        for obj, fields in formset.changed_objects:
            self._record(request, obj, "changed", fields)
        for obj in formset.deleted_objects:
            self._record(request, obj, "deleted", ())

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        self._record(request, obj, "deleted", ())
        super().delete_model(request, obj)

    @transaction.atomic
    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        for obj in queryset:
            self._record(request, obj, "deleted", ())
        super().delete_queryset(request, queryset)

    def _record(
        self, request: HttpRequest, obj: models.Model, deed: str, changed: Iterable[str]
    ) -> None:
        audit.record(
            actor=_user(request),
            action=f"{obj._meta.verbose_name} {deed}",
            object=obj,
            organization=self.organization_of(obj),
            changed=changed,
            request=request,
        )


class CaseportAdminSite(admin.AdminSite):
    """`/admin/` with one door, allauth's, and only models whose admin is scoped.

    Other apps register theirs too; those would show rows of every organisation, secrets of second
    factors among them, so they are left out.
    """

    site_title = "Caseport"
    site_header = "Caseport administration"
    index_title = "Administration"
    enable_nav_sidebar = False  # the lists need the width

    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        if admin_class is not None and issubclass(admin_class, ScopedAdmin):
            super().register(model_or_iterable, admin_class, **options)

    def get_urls(self) -> list[Any]:
        """Without the redirect to an object's own page, which asks for no permission."""
        return [each for each in super().get_urls() if getattr(each, "name", "") != "view_on_site"]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.user.is_authenticated and not self.has_permission(request):
                raise Http404("No such page.")
            return cast(HttpResponse, guarded(request, *args, **kwargs))

        return update_wrapper(inner, guarded)

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        return cast(HttpResponse, _signed_in_only(request))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")

    def password_change_done(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("admin:index")


@secure_admin_login  # type: ignore[untyped-decorator]  # allauth has no types
def _signed_in_only(request: HttpRequest) -> HttpResponse:
    return redirect("admin:index")
