"""Every screen of the demonstration city with somebody who may see it: for the pictures and for everyone's tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore

from accounts import clock, people
from accounts.links import activation_link, objection_link, reset_link
from accounts.models import Application, District, Enterprise, Grant, Installation, Letter, User
from accounts.post import dead_addresses
from forms_tables.edition.periods import PeriodCode
from reporting.certificates import issuing
from reporting.letters import reminding
from reporting.mending import codes, district_change
from reporting.mending.district_choice import WantedChange, reach
from reporting.models import (
    Announcement,
    BaseAdjustment,
    Certificate,
    ExtensionRequest,
    Filing,
    FrequentQuestion,
    LateRequest,
    Period,
    Review,
    State,
    Submission,
    Thread,
    TrainingSession,
    Urging,
)
from reporting.models.practice import in_practice
from reporting.practice.choosing import EVERYBODY, Participants
from reporting.practice.opening import open_practice
from reporting.register import applications, moves
from reporting.reminders import planner, urging
from reporting.standing_in import granting
from reporting.succession import takeovers
from tests.cast import FREE_CODE, PASSWORD, UNUSED_CODE
from tests.succession.papers import WHY, ZHOU_LIN, propose

MONTH, ANNUAL, LOCKED_MONTH = "2024M05", "2023A", "2024M04"
EDITION = "/city/editions/chongqing-2024/"
FIRM_STATES = ["DRAFT", "SUBMITTED", "QUERIED", "RETURNED", "APPROVED", "AMENDING"]
REVIEW_STATES = ["SUBMITTED", "APPROVED", "CITY_QUERIED", "CITY_RETURNED", "AMENDING"]


@dataclass(frozen=True)
class Screen:
    name: str
    path: str
    user: User | None = None
    status: int = 200


def every_screen() -> Iterator[Screen]:
    yield from for_a_stranger()
    yield from for_a_firm()
    yield from for_a_district()
    yield from for_the_city(official(User.Role.CITY), "city")
    yield from for_the_city(official(User.Role.ASSOCIATION), "association")
    yield from for_the_register(official(User.Role.CITY), "city")
    yield from for_the_system(official(User.Role.SYSTEM))
    yield from of_a_conversation()
    yield from of_the_results()
    yield from of_the_dates()
    yield from of_lateness()
    yield from of_the_reminders()
    yield from of_a_move()
    yield from of_the_training()
    yield from of_a_takeover()
    yield from of_wrong_registrations()
    yield from of_standing_in()
    yield Screen("city-withdraw-period", f"/city/periods/{MONTH}/withdraw/", official(User.Role.CITY))
    yield Screen("city-edit-contact", "/contacts/districts/500103/", official(User.Role.CITY))
    yield Screen("city-edit-phone", "/contacts/city/", official(User.Role.CITY))
    yield from of_practice()


def for_a_stranger() -> Iterator[Screen]:
    invited = User.objects.filter(role=User.Role.ENTERPRISE).first()
    for name, path in {
        "sign-in": "/login/",
        "forgotten": "/password/forgotten/",
        "forgotten-sent": "/password/forgotten/sent/",
        "apply": "/apply/",
        "application-state": "/apply/state/",
        "takeover": "/takeover/",
        "takeover-asked": "/takeover/sent/",
        "activate": urlsplit(activation_link(invited)).path,
        "reset": urlsplit(reset_link(invited)).path,
        "activate-used": "/activate/MQ/abc/",
        "manual": "/manual/",
    }.items():
        yield Screen(f"stranger-{name}", path)
    yield Screen("stranger-not-found", "/no-such-page/", status=404)


def for_a_firm() -> Iterator[Screen]:
    yet_to_start = filing_in(State.NOT_STARTED, MONTH)
    clerk = clerk_of(yet_to_start)
    for name, path in {
        "home": "/",
        "history": "/history/",
        "account": "/account/",
        "password": "/account/password/",
        "colleagues": "/account/colleagues/",
        "own-firm": "/account/firm/",
        "journal": "/journal/",
        "month": f"/filings/{MONTH}/",
        "month-t6": f"/filings/{MONTH}/t6/",
        "month-books": f"/filings/{MONTH}/t6/books/",
        "month-submit": f"/filings/{MONTH}/submit/",
        "month-bases": f"/filings/{MONTH}/bases/",
        "locked-month": f"/filings/{LOCKED_MONTH}/",
        "locked-t6": f"/filings/{LOCKED_MONTH}/t6/",
        "locked-submission": f"/filings/{LOCKED_MONTH}/submissions/1/",
    }.items():
        yield Screen(f"firm-{name}", path, clerk)
    yield Screen("firm-forbidden", "/city/", clerk, status=403)
    yield Screen("firm-not-found", "/filings/2031M07/", clerk, status=404)
    blank = clerk_of(filing_in(State.NOT_STARTED, ANNUAL))
    for key in ("", "t1/", "t2/", "t3/", "t4/", "submit/"):
        yield Screen(f"firm-annual-blank-{key.strip('/') or 'all'}", f"/filings/{ANNUAL}/{key}", blank)
    for state in FIRM_STATES:
        for code in (MONTH, ANNUAL):
            yield from for_a_firm_in(State[state], code)


def for_a_firm_in(state: State, code: str) -> Iterator[Screen]:
    for checked in [Filing.ERRORS, Filing.PASSED] if state == State.DRAFT else [""]:
        filing = filing_in(state, code, **({"checked": checked} if checked else {}))
        if not filing:
            continue
        name = f"firm-{code}-{state.name.lower()}{checked and '-' + checked}"
        clerk = clerk_of(filing)
        yield Screen(f"{name}-home", "/", clerk)
        yield Screen(name, f"/filings/{code}/", clerk)
        for key in ["t1", "t3", "t4"] if code == ANNUAL else ["t6"]:
            yield Screen(f"{name}-{key}", f"/filings/{code}/{key}/", clerk)
        if checked == Filing.ERRORS:
            yield Screen(f"{name}-wrong-cells", f"/filings/{code}/wrong-cells/", clerk)
        if filing.in_force:
            yield Screen(f"{name}-receipt", f"/filings/{code}/submissions/1/", clerk)
        if filing.is_with_firm:
            yield Screen(f"{name}-submit", f"/filings/{code}/submit/", clerk)


def for_a_district() -> Iterator[Screen]:
    waiting = filing_in(State.SUBMITTED, MONTH)
    reviewer = reviewer_of(waiting)
    firm = waiting.enterprise.credit_code
    asked = Application.objects.waiting().filter(district=reviewer.district).first()
    for name, path in {
        "home": "/district/",
        "queue": f"/district/queue/{MONTH}/",
        "queue-annual": f"/district/queue/{ANNUAL}/",
        "requests": "/district/requests/",
        "totals": "/district/totals/",
        "cut": f"/cuts/?period={MONTH}&by=class&by=size&show=2020.c1&show=2010.c1",
        "cut-firms": f"/cuts/firms/?period={MONTH}&by=size&show=2020.c1&show=2010.c1",
        "search": "/search/?q=软件",
        "growth": f"/district/totals/growth/?period={LOCKED_MONTH}&by=size",
        "picture": f"/district/picture/{MONTH}/",
        "night": f"/district/night/{MONTH}/",
        "recheck-rule": f"/recheck/rules/X10/?period={MONTH}",
        "firms": "/firms/",
        "firm": f"/firms/{firm}/",
        "firm-contact": f"/firms/{firm}/contact/",
        "firm-move": f"/firms/{firm}/move/",
        "firm-stop": f"/firms/{firm}/stop/",
        "firm-first-day": f"/firms/{firm}/first-day/",
        "firm-resume": f"/firms/{firm}/resume/",
        "moves": "/moves/",
        "import": "/firms/import/",
        "applications": "/applications/",
        "contacts": "/contacts/",
        "contact-edit": "/contacts/edit/",
        "journal": "/journal/",
        "account": "/account/",
    }.items():
        yield Screen(f"district-{name}", path, reviewer)
    if asked:
        yield Screen("district-application", f"/applications/{asked.pk}/", reviewer)
    for state in REVIEW_STATES:
        for code in (MONTH, ANNUAL):
            if filing := filing_in(State[state], code):
                path = f"/district/submissions/{filing.in_force.receipt}/"
                yield Screen(f"district-review-{code}-{state.lower()}", path, reviewer_of(filing))


def for_the_city(user: User, name: str) -> Iterator[Screen]:
    for page, path in {
        "home": "/city/",
        "checks": "/association/",
        "submissions": "/city/submissions/",
        "totals": "/city/totals/",
        "totals-in-yi": "/city/totals/?unit=yi&indicator=2020",
        "totals-annual": f"/city/totals/?period={ANNUAL}",
        "releases": "/city/releases/",
        "release": f"/city/releases/{LOCKED_MONTH}-1/",
        "revisions": "/city/releases/revisions/",
        "cut": f"/cuts/?period={MONTH}&period={LOCKED_MONTH}&by=district&by=size&show=2020.c1&sort=-{MONTH}/2020.c1",
        "cut-nobody": f"/cuts/?period={MONTH}&by=district&show=2020.c1&district=000000",
        "cut-firms": f"/cuts/firms/?period={MONTH}&by=class&by=size&show=2020.c1&show=2010.c1",
        "search": "/search/?q=软件",
        "growth": f"/city/totals/growth/?period={LOCKED_MONTH}",
        "growth-by-district": f"/city/totals/growth/?period={MONTH}&by=district",
        "growth-annual": f"/city/totals/growth/?period={ANNUAL}&by=class",
        "picture": f"/city/picture/{MONTH}/",
        "picture-locked": f"/city/picture/{LOCKED_MONTH}/",
        "night": f"/city/night/{MONTH}/",
        "night-locked": f"/city/night/{LOCKED_MONTH}/",
        "district-tiles": f"/city/map/{MONTH}/",
        "district-map": f"/city/map/{LOCKED_MONTH}/?shape=map&by=growth",
        "periods": "/city/periods/",
        "period": f"/city/periods/{MONTH}/",
        "period-annual": f"/city/periods/{ANNUAL}/",
        "period-locked": f"/city/periods/{LOCKED_MONTH}/",
        "parameters": "/city/parameters/",
        "editions": "/city/editions/",
        "governance": "/city/governance/",
        "edition": EDITION,
        "edition-t1": f"{EDITION}tables/t1/",
        "edition-t6": f"{EDITION}tables/t6/",
        "codes": f"{EDITION}codes/",
        "rules": f"{EDITION}rules/",
        "recheck": f"/recheck/?period={MONTH}",
        "recheck-districts": f"/recheck/districts/?period={MONTH}",
        "recheck-firms": f"/recheck/firms/?period={ANNUAL}",
        "recheck-rule": f"/recheck/rules/X10/?period={MONTH}",
        "firms": "/firms/",
        "contacts": "/contacts/",
        "account": "/account/",
    }.items():
        yield Screen(f"{name}-{page}", path, user)
    for state in ("SUBMITTED", "APPROVED", "CITY_QUERIED"):
        filing = filing_in(State[state], MONTH)
        yield Screen(f"{name}-submission-{state.lower()}", f"/city/submissions/{filing.in_force.receipt}/", user)
    draft = filing_in(State.DRAFT, MONTH).enterprise.credit_code
    yield Screen(f"{name}-recheck-firm", f"/recheck/firms/{draft}/?period={MONTH}", user)


def for_the_register(user: User, name: str) -> Iterator[Screen]:
    for page, path in {
        "start": "/start/",
        "key-firms": "/key-firms/",
        "review-limits": "/city/review-limits/",
        "users": "/users/",
        "invite": "/users/invite/",
        "import-officials": "/users/import/",
        "import": "/firms/import/",
        "applications": "/applications/",
        "moves": "/moves/",
        "journal": "/journal/",
    }.items():
        yield Screen(f"{name}-{page}", path, user)
    somebody = User.objects.filter(role=User.Role.DISTRICT).first()
    yield Screen(f"{name}-switch-account", f"/account/{somebody.pk}/switch/", user)
    yield Screen(f"{name}-edit-official", f"/users/{somebody.pk}/edit/", user)


def for_the_system(user: User) -> Iterator[Screen]:
    for page, path in {
        "start": "/start/",
        "users": "/users/",
        "journal": "/journal/",
        "letters": "/letters/",
        "outbox": "/outbox/",
        "account": "/account/",
    }.items():
        yield Screen(f"system-{page}", path, user)


def of_a_conversation() -> Iterator[Screen]:
    """One in which all three take part, about a cell, and the announcements, as each of them sees them."""
    filing = Thread.objects.filter(city_reads=True, last__cell__gt="").first().filing
    announced = Announcement.objects.filter(to_firms=True).first()
    city = official(User.Role.CITY)
    people = {"firm": clerk_of(filing), "district": reviewer_of(filing), "city": city}
    for name, person in people.items():
        for page, path in {
            "inbox": "/messages/",
            "thread": f"/threads/{filing.pk}/",
            "thread-cell": f"/threads/{filing.pk}/?cell={filing.thread.last.cell}",
            "announcements": "/announcements/",
            "announcement": f"/announcements/{announced.pk}/",
        }.items():
            yield Screen(f"{name}-{page}", path, person)
    yield Screen("city-announcement-write", "/announcements/write/", city)


def of_the_training() -> Iterator[Screen]:
    """A session that was held and one to come, as firm, district and association see them; 常见问题 and the manual."""
    held, coming = TrainingSession.objects.order_by("day")[:2]
    signed = coming.sign_ups.exclude(enterprise=None).select_related("enterprise").first()
    firm, association = signed.by, official(User.Role.ASSOCIATION)
    district = User.objects.get(role=User.Role.DISTRICT, district=signed.enterprise.district)
    for name, person in {"firm": firm, "district": district, "association": association}.items():
        yield Screen(f"{name}-trainings", "/training/", person)
        yield Screen(f"{name}-training-coming", f"/training/{coming.pk}/", person)
        yield Screen(f"{name}-training-held", f"/training/{held.pk}/", person)
        yield Screen(f"{name}-questions", "/questions/", person)
    for page, path in {
        "arrange": "/training/arrange/",
        "change": f"/training/{coming.pk}/change/",
        "cancel": f"/training/{coming.pk}/cancel/",
        "preview": f"/training/{coming.pk}/invite/",
        "door": f"/training/{held.pk}/door/",
        "firms": "/training/firms/?been=never",
    }.items():
        yield Screen(f"association-training-{page}", path, association)
    yield Screen("association-question-write", "/questions/write/", association)
    yield Screen("association-question-change", f"/questions/{FrequentQuestion.objects.first().pk}/", association)
    yield Screen("firm-questions-about", "/questions/?about=2112", firm)
    yield Screen("firm-manual-found", "/manual/?q=口径", firm)
    yield Screen("firm-manual-nothing", "/manual/?q=独角兽", firm)
    for name, person in {"city": official(User.Role.CITY), "district": district}.items():
        yield Screen(f"{name}-contacts-import", "/contacts/import/", person)


def of_a_move() -> Iterator[Screen]:
    """A firm that is to go to another district, as both districts and the firm see it; taken back at the end."""
    filing = filing_in(State.NOT_STARTED, MONTH)
    firm, by = filing.enterprise, reviewer_of(filing)
    other = District.objects.valid_on(clock.today()).exclude(pk=by.district_id).first()
    said = {"since": filing.period.parsed.begin + timedelta(days=9), "reason": "经营场所搬迁", "by": by}
    move = moves.propose_move(firm, other, **said, at=clock.now())
    receiver = User.objects.filter(district=other).first()
    yield Screen("district-move-asked", f"/moves/{move.pk}/", receiver)
    yield Screen("district-moves-waiting", "/moves/", receiver)
    yield Screen("district-home-move", "/district/", receiver)
    yield Screen("district-move-waits", f"/moves/{move.pk}/", by)
    yield Screen("district-firm-moving", f"/firms/{firm.credit_code}/", by)
    yield Screen("firm-own-firm-moving", "/account/firm/", clerk_of(filing))
    moves.withdraw_move(move, by=by, at=clock.now())


def of_a_takeover() -> Iterator[Screen]:
    """Firms' accounts on their way to another person: one asked for, one proposed, one taken back, as everybody sees
    them; a colleague replaced, a desk handed over. A walk begun anew finds them."""
    city, at = official(User.Role.CITY), clock.now()
    firms = Enterprise.objects.filter(users__isnull=False).distinct().order_by("-pk")
    asked_of, proposed_of, back_of = firms[:3]
    near, by, far = (User.objects.get(district=firm.district) for firm in firms[:3])
    takeovers.ask(asked_of.credit_code, ZHOU_LIN, WHY, at=at)
    asked, clerk = asked_of.takeovers.get(), proposed_of.users.order_by("pk").first()
    clerk.set_password(PASSWORD)  # in use, so there are days to object
    clerk.save()
    taken = propose(proposed_of, by, at=at)
    back = back_of.takeovers.first() or propose(back_of, far, at=at)
    if back.is_under_way:
        takeovers.withdraw(back, why="邮箱填错。", by=far, at=at)
    colleague = proposed_of.users.exclude(pk=clerk.pk).first() or people.invite_colleague(
        name="王磊", mobile="13800000002", email="wanglei@example.com", by=clerk, at=at
    )
    for name, path in {
        "takeovers": "/takeovers/",
        "home-takeover": "/district/",
        "takeover-asked": f"/takeovers/{asked.pk}/",
        "takeover-propose": f"/firms/{asked_of.credit_code}/takeover/?asked={asked.pk}",
    }.items():
        yield Screen(f"district-{name}", path, near)
    yield Screen("district-takeover-waits", f"/takeovers/{taken.pk}/", by)
    yield Screen("district-firm-takeover", f"/firms/{proposed_of.credit_code}/", by)
    for name, path in {
        "takeovers": "/takeovers/",
        "home-takeover": "/city/",
        "takeover": f"/takeovers/{taken.pk}/",
        "takeover-over": f"/takeovers/{back.pk}/",
        "desk-hand-over": f"/users/{by.pk}/desk/",
    }.items():
        yield Screen(f"city-{name}", path, city)
    for name, path in {
        "home-takeover": "/",
        "colleagues-takeover": "/account/colleagues/",
        "replace-colleague": f"/account/colleagues/{colleague.pk}/replace/",
    }.items():
        yield Screen(f"firm-{name}", path, clerk)
    yield Screen("stranger-takeover-object", urlsplit(objection_link(taken)).path)
    yield Screen("stranger-takeover-over", urlsplit(objection_link(back)).path)


def of_wrong_registrations() -> Iterator[Screen]:
    """Two entries beside each other, a code that waits for its firm, firms that go to another district in a month."""
    city, filing = official(User.Role.CITY), filing_in(State.SUBMITTED, MONTH)
    kept, by = filing.enterprise, reviewer_of(filing)
    other = filing_in(State.APPROVED, MONTH).enterprise
    yield Screen("city-wrong-doubles", "/doubles/", city)
    yield Screen("district-wrong-doubles", "/doubles/", by)
    yield Screen("district-wrong-report", f"/firms/{kept.credit_code}/double/", by)
    yield Screen("city-wrong-merge", f"/doubles/{kept.credit_code}/{other.credit_code}/", city)
    yield Screen("district-wrong-code", f"/firms/{kept.credit_code}/code/", by)
    waits = filing_in(State.NOT_STARTED, MONTH)
    said = {"reason": "登记时抄错，已核对营业执照。", "by": reviewer_of(waits), "at": clock.now()}
    correction = codes.propose(waits.enterprise, UNUSED_CODE, **said)
    yield Screen("district-wrong-code-waits", f"/code-corrections/{correction.pk}/", reviewer_of(waits))
    yield Screen("firm-wrong-code", "/account/firm/code/", clerk_of(waits))
    yield Screen("firm-wrong-code-own-firm", "/account/firm/", clerk_of(waits))
    yield Screen("city-wrong-districts", "/district-changes/", city)
    since = clock.today() + timedelta(days=30)
    to = District.objects.valid_on(since).exclude(pk=by.district_id).first()
    wanted = WantedChange((by.district,), to, since, "渝府发〔2024〕9号")
    seen = reach(wanted, clock.now()).mark
    change = district_change.press(uuid4(), wanted, seen, by=city, at=clock.now())
    yield Screen("city-wrong-districts-planned", f"/district-changes/{change.pk}/", city)


def of_standing_in() -> Iterator[Screen]:
    """Somebody who files for another firm and is asked by a third, as they, the firm and its district see it."""
    filing, third = filing_in(State.RETURNED, MONTH), filing_in(State.NOT_STARTED, MONTH).enterprise
    firm, person, by = filing.enterprise, clerk_of(filing_in(State.DRAFT, MONTH)), reviewer_of(filing)
    known = {"name": person.name, "email": person.email, "given_at": clock.now()}
    said = known | {"state": Grant.State.ACCEPTED, "answered_at": clock.now(), "basis": "集团统一填报", "given_by": by}
    grant = firm.grants.get_or_create(person=person, defaults=said)[0]
    asks = known | {"basis": "集团统一填报", "given_by": third.users.first() or by}
    asked = third.grants.get_or_create(person=None, defaults=asks)[0]
    third.grants.get_or_create(person=person, defaults=asks)
    for page, path in {
        "my-firms": "/my-firms/",
        "invitation": f"/my-firms/invitation/{granting.token_of(asked)}/",
        "home": "/",
        "home-of-another": f"/for/{firm.pk}/",
        "returned": f"/for/{firm.pk}/filings/{MONTH}/",
        "t6": f"/for/{firm.pk}/filings/{MONTH}/t6/",
        "end": f"/grants/{grant.pk}/end/",
        "none": "/account/grants/",
    }.items():
        yield Screen(f"firm-several-{page}", path, person)
    yield Screen("firm-several-grants", "/account/grants/", clerk_of(filing))
    yield Screen("district-several-grants", f"/firms/{firm.credit_code}/grants/", by)


def of_practice() -> Iterator[Screen]:
    """The month once more, practised: one firm has submitted, another has not begun."""
    association, begun = official(User.Role.ASSOCIATION), filing_in(State.NOT_STARTED, MONTH)
    clerk, reviewer, code = clerk_of(begun), reviewer_of(begun), PeriodCode.parse(MONTH).to_practise.code
    receipt = practised_by(begun, association).receipt
    yield Screen("association-practice", "/practice/", association)
    yield Screen("association-practice-open", "/practice/open/", association)
    yield Screen("association-practice-list", f"/city/submissions/?period={code}", association)
    yield Screen("association-practice-submission", f"/city/submissions/{receipt}/", association)
    yield Screen("association-practice-wipe", f"/practice/{code}/wipe/", association)
    yield Screen("association-practice-home", "/city/", association)
    yield Screen("association-practice-closed", f"/city/totals/?period={code}", association, status=404)
    yield Screen("district-practice-home", "/district/", reviewer)
    yield Screen("district-practice", "/practice/", reviewer)
    yield Screen("district-practice-queue", f"/district/queue/{code}/", reviewer)
    yield Screen("district-practice-review", f"/district/submissions/{receipt}/", reviewer)
    yield Screen("firm-practice-home", "/", clerk)
    yield Screen("firm-practice", "/practice/", clerk)
    yield Screen("firm-practice-filing", f"/filings/{code}/", clerk)
    yield Screen("firm-practice-t6", f"/filings/{code}/t6/", clerk)
    yield Screen("firm-practice-receipt", f"/filings/{code}/submissions/1/", clerk)
    yield Screen("firm-practice-gone", "/filings/2023P05/", clerk, status=410)


def practised_by(begun: Filing, association: User) -> Submission:
    """A practice for all, in which this firm has submitted what another one really did."""
    at, clerk = clock.now(), clerk_of(begun)
    until = at.date() + timedelta(days=14)
    period = open_practice(PeriodCode.parse(MONTH), until, Participants(EVERYBODY), association, at).period
    frozen = filing_in(State.APPROVED, MONTH).in_force
    with in_practice():
        filing = Filing.objects.get(enterprise=begun.enterprise, period=period)
        figures = {name: getattr(frozen, name) for name in ("values", "tables", "edition_code", "edition_digest")}
        filing.in_force = Submission.objects.create(
            filing=filing,
            number=1,
            receipt=f"{period.code}-{filing.district.code}-{filing.pk:06d}-1",
            signer=frozen.signer,
            on_time=True,
            submitted_by=clerk,
            submitted_at=at,
            from_state=State.DRAFT,
            **figures,
        )
        filing.state = State.SUBMITTED
        filing.save()
        return filing.in_force


def of_the_results() -> Iterator[Screen]:
    """The league and its lists, a firm's record, a certificate and the page where it is verified."""
    filing = filing_in(State.NOT_STARTED, MONTH)
    clerk, reviewer, city = clerk_of(filing), reviewer_of(filing), official(User.Role.CITY)
    certificate = certificate_of(clerk)
    for role, user in {"city": city, "district": reviewer}.items():
        yield Screen(f"{role}-league", f"/league/{LOCKED_MONTH}/", user)
        yield Screen(f"{role}-league-open", f"/league/{MONTH}/?by=held", user)
        yield Screen(f"{role}-league-year", "/league/year/2024/", user)
        yield Screen(f"{role}-league-list", f"/league/{LOCKED_MONTH}/{filing.district.code}/on_time_rate/", user)
        yield Screen(f"{role}-record", f"/firms/{filing.enterprise.credit_code}/record/", user)
        yield Screen(f"{role}-firm-year", f"/firms/{filing.enterprise.credit_code}/year/", user)
    yield Screen("city-league-year-before", "/league/year/2023/?measure=held", city)
    yield Screen("city-league-list-all", f"/league/{LOCKED_MONTH}/all/returned/", city)
    yield Screen("firm-record", "/record/", clerk)
    yield Screen("firm-year", "/year/", clerk)
    yield Screen("firm-certificate", f"/certificates/{certificate.code}/", clerk)
    yield Screen("stranger-verify", "/verify/")
    yield Screen("stranger-verify-found", f"/verify/?code={certificate.code}")
    yield Screen("stranger-verify-wrong", f"/verify/?code=2{certificate.code[1:]}3")
    sent = filing_in(State.SUBMITTED, MONTH)
    firm = sent.enterprise.credit_code
    yield Screen("stranger-verify-receipt", f"/verify/?code={sent.in_force.verification}&firm={firm}")


