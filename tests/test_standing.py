"""Where a filing stands is one question: of one filing in Python and of many in SQL the answer is the same, whatever
its state and its marks say together; and so is when it is due, and until when its district has time to decide."""

from datetime import date, datetime, timedelta
from itertools import product

import pytest

from accounts.models import User
from reporting import workflow
from reporting.dates.deadlines import day_of, due_moment, is_past
from reporting.filing.judging import standing_submission
from reporting.filing.punctuality import decide_by, held_past_due
from reporting.models import Filing, LateRequest, Period, Review, Standing, State, Submission, standing
from reporting.models.asking import asked_of
from reporting.models.period import own_due_of_each
from reporting.totals.progress import progress_of
from tests.cast import AT, SHANGHAI, make_enterprise
from tests.may import LAST_SECOND, make_may, open_period

pytestmark = pytest.mark.django_db

QUESTIONS = {name: asked for name, asked in vars(standing).items() if isinstance(asked, standing.Q)}
ROLES = (User.Role.ENTERPRISE, User.Role.DISTRICT, User.Role.CITY)
EXTENDED = date(2024, 6, 20)

# The same in plain words, written down by themselves. `f` is a filing.
UNDER_REVIEW = ("30", "35")
PLAINLY = {
    "UNSENT": lambda f: f.state in ("00", "10"),
    "WITH_FIRM": lambda f: f.state in ("00", "10", "40", "90"),
    "UNDER_REVIEW": lambda f: f.state in UNDER_REVIEW,
    "OWED": lambda f: f.state != "99",
    "IN_ITS_PERIOD": lambda f: f.state != "99" and (f.after_lock or not f.exempt_at_lock),
    "COUNTED_AS_OWED": lambda f: not f.exempt_at_lock,
    "COUNTED": lambda f: f.counted is not None,
    "FILED": lambda f: f.counted is not None or (f.state in UNDER_REVIEW and not f.after_lock),
    "FILED_LATE": lambda f: PLAINLY["FILED"](f) and f.late,
    "FILED_ON_TIME": lambda f: PLAINLY["FILED"](f) and not f.late,
    "REOPENED": lambda f: f.counted is not None and f.state not in ("50", "80") and not f.after_lock,
    "LEFT_OUT": lambda f: not f.exempt_at_lock and f.counted is None,
    "WOULD_COUNT": lambda f: f.counted is not None or not f.after_lock,
    "STANDS": lambda f: f.approved is not None or f.state in UNDER_REVIEW,
    "NOT_AS_COUNTED": lambda f: f.approved is not None and f.approved != f.counted,
    "FILED_AFTER_LOCK": lambda f: let_in(f) and (f.state in UNDER_REVIEW or PLAINLY["NOT_AS_COUNTED"](f)),
    "MAY_BE_TAKEN_IN": lambda f: let_in(f) and f.state in ("50", "80") and PLAINLY["NOT_AS_COUNTED"](f),
    "TAKEN_IN": lambda f: let_in(f) and f.state in ("50", "80") and f.approved is not None and f.approved == f.counted,
    "FILED_ONLY_AFTER_LOCK": lambda f: let_in(f) and PLAINLY["STANDS"](f) and f.counted is None,
    "OUTSTANDING": lambda f: f.state in ("00", "10") or (f.state == "40" and (not f.approved or returned(f.approved))),
    "SHUT": lambda f: f.period.state == "locked" and (not f.after_lock or f.state == "80"),
    "OPENABLE": lambda f: not stands(f) or stands(f).estimated or PLAINLY["NOT_AS_COUNTED"](f),
    "RESTING_ON_ESTIMATE": lambda f: rests_on(f) is not None and rests_on(f).estimated,
}


def let_in(filing: Filing) -> bool:
    return filing.after_lock and filing.state != "99"


def returned(submission: Submission) -> bool:
    return submission.receipt == "returned"


def stands(filing: Filing) -> Submission | None:
    """What later periods read."""
    return filing.approved or (filing.in_force if filing.state in UNDER_REVIEW else None)


def rests_on(filing: Filing) -> Submission | None:
    """What the figures are as they stand now: what waits for the district goes before what was approved."""
    return filing.in_force if filing.state in UNDER_REVIEW or not filing.approved else filing.approved


def submission_of(filing: Filing, by: User, number: int, receipt: str, **more) -> Submission:
    facts = {"values": {}, "edition_code": "chongqing-2024", "edition_digest": "0", "from_state": State.DRAFT}
    facts |= {"signer": "李娜", "on_time": True, "submitted_by": by, "submitted_at": AT} | more
    return Submission.objects.create(filing=filing, number=number, receipt=receipt, **facts)


