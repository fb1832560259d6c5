"""A customer's scope as addresses have it, and the way out of it."""

import re

from django.http import HttpRequest

# a second slash would make the rest another site's address
SCOPED = re.compile(r"/for/(?P<slug>[-a-z0-9_]{1,60})(?P<rest>/(?!/).*)", re.DOTALL)


def outside(request: HttpRequest) -> str:
    """What every address begins with outside any scope."""
    slug = getattr(request, "scope_slug", "")
    return str(request.META.get("SCRIPT_NAME", "")).removesuffix(f"/for/{slug}")


def unscoped(request: HttpRequest) -> str:
    """The address of the request outside any scope, its query kept."""
    query = request.META.get("QUERY_STRING", "")
    return outside(request) + request.path_info + (f"?{query}" if query else "")
