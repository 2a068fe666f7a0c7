"""How a release's workbook is written. A release names its layout and is written by that for ever.

To change what `reporting.totals.tabulation` writes, once a layout has releases: copy the folder as it was to
`reporting/releases/layout_1/`, let its number here name the copy, and give what is written now the next number. A small
release of each layout lies under tests/releases/golden with the digest its workbook has had since.
"""

from collections.abc import Callable, Mapping
from io import BytesIO
from typing import BinaryIO

from reporting.totals.aggregation import Summary
from reporting.totals.tabulation import write_summary
from text.writing import uncompressed

LAYOUT = 1
WRITERS: Mapping[int, Callable[[Summary, BinaryIO], None]] = {1: write_summary}


def written(summary: Summary, layout: int) -> bytes:
    """The same summary is the same bytes on every machine: no times in the package, and nothing compressed, since
    compressors differ."""
    out = BytesIO()
    WRITERS[layout](summary, out)
    return uncompressed(out.getvalue())