# What a filing can be, one list for each of its facts; its submissions by their receipts. Each combination is a row.
FACTS = {
    "state": list(State),
    "late": [False, True],
    "after_lock": [False, True],
    "exempt_at_lock": [False, True],
    "in_force": [None, "plain", "estimated"],
    "approved": [None, "plain", "estimated", "returned"],
    "counted": [None, "same", "other"],
    "extended_to": [None, EXTENDED],
}


def combinations(**fewer) -> list[dict]:
    """All of them, but for what no verb can write: under review without a submission."""
    facts = FACTS | fewer
    made = [dict(zip(facts, row, strict=True)) for row in product(*facts.values())]
    return [row for row in made if row["in_force"] or row["state"] not in UNDER_REVIEW]


def rows_of(cast, rows: list[dict]):
    """A filing for each combination in an open period and in a locked one."""
    may, june = make_may(cast), open_period("2024M06", date(2024, 7, 1))
    Period.objects.filter(pk=june.pk).update(state=Period.LOCKED, locked_at=AT)
    sent = {
        "plain": submission_of(may.filing, cast.li_na, 1, "plain"),
        "estimated": submission_of(may.filing, cast.li_na, 2, "estimated", estimated=True),
        "returned": submission_of(may.filing, cast.li_na, 3, "returned"),
    }
    Review.objects.create(submission=sent["returned"], decision="send_back", by=cast.chen_yu, at=AT)
    firms = firms_for(cast, len(rows))
    Filing.objects.bulk_create(
        Filing(
            **{name: fact for name, fact in row.items() if name not in ("in_force", "approved", "counted")},
            enterprise=firm,
            period=period,
            district=cast.yuzhong,
            in_force=sent.get(row["in_force"]),
            approved=sent.get(row["approved"]),
            counted={"same": sent.get(row["approved"]), "other": sent["plain"]}.get(row["counted"]),
        )
        for period in (may.may, june)
        for firm, row in zip(firms, rows, strict=True)
    )
    return Filing.objects.filter(enterprise__credit_code__startswith="X")


def firms_for(cast, number: int) -> list:
    made = make_enterprise("91500103MA00000010", "各种企业", cast.yuzhong)
    kind = type(made)
    more = [kind(credit_code=f"X{n:017d}", name=f"企业{n}", joined_on=made.joined_on) for n in range(number)]
    return kind.objects.bulk_create(more)


def one_by_one(filings) -> list[Filing]:
    read = filings.select_related("period", "in_force", "approved", "counted").order_by("pk")
    return list(read.prefetch_related("period__deadlines").defer("in_force__values", "approved__values"))


def test_of_every_combination_python_and_sql_say_the_same(cast):
    every = rows_of(cast, combinations(extended_to=[None]))  # with extensions below
    filings = one_by_one(every)
    for name, question in QUESTIONS.items():
        found = keys(every.outstanding() if name == "OUTSTANDING" else every.filter(question))
        assert {f.pk for f in filings if f.meets(question)} == found, name
        assert {f.pk for f in filings if PLAINLY[name](f)} == found, name
        assert 0 < len(found) < len(filings), name
    assert_each_has_one_standing(every, filings)
    known = dict(every.annotate(known=standing.STANDING_SUBMISSION).values_list("pk", "known"))
    assert known == {f.pk: submission and submission.pk for f in filings for submission in [standing_submission(f)]}
    assert known == {f.pk: submission and submission.pk for f in filings for submission in [stands(f)]}
    numbers = progress_of(every)
    assert numbers.filed == sum(f.meets(standing.FILED) for f in filings) == numbers.late + numbers.on_time
    assert numbers.drafting == sum(f.standing is Standing.DRAFT for f in filings)
    assert numbers.let_in == sum(f.standing.is_let_in for f in filings)
    assert numbers.left_out == sum(f.meets(standing.LEFT_OUT) for f in filings)


def assert_each_has_one_standing(every, filings: list[Filing]) -> None:
    known = dict(every.with_standing().values_list("pk", "standing_key"))
    assert known == {f.pk: f.standing.key for f in filings}
    found = [keys(every.standing_at(each)) for each in Standing]
    assert all(found) and sum(map(len, found)) == len(filings)
    for each, there in zip(Standing, found, strict=True):
        assert there == {pk for pk, key in known.items() if key == each.key}, each
    for role in ROLES:
        assert keys(every.filter(standing.next_by(role))) == {f.pk for f in filings if f.next_by == role}, role


def keys(filings) -> set[int]:
    return set(filings.values_list("pk", flat=True))


