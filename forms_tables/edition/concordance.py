"""What became of the rows of the edition before (concordance.toml)."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Concordance:
    """What became of the rows of the edition before this one: old code → new code, "" for a row that ended though its
    code may be used again. Codes it does not name are what they were."""

    follows: str = ""
    codes: Mapping[str, str] = field(default_factory=dict)

    def code_before(self, code: str) -> str:
        """The code a row had; "" when it continues none."""
        renamed = {new: old for old, new in self.codes.items()}
        return renamed.get(code, "" if code in self.codes else code)
