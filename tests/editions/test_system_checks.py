"""At start every published edition is read: what makes no sense, and what was altered behind our back, is named."""

import json

import pytest
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import CommandError, SystemCheckError
from django.db import connection

from accounts.models import Installation
from forms_tables.edition import drafting
from forms_tables.edition.catalog import load_edition, shipped_content
from forms_tables.edition.digest import digest_of
from reporting import system_checks
from reporting.editions.obstacles import obstacles_to
from reporting.models import DraftEdition, PublishedEdition
from tests.cast import AT
from tests.edition.test_naming import added
from tests.editions.next_year import folders, forget

pytestmark = pytest.mark.django_db
CODE = "chongqing-2024"


def publish(change=lambda content: content, number: int = 2, code: str = "") -> PublishedEdition:
    """A revision as publishing leaves it, whatever its text says."""
    content = change(shipped_content(CODE))
    digest = digest_of(content)
    return PublishedEdition.objects.create(
        code=code or f"{CODE}@{digest[:8]}",
        family=CODE,
        number=number,
        title=load_edition(CODE).title,
        digest=digest,
        text=json.dumps(content, ensure_ascii=False),
        published_at=AT,
    )


def with_r604(**fields):
    return lambda content: drafting.with_rule(content, "R604", fields)


@pytest.fixture
def shipped(db):
    edition = load_edition(CODE)
    return PublishedEdition.objects.create(
        code=CODE, family=CODE, title=edition.title, digest=edition.digest, published_at=AT
    )


def found() -> list[tuple[str, str]]:
    return [(error.id, error.msg) for error in run_checks(tags=[Tags.database], databases=["default"])]


def alter(published: PublishedEdition, **columns) -> None:
    """By hand in the database, past everything that refuses it."""
    sets = ", ".join(f"{name} = %s" for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE reporting_publishededition SET {sets} WHERE code = %s", [*columns.values(), published.code]
        )


def test_it_finds_nothing_wrong_with_what_was_published(shipped):
    publish(with_r604(level="warning"))
    assert found() == []
    call_command("check", databases=["default"], verbosity=0)


def test_a_row_that_takes_over_anothers_name_is_named_at_start(shipped):
    publish(lambda content: added(content, "M2010"))
    sentences = [sentence for code, sentence in found() if code == "reporting.E002"]
    assert any("公式里的“M2010”已是软统企6表2010“主营业务收入”的名称" in sentence for sentence in sentences)
    with pytest.raises(SystemCheckError, match="M2010"):
        call_command("check", databases=["default"])


def test_a_text_altered_behind_our_back_is_named(shipped):
    revision = publish(with_r604(level="warning"))
    alter(revision, text=revision.text.replace("eps(2)", "eps(9)", 1))
    [(code, sentence)] = found()
    assert code == "reporting.E003" and revision.code in sentence and "第2版" in sentence
    with pytest.raises(SystemCheckError, match=revision.code):
        call_command("check", databases=["default"])


def test_a_text_and_its_digest_altered_together_are_named(shipped):
    """The code holds the beginning of the digest, and filings hold the code."""
    revision = publish(with_r604(level="warning"))
    content = drafting.with_rule(revision.content, "R604", {"level": "error"})
    alter(revision, text=json.dumps(content, ensure_ascii=False), digest=digest_of(content))
    assert [code for code, _ in found()] == ["reporting.E003"]


