"""Property tests here have no time limit of their own: a busy machine is no failure."""

from hypothesis import settings

settings.register_profile("sync_protocol", deadline=None)
settings.load_profile("sync_protocol")
