"""归档: everything of a period in one package for the office's own archive, checkable without the platform."""
