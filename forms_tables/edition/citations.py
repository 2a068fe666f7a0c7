"""What the definitions cite by a mark (S3, S20), in words. The marks are of those who drew the edition up ([sources] in
platform.toml); a person who fills or reviews a form knows the document, not its number in a list."""

import re
from collections.abc import Mapping

MARK = re.compile(r"(?<![A-Za-z0-9])S[1-9][0-9]?(?![0-9])")  # not S01, which is a rule


def in_full(text: str, sources: Mapping[str, str]) -> str:
    return MARK.sub(lambda found: sources.get(found.group(), found.group()), text).replace("derived", "推定")
