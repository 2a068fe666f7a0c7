"""A real city's first days: what has to be there before it can work (`steps`, a line and a query each), and that its
start page stands until all of it is (`standing`)."""