def certificate_of(clerk: User) -> Certificate:
    issued = Certificate.objects.filter(enterprise=clerk.enterprise).first()
    at = clock.now()
    return issued or issuing.issue(clerk.enterprise, "", LOCKED_MONTH, clerk, at, purpose="申报2024年软件企业奖励")


def of_the_dates() -> Iterator[Screen]:
    """A year with a notice, one without; the dates of both, beside what other readings give; entering and choosing."""
    city, firm = official(User.Role.CITY), clerk_of(filing_in(State.NOT_STARTED, MONTH))
    for page, path in {
        "calendar": "/calendar/2024/",
        "calendar-unknown": "/calendar/2027/",
        "calendar-enter": "/calendar/2027/enter/",
        "calendar-correct": "/calendar/2023/enter/",
        "deadlines": "/deadlines/2024/",
        "deadlines-shifted": "/deadlines/2021/",
        "deadlines-unknown": "/deadlines/2027/",
        "readings": "/calendar/readings/",
    }.items():
        yield Screen(f"city-{page}", path, city)
    yield Screen("firm-calendar", "/calendar/2025/", firm)
    yield Screen("firm-deadlines", "/deadlines/2024/", firm)
    yield Screen("district-deadlines", "/deadlines/2022/", reviewer_of(filing_in(State.SUBMITTED, MONTH)))
    yield Screen("association-readings", "/calendar/readings/", official(User.Role.ASSOCIATION))


