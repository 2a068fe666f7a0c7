"""Which cell may be wrong."""
