"""A person's notices, of what they may see now and nothing else."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases import access
from cases.access import Viewer
from portal.accounts.models import Notification
from vendors.connections.models import Connection


def notices(viewer: Viewer) -> QuerySet[Notification]:
    """The viewer's own, of cases they see and connections they keep; for nobody else's eyes."""
    if viewer.seen_by is not None:
        return Notification.objects.none()
    seen = access.cases(viewer).filter(reference=OuterRef("case_reference"))
    keepers = access.kept_by(viewer)
    kept = Connection.objects.filter(
        Q(owner__reseller__in=keepers) | Q(owner__reseller=None, owner__in=keepers),
        pk=OuterRef("connection_id"),
    )
    mine = Notification.objects.filter(user=viewer.user)
    return mine.filter(Exists(seen) | Exists(kept))


def unread(viewer: Viewer) -> QuerySet[Notification]:
    return notices(viewer).filter(read_at=None)
