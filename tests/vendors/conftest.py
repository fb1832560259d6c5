"""Settings of the property tests here."""

from hypothesis import settings

# a busy machine is no wrong answer
settings.register_profile("caseport", deadline=None)
settings.load_profile("caseport")
