from django.core.management.base import BaseCommand, CommandError

from accounts.clock import SHANGHAI
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.estimates.intervals import RATE
from reporting.estimates.kept import past_before, told_of
from reporting.estimates.layout import growth_in_words, total_in_words
from reporting.estimates.reading import ROLES
from reporting.estimates.replaying import NightMoment, Replayed, every_hour, moment_of, replay, those_who_came
from reporting.models import Period


class Command(BaseCommand):
    help = "A locked period hour by hour again: the intervals that would have been given, and how often they held."

    def add_arguments(self, parser):
        parser.add_argument("period", help="2024M04, 2023A")
        parser.add_argument("--of", choices=ROLES, default=ROLES[0], help="which figure of the edition")
        parser.add_argument("--every", type=int, default=1, help="hours between two moments")

    def handle(self, *, period: str, of: str, every: int, **_):
        asked = self._period(period)
        now = told_of(asked)
        if of not in now.measures:
            raise CommandError(f"{asked.label}的制度没有写明这个指标（{of}），不能重演。")
        if every < 1:
            raise CommandError(f"--every {every} 不对，应是不小于 1 的整数小时。")
        hours = every_hour(now)[::every]
        if not hours:
            raise CommandError(f"{asked.label}没有计入汇总的上报件，没有可以重演的。")
        past = past_before(asked, [of], now.districts)[of]
        moments = list(replay(now, of, hours, past))
        final = moment_of(those_who_came(now)[0], of, hours[-1], past)
        for moment in moments:
            self.stdout.write(line_of(moment, final))
        counted = Replayed.counted(moments, final)
        self.stdout.write(
            f"{asked.label}：区间的把握 {RATE:.0%}，参照此前 {final.periods} 期；全市给出 {counted.city_given} 次，"
            f"包含 {counted.city_held} 次；区县给出 {counted.districts_given} 次，包含 {counted.districts_held} 次。"
        )

    def _period(self, code: str) -> Period:
        try:
            found = Period.objects.filter(pk=PeriodCode.parse(code).code).prefetch_related("deadlines").first()
        except BadPeriod as bad:
            raise CommandError(str(bad)) from bad
        if found is None:
            raise CommandError(f"没有开启过报告期 {code}。")
        if not found.is_locked:
            raise CommandError(f"{found.label}还没有锁定，最终合计未定，不能重演。")
        return found


def line_of(moment: NightMoment, final: NightMoment) -> str:
    standing, total = moment.standing, moment.totals[-1]
    held = {None: "", True: "  包含", False: "  不包含"}[total.holds(float(final.standing.said[-1]))]
    return (
        f"{moment.at.astimezone(SHANGHAI):%m-%d %H:%M}  {int(standing.filed[-1])}/{int(standing.owed[-1])}"
        f"  {total_in_words(total)}  {growth_in_words(moment.growths[-1])}{held}"
    )