def of_lateness() -> Iterator[Screen]:
    """Extensions asked, granted and refused; a filing let in after the lock; what the offices see of them."""
    city = official(User.Role.CITY)
    for name, granted in {"asked": None, "granted": True, "refused": False}.items():
        asked = ExtensionRequest.objects.filter(granted=granted, filing__period__state=Period.OPEN).first()
        if not asked:
            continue
        yield Screen(f"firm-extension-{name}", f"/filings/{asked.filing.period_id}/", clerk_of(asked.filing))
        if name == "granted":
            yield Screen("firm-extension-home", "/", clerk_of(asked.filing))
        reviewer = reviewer_of(asked.filing)
        yield Screen(f"district-requests-extension-{name}", "/district/requests/?kind=extension", reviewer)
    after_lock = Filing.objects.filter(after_lock=True, state=State.LOCKED).first()
    locked = after_lock.period_id
    clerk, reviewer = clerk_of(after_lock), reviewer_of(after_lock)
    yield Screen("firm-after-lock-home", "/", clerk)
    yield Screen("firm-after-lock", f"/filings/{locked}/", clerk)
    yield Screen("firm-after-lock-receipt", f"/filings/{locked}/submissions/1/", clerk)
    missed = LateRequest.objects.filter(granted=None, filing__period=locked).first()
    if missed:
        yield Screen("firm-after-lock-asked", f"/filings/{locked}/", clerk_of(missed.filing))
        yield Screen("district-requests-late", "/district/requests/?kind=late", reviewer_of(missed.filing))
    yield Screen("district-home-after-lock", f"/district/?period={locked}", reviewer)
    yield Screen("district-queue-after-lock", f"/district/queue/{locked}/?state=after_lock", reviewer)
    yield Screen("district-review-after-lock", f"/district/submissions/{after_lock.in_force.receipt}/", reviewer)
    overdue = Review.objects.filter(on_time=False).latest("at").submission
    yield Screen("district-review-overdue", f"/district/submissions/{overdue.receipt}/", reviewer_of(overdue.filing))
    yield Screen("city-totals-after-lock", f"/city/totals/?period={locked}", city)
    yield Screen("city-submissions-after-lock", f"/city/submissions/?period={locked}&state=after_lock", city)
    for kind in ("extension", "late", "base"):
        yield Screen(f"city-requests-{kind}", f"/city/requests/?kind={kind}", city)


