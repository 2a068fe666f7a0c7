"""A year's days off and deadlines: entered, as a file, told, shown."""
