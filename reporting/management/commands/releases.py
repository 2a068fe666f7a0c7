import json

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.clock import SHANGHAI
from forms_tables.edition.periods import BadPeriod, PeriodCode
from reporting.models import Period, Release
from reporting.releases.making import freeze_found, locked_without_release
from reporting.releases.rebuilding import CannotRebuild, rebuilt


class Command(BaseCommand):
    help = "The releases of a period or of all; --verify writes each workbook again and compares."

    def add_arguments(self, parser):
        parser.add_argument("period", nargs="?", default="", help="2024M05, 2023A; none: all")
        parser.add_argument("--json", action="store_true")
        parser.add_argument("--verify", action="store_true", help="rebuild each and compare; exit 1 where one differs")
        parser.add_argument(
            "--make-missing", action="store_true", help="make release 1 of what was locked before there were releases"
        )

    def handle(self, *, period, json: bool, verify: bool, make_missing: bool, **options):
        if period:
            be_a_period(period)
        if make_missing:
            for each in locked_without_release():
                if not period or each.code == period:
                    made = freeze_found(each, None, clock.now())
                    self.stderr.write(f"{each.label}：已补建 {made.code}。" if made else f"{each.label}：已有发布。")
        found = Release.objects.filter(period=period) if period else Release.objects.all()
        releases = list(found.select_related("period", "by").order_by("period__opens_on", "period", "number"))
        problems = problems_of(releases) if verify else {}
        self.stdout.write(in_json(releases, problems, verify) if json else as_text(releases, problems, verify))
        if not json and (without := locked_without_release()):
            self.stdout.write(f"另有 {len(without)} 期锁定时还没有发布，用 --make-missing 补建。")
        if problems:
            raise CommandError("\n".join(problems.values()))


def be_a_period(code: str) -> None:
    try:
        PeriodCode.parse(code)
    except BadPeriod as error:
        raise CommandError(str(error)) from error
    if not Period.objects.filter(pk=code).exists():
        raise CommandError(f"没有报告期{code}：没有开启过，或已撤回。")


def problems_of(releases: list[Release]) -> dict[str, str]:
    problems = {}
    for release in releases:
        try:
            rebuilt(release)
        except CannotRebuild as problem:
            problems[release.code] = str(problem)
    return problems


def facts_of(release: Release) -> dict:
    return {
        "release": release.code,
        "period": release.period_id,
        "number": release.number,
        "digest": release.digest,
        "kind": release.kind,
        "at": release.at.astimezone(SHANGHAI).isoformat(),
        "reason": release.reason,
        "frozen_digest": release.frozen_digest,
        "edition": release.edition_code,
        "edition_digest": release.edition_digest,
        "code_version": release.code_version,
        "layout": release.layout,
        **release.counts,
    }


def in_json(releases: list[Release], problems: dict[str, str], verified: bool) -> str:
    listed = [facts_of(release) for release in releases]
    if verified:
        listed = [each | {"rebuilds": each["release"] not in problems} for each in listed]
    return json.dumps(listed, ensure_ascii=False)


def as_text(releases: list[Release], problems: dict[str, str], verified: bool) -> str:
    if not releases:
        return "还没有发布：报告期锁定时产生第一次发布。"
    checked = {True: "重建一致", False: "重建不一致"}
    lines = [
        f"{release.code}　{release.get_kind_display()}　{release.at.astimezone(SHANGHAI):%Y-%m-%d}　{release.digest}"
        + (f"　{checked[release.code not in problems]}" if verified else "")
        for release in releases
    ]
    return "\n".join(lines)