def of_the_reminders() -> Iterator[Screen]:
    """Whom to urge, the letters and how they ended, addresses that take no mail, the schedule."""
    filing = filing_in(State.NOT_STARTED, MONTH)
    reviewer, city = reviewer_of(filing), official(User.Role.CITY)
    failed, urged = letter_that_failed(filing), urging_of(reviewer)
    for role, user in {"city": city, "district": reviewer}.items():
        yield Screen(f"{role}-reminders", f"/reminders/?period={MONTH}", user)
        yield Screen(f"{role}-urging", f"/reminders/sent/{urged.token}/", user)
        yield Screen(f"{role}-letters", "/reminders/letters/", user)
        yield Screen(f"{role}-letter-failed", f"/reminders/letters/{failed.pk}/", user)
        yield Screen(f"{role}-dead-addresses", "/dead-addresses/", user)
        yield Screen(f"{role}-schedule", "/reminders/schedule/", user)
        yield Screen(f"{role}-firm-accounts", "/firm-accounts/", user)
        yield Screen(f"{role}-invitations-course", "/firm-accounts/course/", user)
    yield Screen("association-schedule", "/reminders/schedule/", official(User.Role.ASSOCIATION))


def urging_of(reviewer: User) -> Urging:
    """A 催报 of this district; made once."""
    if found := Urging.objects.filter(by=reviewer).first():
        return found
    at, period = clock.now(), Period.objects.get(code=MONTH)
    made, _ = urging.press(uuid4(), period, urging.Chosen(), "请在周五前上报，有困难请来电。", at, reviewer, at)
    return urging.write(made.pk, at)


