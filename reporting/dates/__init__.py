"""Days off as the State Council published them, and when work is due."""
