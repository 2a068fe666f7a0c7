"""Every letter there is a template for is written by something, and reads well in both its parts."""

import re
from pathlib import Path

import pytest
from django.template import engines
from django.urls import reverse

from accounts.models import DistrictContact, Letter, User
from accounts.post import outbox
from tests.cast import assemble
from tests.letters.letter_story import CITY_PHONE, tell
from tests.reading import markup_of
from tests.staging import built_once

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "emails"
STEMS = sorted(
    str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.html") if not file.name.startswith("_")
)


def told():
    cast = assemble()
    tell(cast)
    return cast


story = built_once(told)


@pytest.fixture
def cast(story, db, settings, tmp_path):
    return story.set_up(settings, tmp_path)


@pytest.fixture
def letters(cast, monkeypatch):
    monkeypatch.setattr(engines["django"].engine, "string_if_invalid", "⟪%s⟫")
    return {letter.stem: letter for letter in Letter.objects.order_by("pk")}


def test_each_has_two_parts_and_somebody_who_writes_it(letters):
    texts = {str(file.relative_to(FOLDER).with_suffix("")) for file in FOLDER.rglob("*.txt")}
    assert {stem for stem in texts if "/_" not in stem and not stem.startswith("_")} == set(STEMS)
    assert set(letters) == set(STEMS)


def test_each_reads_well_in_both_parts(letters, settings):
    wrong = {}
    for stem, letter in letters.items():
        message = outbox.message_of(letter)
        [(html, _)] = [(part.content, part.mimetype) for part in message.alternatives]
        for part in (message.body, html):
            unknown = re.findall(r"⟪.*?⟫", part)
            machine = re.findall(r"None|True|False|\{\{|\{%|datetime\.|&lt;|<Q|\[\]", part)
            if unknown or machine or settings.SITE_URL not in part:
                wrong.setdefault(stem, []).append((unknown, machine, settings.SITE_URL in part))
        if "<" in message.body or "\n\n\n" in message.body or "&" in message.body:
            wrong.setdefault(stem, []).append(message.body)
        assert message.subject.startswith("〔软统直报〕") and "\n" not in message.subject
    assert wrong == {}


def parts_of(letter: Letter) -> list[str]:
    message = outbox.message_of(letter)
    return [message.subject, message.body, *(part.content for part in message.alternatives)]


BARE_DATE = r"(?<!年)(?<![0-9-])(?:[0-9]{1,2}月[0-9]{1,2}日|[0-9]{1,2}-[0-9]{1,2} [0-9]{2}:)"
# What people wrote themselves stands as they wrote it.
TYPED = ("6月起纳统。", "请于今天补报。", "误开，应从5月报起。", "新版自8月报起施行。")


def test_every_date_carries_its_year(letters):
    """Also in subjects: a letter is read months later, and by somebody who gets two years of them."""
    wrong = {}
    for letter in Letter.objects.order_by("pk"):
        for part in parts_of(letter):
            for words in TYPED:
                part = part.replace(words, "")
            if bare := re.findall(BARE_DATE, part):
                wrong.setdefault(letter.stem, set()).update(bare)
    assert wrong == {}
    assert sum("年" in part for letter in Letter.objects.all() for part in parts_of(letter)[:1]) > 5


def test_nothing_counts_how_long_ago_a_date_was(letters):
    for letter in Letter.objects.order_by("pk"):
        for part in parts_of(letter):
            assert not re.search(r"已过 ?[0-9]+ ?天|[0-9]+ ?天前|逾期 ?[0-9]+ ?天", part), letter.stem


def test_every_letter_names_a_telephone(letters):
    """The firm's district's, else the city's: before the districts have named theirs the city's stands in all."""
    for letter in Letter.objects.order_by("pk"):
        for part in parts_of(letter)[1:]:
            assert CITY_PHONE in part, letter.stem


def test_a_firm_is_told_its_districts_telephone_and_an_office_the_citys(letters, cast):
    for district, phone in ((cast.yuzhong, "023-63820001"), (cast.nanan, "023-62920001")):
        DistrictContact.objects.create(district=district, clerk="统计员", phone=phone)
    offices = set(User.objects.filter(enterprise=None).values_list("email", flat=True))
    seen = set()
    for letter in Letter.objects.select_related("district", "enterprise").order_by("pk"):
        foot = "".join(parts_of(letter)[1:])
        theirs = letter.district or (letter.enterprise and letter.enterprise.district)  # an invitation is the city's
        district = theirs if letter.to not in offices else None
        phone = district.contact.phone if district else CITY_PHONE
        assert foot.count(phone) >= 2 and (CITY_PHONE in foot) == (district is None), letter.stem
        seen.add(phone)
    assert len(seen) == 3


def test_both_parts_of_a_letter_about_a_filing_address_the_same_reader(letters):
    """A letter to an office opens with 关于 before the firm's name; without it, it would be written to the firm."""
    for stem, letter in letters.items():
        if stem.startswith("filing/"):
            message = outbox.message_of(letter)
            opening = re.search(r"<p>(.*?)</p>", message.alternatives[0].content)[1]
            assert message.body.strip().splitlines()[0] == opening, stem
            to_firm = User.objects.get(email=letter.to).role == User.Role.ENTERPRISE
            assert opening.startswith("关于 ") != to_firm, stem


def test_a_page_that_shows_a_letter_escapes_what_somebody_wrote_in_it(letters, client, cast):
    letter = letters["filing/late_asked"]
    letter.facts["reason"] = "<form action=https://elsewhere.example><b>急</b>"
    letter.save()
    assert "<form action=https://elsewhere.example>" in outbox.message_of(letter).body
    client.force_login(User.objects.filter(role=User.Role.CITY).first())
    shown = markup_of(client.get(reverse("sent_letter", args=[letter.pk])))
    assert "&lt;form action=https://elsewhere.example&gt;&lt;b&gt;急" in shown and "<b>急" not in shown


def test_no_two_letters_share_a_message_id(letters):
    ids = list(Letter.objects.values_list("message_id", flat=True))
    assert len(ids) == len(set(ids)) > len(STEMS)