def letter_that_failed(filing: Filing) -> Letter:
    """A reminder to this firm that came back, and its address in the list; written once."""
    key, at = "walk:returned", clock.now()
    if found := Letter.objects.filter(key__startswith=key).first():
        return found
    reason = "退信：550 5.1.1 Recipient address rejected: User unknown in virtual mailbox table"
    owed = next(planner.owed_of(filing.period, [filing.pk]))
    letter = reminding.due(owed, [clerk_of(filing).email], at)[0]
    letter.key, letter.state, letter.trouble, letter.attempts = key, Letter.State.FAILED, reason, 1
    letter.save()
    dead_addresses.notice(letter, reason, at)
    return letter


def official(role: str) -> User:
    return User.objects.filter(role=role, is_active=True).order_by("pk").first()


def clerk_of(filing: Filing) -> User:
    return filing.enterprise.users.first()


def reviewer_of(filing: Filing) -> User:
    return User.objects.get(role=User.Role.DISTRICT, district=filing.district)


def filing_in(state: str, code: str, **more) -> Filing | None:
    known = Filing.objects.select_related("enterprise", "district", "in_force")
    return known.filter(state=state, period=code, **more).order_by("pk").first()


def session_of(user: User) -> str:
    """The key of a session as signing in would leave it."""
    session = SessionStore()
    session[SESSION_KEY] = str(user.pk)
    session[BACKEND_SESSION_KEY] = "accounts.backends.NameCodeOrMobile"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.create()
    return session.session_key


