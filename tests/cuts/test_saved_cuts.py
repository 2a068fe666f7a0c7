"""Views of the totals kept under a name: one's own, shared in the office, called otherwise, forgotten."""

import pytest

from accounts.access import DoneAlready, Refused
from accounts.models import JournalEntry
from reporting.cuts import saving
from reporting.models import SavedCut
from tests.cast import AT, make_user
from tests.cuts.cutting_city import cut_city
from tests.officials import sign_in
from tests.reading import markup_of, words_on

CHOICE = {"period": ["2024M05"], "by": ["district"], "show": ["2010.c1"]}
ADDRESS = "period=2024M05&by=district&show=2010.c1"


@pytest.fixture
def may(cast):
    return cut_city(cast)


def save(may, by, name="各区县收入", choice=CHOICE):
    return saving.save_cut(name, choice, by=by, at=AT)


def names_on(client) -> set[str]:
    return {name for name in ("各区县收入", "大类收入") if name in words_on(client.get("/cuts/"))}


def test_a_choice_is_kept_with_its_address_and_leads_back_to_it(may):
    city = sign_in(may.city)
    answer = city.post(
        "/cuts/views/save/", {"name": " 各区县  收入 ", "choice": f"{ADDRESS}&district=500103"}, follow=True
    )
    assert "视图“各区县 收入”已保存" in words_on(answer)
    saved = SavedCut.objects.get()
    assert saved.choice == CHOICE | {"district": ["500103"]} and saved.by == may.city
    assert f'href="/cuts/?{ADDRESS.replace("&", "&amp;")}&amp;district=500103"' in markup_of(answer)
    assert JournalEntry.objects.get(action="保存汇总视图").after["区县为"] == ["500103"]


def test_the_same_view_twice_is_one(may):
    city = sign_in(may.city)
    for _ in range(2):
        answer = city.post("/cuts/views/save/", {"name": "各区县收入", "choice": ADDRESS}, follow=True)
    assert "视图“各区县收入”已经保存过，没有再存一份。" in words_on(answer)
    assert SavedCut.objects.count() == 1


def test_another_choice_under_a_name_that_is_taken_is_refused(may):
    save(may, may.city)
    with pytest.raises(Refused, match="您已有名为“各区县收入”的视图，请换一个名称"):
        save(may, may.city, choice=CHOICE | {"by": ["size"]})
    save(may, may.analyst, choice=CHOICE | {"by": ["size"]})  # another person's names are their own


def test_it_is_ones_own_until_it_is_shared_in_the_office(may):
    colleague = sign_in(make_user("yuzhong2", "唐宁", "district", district=may.cast.yuzhong))
    mine = save(may, may.reviewer)
    assert (names_on(sign_in(may.reviewer)), names_on(colleague)) == ({"各区县收入"}, set())
    saving.change_cut(mine, mine.name, True, by=may.reviewer, at=AT)
    assert names_on(colleague) == {"各区县收入"}
    for other in (may.other_reviewer, may.city, may.analyst):
        assert names_on(sign_in(other)) == set()


def test_the_citys_office_shares_with_the_city_alone(may):
    saving.change_cut(save(may, may.city, "大类收入"), "大类收入", True, by=may.city, at=AT)
    assert names_on(sign_in(make_user("zhoutao2", "马骏", "city"))) == {"大类收入"}
    assert names_on(sign_in(may.reviewer)) == names_on(sign_in(may.analyst)) == set()


def test_it_is_called_otherwise_and_forgotten_by_its_owner(may):
    city, saved = sign_in(may.city), save(may, may.city)
    answer = city.post(f"/cuts/views/{saved.pk}/", {"name": "大类收入", "shared": "yes"}, follow=True)
    assert "视图“大类收入”已改好，本单位的人都能看到。" in words_on(answer)
    answer = city.post(f"/cuts/views/{saved.pk}/", {"name": "大类收入", "shared": "yes"}, follow=True)
    assert "没有改动。" in words_on(answer)
    answer = city.post(f"/cuts/views/{saved.pk}/forget/", follow=True)
    assert "视图“大类收入”已删除。" in words_on(answer) and not SavedCut.objects.exists()
    assert "这个视图已删除。" in words_on(city.post(f"/cuts/views/{saved.pk}/forget/", follow=True))
    actions = JournalEntry.objects.filter(action__endswith="汇总视图").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["保存汇总视图", "修改汇总视图", "删除汇总视图"]


def test_nobody_else_changes_or_forgets_it_even_where_it_is_shared(may):
    saved = save(may, may.city)
    saving.change_cut(saved, saved.name, True, by=may.city, at=AT)
    colleague = make_user("zhoutao2", "马骏", "city")
    assert sign_in(colleague).post(f"/cuts/views/{saved.pk}/", {"name": "改"}).status_code == 404
    assert sign_in(colleague).post(f"/cuts/views/{saved.pk}/forget/").status_code == 404
    for attempt in (
        lambda: saving.change_cut(saved, "改", False, by=colleague, at=AT),
        lambda: saving.forget_cut(saved, by=colleague, at=AT),
    ):
        with pytest.raises(Refused, match="这个视图不是您保存的"):
            attempt()
    saved.refresh_from_db()
    assert saved.name == "各区县收入" and saved.is_shared


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("  ", "请写视图的名称"), ("甲" * 61, "名称最多 60 字，现在有 61 字"), ("收\u200b入", "看不见的")],
)
def test_a_name_that_is_none_is_refused(may, name, sentence):
    answer = sign_in(may.city).post("/cuts/views/save/", {"name": name, "choice": ADDRESS}, follow=True)
    assert sentence in words_on(answer) and not SavedCut.objects.exists()


def test_a_name_of_another_view_of_ones_own_is_refused(may):
    save(may, may.city, "大类收入")
    with pytest.raises(Refused, match="您已有名为“大类收入”的视图"):
        saving.change_cut(save(may, may.city), "大类收入", False, by=may.city, at=AT)
    with pytest.raises(DoneAlready):
        save(may, may.city)


def test_a_view_whose_indicator_an_edition_dropped_says_so_and_can_be_mended(may):
    save(may, may.city, choice=CHOICE | {"show": ["9999.c1", "2010.c1"]})
    answer = sign_in(may.city).get("/cuts/?period=2024M05&by=district&show=9999.c1&show=2010.c1")
    text = words_on(answer)
    assert "没有“9999.c1”这一格：请改选其他指标。" in text
    assert "9999.c1 单元格 9999.c1（现行表式已无此项）" in text  # ticked, so that it can be unticked


def test_a_district_that_opens_a_shared_choice_sees_its_own_firms(may):
    """The address may come from anywhere; whose figures are shown is no part of it."""
    text = words_on(sign_in(may.other_reviewer).get(f"/cuts/?{ADDRESS}"))
    assert "南岸区 1 400.00 100.0" in text and "渝中区 2" not in text


def test_to_delete_what_is_deleted_is_said_and_leads_back(may):
    city, saved = sign_in(may.city), save(may, may.city)
    for _ in range(2):
        answer = city.post(f"/cuts/views/{saved.pk}/forget/", follow=True)
        assert answer.status_code == 200
    assert "这个视图已删除。" in words_on(answer)
    answer = city.post(f"/cuts/views/{saved.pk}/", {"name": "大类收入"}, follow=True)
    assert "这个视图已删除。" in words_on(answer)
