"""Addresses of the rule desk, where the next revision of an edition is drafted, rehearsed and published."""

urlpatterns = []
