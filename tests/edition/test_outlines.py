"""The districts' outlines: a drawing beside platform.toml, read strictly and no part of the edition."""

import json
from hashlib import sha256

import pytest

from forms_tables.edition import catalog, outlines
from forms_tables.edition.catalog import DefinitionError, load_edition
from forms_tables.edition.outlines import outlines_of

FAMILY = "chongqing-2024"
WITHOUT = {"CQ-LJ", "CQ-GX", "CQ-WS", "500157"}  # no administrative districts then


def test_every_district_of_the_edition_has_one_but_those_that_are_none():
    edition = load_edition(FAMILY)
    drawn = outlines_of(edition)
    assert drawn is not None
    assert {each.code for each in edition.districts} - {each.code for each in drawn.outlines} == WITHOUT
    assert {each.code for each in drawn.inset} <= {each.code for each in drawn.outlines}
    for each in (*drawn.outlines, *drawn.inset):
        assert 0 < each.x < drawn.width and 0 < each.y < drawn.height


def test_what_is_noted_beside_the_file_is_of_this_file():
    folder = catalog.DEFINITIONS / FAMILY
    noted = (folder / "outlines.md").read_text(encoding="utf-8")
    assert sha256((folder / "outlines.json").read_bytes()).hexdigest() in noted and "MIT License" in noted


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"path": 'M1 2L3 4Z" onload="x'}, "straight lines"),
        ({"x": -1}, "whole number"),
        ({"y": 1.5}, "whole number"),
        ({"code": None}, "KeyError"),
    ],
)
def test_what_is_no_drawing_is_refused(tmp_path, monkeypatch, said, words):
    one = {"code": "500101", "x": 1, "y": 1, "path": "M1 2L3 4L5 6Z"} | said
    if one["code"] is None:
        del one["code"]
    (tmp_path / FAMILY).mkdir()
    document = {"width": 10, "height": 10, "note": "", "outlines": [one]}
    (tmp_path / FAMILY / "outlines.json").write_text(json.dumps(document), encoding="utf-8")
    edition = load_edition(FAMILY)
    monkeypatch.setattr(catalog, "DEFINITIONS", tmp_path)
    outlines._read.cache_clear()
    try:
        with pytest.raises(DefinitionError, match=words):
            outlines_of(edition)
    finally:
        outlines._read.cache_clear()
