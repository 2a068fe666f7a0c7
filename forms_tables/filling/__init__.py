"""What a person typed, read; and every cell the system fills in."""
