"""The letters there are, a function each; when they go, who reads them, and what became of them."""