def test_a_request_asks_the_same_of_its_filing(cast):
    every = rows_of(cast, combinations(late=[False], exempt_at_lock=[False], extended_to=[None]))
    asking = {"reason": "补报", "asked_by": cast.li_na, "asked_at": AT}
    LateRequest.objects.bulk_create(LateRequest(filing=filing, **asking) for filing in every)
    for name, question in QUESTIONS.items():
        if name != "OUTSTANDING":  # which is not asked of a request
            asked = LateRequest.objects.filter(asked_of("filing", question)).values_list("filing", flat=True)
            assert set(asked) == keys(every.filter(question)), name


@pytest.mark.parametrize("asked", [{"due_on__gte": EXTENDED}, {"aproved__isnull": True}, {"period__sate": "locked"}])
def test_what_nothing_can_answer_is_an_error(asked, cast):
    """As the database would say; an answer of no would be one of a filing, and another of many."""
    with pytest.raises(AttributeError):
        make_may(cast).filing.meets(standing.Q(**asked))


def test_who_is_next_by_the_table_has_a_move_to_make():
    """What the table says may be done, the workflow allows."""
    verbs = {
        User.Role.ENTERPRISE: ("save", "answer"),
        User.Role.DISTRICT: ("approve", "answer_city"),
        User.Role.CITY: ("city_query",),
    }
    for each in Standing:
        assert each.words and each.tone in ("todo", "wait", "warn", "block", "done")
        assert bool(each.next_step) == bool(each.next_by)
        if each.next_by:
            assert any(each.states[0] in workflow.MOVES[verb] for verb in verbs[each.next_by]), each


MOMENTS = [
    moment + timedelta(seconds=seconds)
    for day in (date(2024, 6, 5), date(2024, 6, 12), date(2024, 6, 13), EXTENDED)
    for moment in [due_moment(day)]
    for seconds in (-86399, 0, 0.5, 1)
]


def test_a_day_is_over_when_the_next_one_begins():
    assert [is_past(date(2024, 6, 12), LAST_SECOND + timedelta(seconds=late)) for late in (0, 0.999, 1)] == [0, 0, 1]


def test_when_a_firm_is_due_is_the_same_both_ways(cast):
    overtaken = date(2024, 6, 1)  # the city has moved the period's date beyond this extension
    one = {name: [None] for name in ("approved", "counted")} | {"in_force": ["plain"], "exempt_at_lock": [False]}
    every = rows_of(cast, combinations(extended_to=[None, EXTENDED, overtaken], **one))
    filings = one_by_one(every)
    assert dict(every.annotate(due=own_due_of_each()).values_list("pk", "due")) == {f.pk: f.due_on for f in filings}
    assert {f.due_on for f in filings if f.period_id == "2024M05"} == {date(2024, 6, 12), EXTENDED}
    for at in MOMENTS:
        found = keys(every.overdue(at))
        assert found == {f.pk for f in filings if f.is_overdue(at)}, at
        assert found == {f.pk for f in filings if f.is_past_due(at) and f.state in ("00", "10")}, at
        due = keys(every.with_due().filter(due_on__lt=day_of(at)))
        assert due == {f.pk for f in filings if f.is_past_due(at)}, at


def test_until_when_a_district_has_time_is_the_same_both_ways(cast):
    """Sent on every day around the dates, at three times of the day, answered the next day or not; asked daily."""
    may = make_may(cast)
    times = [datetime(2024, 6, day, hour, 30, tzinfo=SHANGHAI) for day in range(1, 20) for hour in (0, 12, 23)]
    firms = firms_for(cast, 2 * len(times))
    for firm, (came, answered) in zip(firms, product(times, (False, True)), strict=True):
        filing = Filing.objects.create(enterprise=firm, period=may.may, district=cast.yuzhong, state=State.SUBMITTED)
        sent = submission_of(filing, cast.li_na, 1, f"sent-{filing.pk}", submitted_at=came)
        Filing.objects.filter(pk=filing.pk).update(in_force=sent)
        if answered:
            Review.objects.create(submission=sent, decision="answer", by=cast.li_na, at=came + timedelta(days=1))
    waiting = Filing.objects.filter(enterprise__in=firms).select_related("in_force__filing__period")
    last_days = {filing.pk: decide_by(filing.in_force) for filing in waiting}
    assert len(set(last_days.values())) > 4
    for day in range(10, 26):
        for at in (datetime(2024, 6, day, tzinfo=SHANGHAI), due_moment(date(2024, 6, day)) + timedelta(seconds=0.5)):
            found = keys(held_past_due(waiting, at))
            assert found == {pk for pk, last in last_days.items() if is_past(last, at)}, at
