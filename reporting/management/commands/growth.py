import json

from django.core.management.base import BaseCommand, CommandError

from reporting.cuts.cutting import CannotCut
from reporting.cuts.dimensions import names_of
from reporting.growth.comparing import AskedGrowth, Compared, compare
from reporting.growth.words import (
    COMPARABLE,
    ON_PUBLISHED,
    PROVISIONAL,
    as_json,
    is_provisional,
    label_of,
    percent,
    warning_of_missing,
)


class Command(BaseCommand):
    help = "Growth of a figure on last year's published level and on a comparable base, and the bridge between them."

    def add_arguments(self, parser):
        parser.add_argument("period", help="2024M05, 2023A")
        parser.add_argument("--cell", default="", help="2020.c1, Y2020.y; the headline figure where none is named")
        parser.add_argument("--by", default="", help="one dimension: district, industry, class, size …")
        parser.add_argument("--json", action="store_true")

    def handle(self, *, period, cell, by, json: bool, **options):
        try:
            compared = compare(AskedGrowth(period, cell, by))
        except CannotCut as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(in_json(compared) if json else as_text(compared))


def in_json(compared: Compared) -> str:
    return json.dumps(as_json(compared), ensure_ascii=False)


def as_text(compared: Compared) -> str:
    provisional = f"（{PROVISIONAL}）" if is_provisional(compared) else ""
    lines = [f"{compared.edition.place_of(compared.cells.own)}，{compared.period.label}{provisional}"]
    names = names_of(compared.edition, compared.asked.by, list(compared.groups)) if compared.asked.by else {}
    for group in (None, *sorted(names)):
        bridge = compared.bridge(group)
        rates = {ON_PUBLISHED: compared.on_published(bridge), COMPARABLE: compared.comparable(bridge)}
        warning = warning_of_missing(compared, group)
        told = "，".join(f"{name} {percent(rate) + '%' if percent(rate) else rate.why}" for name, rate in rates.items())
        lines.append(f"{'合计' if group is None else names[group]}：{bridge.level:,}；{told}")
        lines += [f"  {warning}"] if warning else []
    if not compared.no_then and not compared.no_base:
        lines += [
            f"  {label_of(line.key, compared)}：{line.amount:,}（{line.firms} 家）" for line in compared.whole.lines()
        ]
    return "\n".join(lines)
