"""Text as it comes from outside and as it is written into files: cleaned once at either end, for every layer."""
