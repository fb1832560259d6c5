"""One line of somebody else's text: nothing unseen in it makes it read as another.

A right-to-left override shows `x<U+202E>txt.exe` as `xexe.txt`, and turns what stands behind it on
the page, too. Such a line is cleaned where it is stored, so that every page, mail and list is safe;
what a vendor said is kept as it came in the raw answer.
"""

import unicodedata
from typing import TYPE_CHECKING, Any

from django.db import models

if TYPE_CHECKING:
    Text = models.CharField[str, str]
else:  # Django's fields take no type arguments
    Text = models.CharField

# control, format and bidi, surrogate, breaks
UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
KEPT = frozenset("\t\n\r\u200c\u200d")  # spaces to a page; what Persian and emoji are joined by


def seen(text: str, kept: frozenset[str] = frozenset()) -> str:
    """`text` without the characters nobody sees, but for those in `kept`."""
    if text.isprintable():
        return text
    return "".join(c for c in text if c in kept or unicodedata.category(c) not in UNSEEN)


def one_line(text: str) -> str:
    """`text` as it may stand in a line among others."""
    return seen(text, KEPT)


class LineField(Text):
    """One line of a vendor's or a person's text, cleaned as it is stored.

    To migrations it is a CharField: only what is put into it differs.
    """

    def deconstruct(self) -> Any:
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.CharField", args, kwargs

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = super().pre_save(model_instance, add)
        if isinstance(value, str):
            value = one_line(value)
            setattr(model_instance, self.attname, value)
        return value

    def get_prep_value(self, value: Any) -> Any:
        ready = super().get_prep_value(value)
        return one_line(ready) if isinstance(ready, str) else ready
