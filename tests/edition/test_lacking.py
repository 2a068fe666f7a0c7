"""What the platform names in an edition and is not there is said in a sentence, by one function for all editions."""

import copy

import pytest

from forms_tables.edition.catalog import DefinitionError, edition_from, load_edition, platform_said, shipped_content
from forms_tables.edition.lacking import lacking_in
from reporting import system_checks

FAMILY = "chongqing-2024"
SHIPPED = load_edition(FAMILY)


def named(**changed):
    """The shipped tables, read as another platform.toml says; None leaves a section out."""
    said = {**copy.deepcopy(platform_said(FAMILY)), **changed}
    return edition_from(
        FAMILY, shipped_content(FAMILY), {key: value for key, value in said.items() if value is not None}
    )


def test_all_that_the_shipped_edition_names_is_there():
    assert lacking_in(SHIPPED) == []


def test_it_is_no_part_of_the_digest():
    assert named(scan=None, reasons=None).digest == SHIPPED.digest
    assert SHIPPED.digest.startswith("164c7cc8")


def test_an_edition_may_name_nothing_but_its_city():
    said = {"city": platform_said(FAMILY)["city"]}
    bare = edition_from(FAMILY, shipped_content(FAMILY), said)
    workflow = [one for one in lacking_in(bare) if one.sort != "rule"]
    assert workflow == [] and all("流程规则" in one.reason for one in lacking_in(bare))


@pytest.mark.parametrize(
    ("section", "said", "where", "code"),
    [
        ("rows", {"scope": "Z99"}, "[rows] scope", "Z99"),
        ("rows", {"signer": "A22"}, "[rows] signer", "A22"),
        ("rows", {"scope": "A44"}, "[rows] scope", "A44"),
        ("figures", {"month": {"headline": "2020.z"}}, "[figures.month] headline", "2020"),
        ("figures", {"month": {"headline": "2020.c4"}}, "[figures.month] headline", "2020"),
        ("figures", {"annual": {"base": "2010.c1"}}, "[figures.annual] base", "2010"),
        ("figures", {"month": {"profit": "2090.c4"}}, "[figures.month] profit", "2090"),
        ("facts", {"A22": {"by": "city", "unnamed": "6513"}}, "[facts.A22]", "A22"),
        ("facts", {"A38": {"by": "city", "unnamed": "也许"}}, "[facts.A38]", "A38"),
        ("facts", {"A05": {"by": "firm"}}, "[facts.A05]", "A05"),
        ("facts", {"A34": {"by": "firm", "plain": {"9": "别的"}}}, "[facts.A34] plain", "C13"),
        ("register", {"columns": ["A44"]}, "[register] columns", "A44"),
        ("register", {"questions": ["A41"]}, "[register] questions", "A41"),
        ("reasons", {"list": "C99"}, "[reasons] list", "C99"),
        ("reasons", {"list": "C17", "other": "77"}, "[reasons] other", "C17"),
        ("rules", {"in_time": "P99"}, "[rules] in_time", "P99"),
        ("rules", {"required": "R601"}, "[rules] required", "R601"),
        ("findings", {"about_unit": ["X99"]}, "[findings] about_unit", "X99"),
        ("coefficient", {"parameter": "q", "official": "k_", "column": "v"}, "[coefficient] parameter", "q"),
        ("coefficient", {"parameter": "k", "official": "k_", "column": "p"}, "[coefficient] official", "E41"),
        ("scan", {"figure": "F301.z", "least": "UPLOAD_MIN"}, "[scan] figure", "F301"),
        ("scan", {"figure": "F301.y", "least": "LEAST"}, "[scan] least", "LEAST"),
        ("map", {"tiles": [{"code": "110101", "name": "别处", "row": 1, "column": 1}]}, "[map] tiles", "110101"),
        ("map", {"tiles": [], "outlines": "none.json"}, "[map] outlines", "none.json"),
        ("map", {"tiles": [], "outlines": "../secret.json"}, "[map] outlines", "../secret.json"),
    ],
)
def test_what_is_named_and_not_there_is_said_where_it_is_named(section, said, where, code):
    found = [(one.named_by, one.code) for one in lacking_in(named(**{section: said}))]
    assert (where, code) in found


def test_a_tolerance_without_its_parameter_is_said():
    content = shipped_content(FAMILY)
    del content["edition.toml"]["parameters"]["EPS"]
    assert "EPS" in {one.code for one in lacking_in(edition_from(FAMILY, content, platform_said(FAMILY)))}


def test_the_system_check_says_it_at_start(monkeypatch):
    broken = named(rows={"scope": "Z99"})
    monkeypatch.setattr(system_checks, "load_edition", lambda code: broken)
    errors = list(system_checks.check_editions_make_sense(None))
    assert any("[rows] scope" in error.msg and "Z99" in error.msg for error in errors)


def test_all_districts_that_the_map_has_too_many_are_one_message(monkeypatch):
    tiles = [{"code": code, "name": "别处", "row": 1, "column": 1} for code in ("110101", "110102")]
    broken = named(map={"tiles": tiles})
    monkeypatch.setattr(system_checks, "load_edition", lambda code: broken)
    [error] = system_checks.check_editions_make_sense(None)
    assert "[map] tiles：110101、110102 不在区县名单里" in error.msg
    assert "请从 platform.toml 的 [map] 里删去" in error.hint


@pytest.mark.parametrize(
    ("section", "said", "words"),
    [
        ("city", {"name": "重庆市"}, "missing office"),
        ("rows", {"scope": 34}, "scope: 34 is not text"),
        ("facts", {"A22": {"by": "somebody"}}, "by is firm or city"),
        ("facts", {"A22": {"by": "firm", "required": "yes"}}, "true or false"),
        ("register", {"columns": "A22"}, "a list of texts"),
        ("register", {"columns": ["A22", "A22"]}, "names one twice"),
        ("map", {"tiles": [{"code": "500101", "name": "万州", "row": 0, "column": 1}]}, "1 to 12"),
        ("figures", "2020.c1", "not a table of keys"),
        ("facts", ["A22"], "not a table of keys"),
        ("map", {"tiles": ["500101"]}, "not a list of tables of keys"),
    ],
)
def test_what_makes_no_sense_is_refused_with_file_and_key(section, said, words):
    with pytest.raises(DefinitionError, match=words) as refused:
        named(**{section: said})
    assert str(refused.value).startswith("platform.toml: ") and section in str(refused.value)
