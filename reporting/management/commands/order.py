import json

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.models import District, Enterprise
from reporting.consequence.ordering import Order, Placed, order_of
from reporting.models import Filing, Period


class Command(BaseCommand):
    help = "In which order what waits is to be reviewed, why, and where one may stop."

    def add_arguments(self, parser):
        parser.add_argument("period", help="2024M05, 2023A")
        parser.add_argument("--district", default="", help="one district by its name or code, by its own total")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, period, district, json: bool, **options):
        found = Period.objects.filter(pk=period).first()
        if found is None:
            raise CommandError(f"没有报告期 {period}。")
        order = order_of(found, clock.now(), district_called(district) if district else None)
        filings = order.frame["filing"].to_list()
        placed = list(order.placed(filings).values())
        firms = dict(Filing.objects.filter(period=found).values_list("pk", "enterprise"))
        named = Enterprise.objects.in_bulk({firms[each] for each in filings})
        names = {each: named[firms[each]].name for each in filings}
        self.stdout.write(as_json(order, placed, names) if json else as_text(order, placed, names))


def district_called(text: str) -> District:
    found = District.objects.filter(name=text).first() or District.objects.filter(code=text).first()
    if found is None:
        raise CommandError(f"没有名称或代码为“{text}”的区县。")
    return found


def as_text(order: Order, placed: list[Placed], names: dict[int, str]) -> str:
    lines = [order.stop.in_words, order.as_of_in_words]
    for each in placed:
        lines.append(f"{each.place:>5}  {each.score:.4f}  {names[each.filing]}：{'；'.join(each.reasons)}")
        if each.place == order.stop.first and order.stop.first < order.stop.waiting:
            lines.append(f"{'':5}  —— 审到这里可以停 ——")
    return "\n".join(lines)


def as_json(order: Order, placed: list[Placed], names: dict[int, str]) -> str:
    stop = order.stop
    said = {
        "first": stop.first,
        "waiting": stop.waiting,
        "limit": f"{stop.limit.normalize():f}",
        "left": dict(stop.left),
        "said": stop.in_words,
    }
    rows = [
        {
            "place": each.place,
            "firm": names[each.filing],
            "score": each.score,
            "suspicion": each.suspicion,
            "before_stop": each.before_stop,
            "cell": each.cell,
            "reasons": each.reasons,
        }
        for each in placed
    ]
    return json.dumps({"as_of": order.yardstick_at.isoformat(), "stop": said, "rows": rows}, ensure_ascii=False)
