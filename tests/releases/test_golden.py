"""A small release of each layout, as it was frozen once: its workbook is these bytes for ever, whatever the software
writes by now. One that fails asks for a new layout (reporting/releases/layouts.py), never for another digest here.

How a new layout gets its own is in golden/README.md.
"""

import gzip
import json
from hashlib import sha256
from pathlib import Path

import pytest

from reporting.releases.layouts import LAYOUT, WRITERS, written
from reporting.totals.frozen import thawed_summary

FOLDER = Path(__file__).parent / "golden"
DIGESTS = {
    "layout_1_2024M05": "6a243f83386c0d141078dad5732ce6fe8aa84719dd87d8ce530f1eb4b167b594",
    "layout_1_2023A": "99e3f83496188df0c2038ec57dbd5bcf7bc4500a8909388573c4c06d789865f4",
}


def golden(name: str) -> bytes:
    document = json.loads(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))
    return written(thawed_summary(document), document["layout"])


@pytest.mark.parametrize("name", DIGESTS)
def test_a_frozen_release_is_written_as_it_was_when_its_layout_was_new(name):
    assert sha256(golden(name)).hexdigest() == DIGESTS[name]


def test_every_layout_has_a_golden_release():
    assert {name.split("_")[1] for name in DIGESTS} == {str(layout) for layout in WRITERS}
    assert max(WRITERS) == LAYOUT