@pytest.mark.parametrize("text", ["{", "[]", '"x"', "{}", "null", "[" * 100_000])
def test_a_text_that_is_no_content_is_named_and_stops_nothing_else(shipped, text):
    revision = publish(with_r604(level="warning"))
    other = publish(with_r604(texts=["M9999.c1 > 1"]), number=3)
    alter(revision, text=text)
    assert [(code, revision.code in sentence, other.code in sentence) for code, sentence in found()] == [
        ("reporting.E003", True, False),
        ("reporting.E002", False, True),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"texts": ["M2010 >"]}, "不合语法"),
        ({"texts": ["M9999.c1 > 1"]}, "没有代码为“M9999”的指标"),
        ({"texts": ["A22 > 1"]}, "不能拿文字与数字相比"),
        ({"texts": ["M2010 > 1" + " or M2010 > 1" * 38]}, "最多500个"),
        ({"texts": ["(" * 41 + "M2010" + ")" * 41 + " > 1"]}, "嵌套超过40层"),
        ({"texts": ["M2010 * M2010 * M2010 > 1"]}, "超过38位"),
        ({"texts": ["__import__('os').system('id') == 0"]}, "只能直接写函数名"),
    ],
)
def test_a_published_rule_that_cannot_be_used_is_named_with_its_place(shipped, fields, reason):
    revision = publish(with_r604(**fields))
    [(code, sentence)] = found()
    assert code == "reporting.E002" and revision.code in sentence and "R604" in sentence and reason in sentence


def test_a_content_that_is_no_edition_is_named(shipped):
    def without_codes(content):
        return {name: file for name, file in content.items() if name != "codes.toml"}

    revision = publish(without_codes)
    [(code, sentence)] = found()
    assert code == "reporting.E001" and revision.code in sentence and "codes.toml" in sentence


def test_a_shipped_edition_whose_files_went_or_changed_is_named(shipped):
    alter(shipped, digest="0" * 64)
    [(code, sentence)] = found()
    assert code == "reporting.E003" and CODE in sentence
    alter(shipped, code="chongqing-1999")
    [(code, sentence)] = found()
    assert code == "reporting.E004" and "chongqing-1999" in sentence


def test_a_published_folder_that_cannot_be_read_is_named_and_stops_nothing_else(shipped, tmp_path, monkeypatch):
    with folders(tmp_path, monkeypatch) as place:
        (place / CODE / "edition.toml").write_text("", encoding="utf-8")
        forget()
        with pytest.raises(SystemCheckError, match=f"Edition {CODE}: edition.toml"):
            call_command("check", databases=["default"], verbosity=0)


def test_it_asks_no_database_unless_told(shipped, django_assert_num_queries):
    publish(with_r604(texts=["M2010 >"]))
    with django_assert_num_queries(0):
        assert run_checks() == []


def test_it_waits_for_the_table_and_its_columns(monkeypatch):
    monkeypatch.setattr(system_checks, "READ_FROM_THE_ROW", {"a_column_of_tomorrow"})
    publish(with_r604(texts=["M2010 >"]))
    assert found() == []


def test_the_start_of_run_reads_them_too(shipped, monkeypatch):
    Installation.objects.create(pk=1, is_demo=True)
    revision = publish(with_r604(level="warning"))
    alter(revision, text=revision.text.replace("eps(2)", "eps(9)", 1))
    with pytest.raises((SystemCheckError, CommandError), match=revision.code):
        call_command("prepare", verbosity=0)


def test_a_revision_published_before_the_platform_asked_starts_and_is_read_without(shipped):
    """At 698dbef the rule desk let all of these go."""

    def as_it_could_be_then(content):
        gone = {"X07", "X16", "K22", "K23"}
        rules = [rule for rule in content["rules.toml"]["rule"] if rule["id"] not in gone]
        rows = [row for row in content["t1.toml"]["indicator"] if row["code"] != "A09"]
        settings = {**content["edition.toml"]["parameters"]}
        del settings["UPLOAD_MIN"]
        return content | {
            "rules.toml": {"rule": rules},
            "t1.toml": content["t1.toml"] | {"indicator": rows},
            "edition.toml": content["edition.toml"] | {"parameters": settings},
        }

    revision = publish(as_it_could_be_then)
    assert {code for code, _ in found()} == {"reporting.W003"}
    assert "[rules] region：K23" in " ".join(sentence for _, sentence in found())
    call_command("check", databases=["default"], verbosity=0)
    platform = revision.edition.platform
    assert (platform.scan, platform.rows.signer, platform.rows.name) == (None, "", "A03")
    assert not {"region", "credit_code"} & set(platform.rules) and "required" in platform.rules
    assert revision.edition.indicator("A01").unreadable_rule == ""
    draft = DraftEdition(family=CODE, based_on=revision, text=revision.text)
    assert obstacles_to(draft) == []
