"""The rule desk of the demonstration city, with a draft in which a rule was changed, one added and one dropped."""

from collections.abc import Iterator

from accounts import clock
from accounts.models import User
from forms_tables.edition.drafting import with_new_rule, with_rule, without_rule
from reporting.editions.drafts import begin_draft, change_draft
from reporting.editions.views.draft import family_here
from reporting.models import DraftEdition
from tests.browser.walk import Screen, official

CHANGED, ADDED, DROPPED = "R604", "R690", "R603"
NEW_TEXTS = ["M20211 + M20212 + 150 <= M2021"]


def of_the_rules() -> Iterator[Screen]:
    city, association = official(User.Role.CITY), official(User.Role.ASSOCIATION)
    drafted(city)
    for name, path in {
        "rules": "/city/desk/rules/",
        "rules-changed": "/city/desk/rules/?changed=1",
        "rule-changed": f"/city/desk/rules/{CHANGED}/?period=2024M05",
        "rule-annual": "/city/desk/rules/R301/",
        "rule-added": f"/city/desk/rules/{ADDED}/",
        "rule-dropped": f"/city/desk/rules/{DROPPED}/",
        "rule-of-the-program": "/city/desk/rules/P01/",
        "rule-new": "/city/desk/rules/new/",
        "workbook": "/city/desk/workbook/",
        "notation": "/city/notation/",
    }.items():
        yield Screen(f"city-desk-{name}", path, city)
    yield Screen("association-desk-rule", f"/city/desk/rules/{CHANGED}/", association)


def drafted(by: User) -> DraftEdition:
    """A draft that has something of everything; made once."""
    at = clock.now()
    draft = begin_draft(family_here(), by, at)
    if draft.version:
        return draft
    added = {"id": ADDED, "level": "warning", "kind": "rule", "where": "软统企6", "texts": ["M2080.c1 <= 2 * M2010.c1"]}
    content = with_rule(draft.content, CHANGED, {"texts": NEW_TEXTS})
    content = with_new_rule(content, added | {"message": "利润总额一般不超过主营业务收入的两倍"}, after="R620")
    return change_draft(draft, 0, without_rule(content, DROPPED), by, at, "修改审核关系")
