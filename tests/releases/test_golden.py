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
    "layout_1_2024M05": "bc695dbbdaa3640c1f15f621d59af6a457a86fe64c5b316e0f7c1b62afa72363",
    "layout_1_2023A": "5620761c7172471a79eebf8c826048185d7bf3f1b59b1003414eab8f1980b0ca",
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
