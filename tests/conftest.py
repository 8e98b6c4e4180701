"""Settings for the unit tests: the same examples in every run, and no limit on the time of one example."""

from hypothesis import settings

settings.register_profile("course", deadline=None, derandomize=True, max_examples=25)
settings.load_profile("course")
