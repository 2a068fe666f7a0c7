"""What could stand in an empty cell though nobody typed it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Offer:
    text: str
    source: str  # from where, in words
