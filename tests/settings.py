"""Settings of the test runs: the demo profile over a folder of this run's own, and nothing slow.

Nothing of the shell's own configuration reaches a test, so none writes into a real store. Only
`CASEPORT_TEST_DATABASE_URL` is honoured, so that the same tests can run on PostgreSQL.
"""

import atexit
import os
import shutil
import tempfile

from portal.env import VARIABLES

FOLDER = tempfile.mkdtemp(prefix="caseport-test-")
for variable in VARIABLES:
    os.environ.pop(variable.name, None)
    os.environ.pop(f"{variable.name}_FILE", None)
os.environ |= {
    "CASEPORT_DEMO": "1",
    "CASEPORT_DATA": FOLDER,
    "DATABASE_URL": os.environ.get("CASEPORT_TEST_DATABASE_URL", ""),
}


def _clear_away(owner: int) -> None:
    if os.getpid() == owner:  # a forked child leaves it to its parent
        shutil.rmtree(FOLDER, ignore_errors=True)


atexit.register(_clear_away, os.getpid())

from portal.settings import *  # noqa: E402, F403  after the environment above is set
from portal.settings import STORAGES  # noqa: E402  likewise

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
STORAGES = {
    **STORAGES,
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
