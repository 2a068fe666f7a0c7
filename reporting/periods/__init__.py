"""报告期: which may be opened, and the city's pages of them."""
