"""The parts of bench/review.py: a district that waits, the clock of its reviewer, scores in plain numpy, errors that
were planted."""