def add_what_the_city_lacks() -> None:
    """In the district whose review is walked: a firm that applies, one that wants to file late, one another base."""
    waiting = filing_in(State.SUBMITTED, MONTH)
    if Application.objects.filter(district=waiting.district).exists():
        return
    at = clock.now()
    applications.apply(
        credit_code=FREE_CODE,
        name="重庆新来软件有限公司",
        district=waiting.district,
        contact_name="新来",
        phone="023-63000000",
        mobile="13900000000",
        email="new@example.com",
        scope="1",
        attributes={},
        at=at,
    )
    clerk = clerk_of(waiting)
    asked = {"filing": waiting, "asked_by": clerk, "asked_at": at}
    LateRequest.objects.create(**asked, reason="财务人员交接，报表晚了两天，请允许补报。")
    BaseAdjustment.objects.create(
        **asked, cell="2010.c2", old="1200.50", new="1320.00", reason="去年五月并入子公司，口径已变。"
    )


@contextmanager
def after_the_deadline() -> Iterator[None]:
    """The demonstration's day moved behind the firms' date of the month, and back."""
    installation = Installation.current()
    today = installation.demo_day
    installation.demo_day = Period.objects.get(code=MONTH).deadline("enterprise").date + timedelta(days=1)
    installation.save(update_fields=["demo_day"])
    yield
    installation.demo_day = today
    installation.save(update_fields=["demo_day"])


def late_screens() -> Iterator[Screen]:
    filing = filing_in(State.NOT_STARTED, MONTH)
    clerk, reviewer = clerk_of(filing), reviewer_of(filing)
    yield Screen("late-firm-home", "/", clerk)
    yield Screen("late-firm-month", f"/filings/{MONTH}/", clerk)
    yield Screen("late-firm-submit", f"/filings/{MONTH}/submit/", clerk)
    yield Screen("late-district-home", "/district/", reviewer)
    yield Screen("late-district-queue", f"/district/queue/{MONTH}/", reviewer)
    yield Screen("late-city-home", "/city/", official(User.Role.CITY))
    yield Screen("late-city-period", f"/city/periods/{MONTH}/", official(User.Role.CITY))
