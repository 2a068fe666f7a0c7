"""manage.py recheck 2024M05: judge every open and submitted filing of a period by all rules of its own edition.

Exit 0 when it could be done, whatever was found. With --json one object is streamed, `findings` last and without a cap.
"""

import json
from collections.abc import Iterator
from time import perf_counter

import polars as pl
from django.core.management.base import BaseCommand, CommandError

from accounts.models import Enterprise
from reporting import city_columns
from reporting.models import Period
from reporting.recheck import ERROR, UNREADABLE, Recheck, recheck

LEVELS = {"error": "错误", "warning": "提示"}
CHUNK = 10_000


class Command(BaseCommand):
    help = "复核一个报告期：全部在填和已上报的填报，按各自制度版本的全部审核关系重新做数据审核。"

    def add_arguments(self, parser):
        parser.add_argument("period", help="报告期，如 2024M05 或 2023A")
        parser.add_argument("--rule", help="只列出这一条审核关系，如 R605")
        parser.add_argument("--json", action="store_true", help="输出 JSON，列出全部审核结果")

    def handle(self, *args, **options):
        period = Period.objects.filter(pk=options["period"]).first()
        if period is None:
            raise CommandError(f"没有开设报告期“{options['period']}”，或已撤回。")
        begun = perf_counter()
        city_columns.refresh(period, None if options["json"] else self.say)
        stored = perf_counter()
        found = recheck(period)
        seconds = {"store": round(stored - begun, 3), "judge": round(perf_counter() - stored, 3)}
        if options["rule"]:
            found = narrowed(found, options["rule"])
        if options["json"]:
            self.write_as_json(found, seconds)
        else:
            self.write_in_words(found, seconds)

    def say(self, done: int, total: int) -> None:
        self.stderr.write(f"已算完草稿 {done}/{total} 份")

    def write_in_words(self, found: Recheck, seconds: dict[str, float]) -> None:
        drafts = found.judged["submission"].null_count()
        self.stdout.write(
            f"{found.period.label}：复核 {found.judged.height} 份填报（已上报 {found.judged.height - drafts} 份，"
            f"企业填报中 {drafts} 份）；整理数据 {seconds['store']:.2f} 秒，审核 {seconds['judge']:.2f} 秒。"
        )
        counts = by_rule(found)
        for rule, level, filings, findings in counts.rows():
            title = found.rules[rule].message if rule in found.rules else "单元格填写有误，不属某条审核关系"
            self.stdout.write(f"  {rule:<6}{LEVELS[level]}  {filings:>6} 份 {findings:>7} 处  {title}")
        errors = found.findings.filter(pl.col("level") == ERROR).height
        self.stdout.write(f"错误 {errors} 处，提示 {found.findings.height - errors} 处。")
        for filing, why in found.judged.drop_nulls("why").select("filing", "why").rows():
            self.stdout.write(f"填报 {filing} 的数据格式异常，已单独做数据审核：{why}。")

    def write_as_json(self, found: Recheck, seconds: dict[str, float]) -> None:
        drafts = found.judged["submission"].null_count()
        rules = [dict(zip(("rule", "level", "filings", "findings"), row, strict=True)) for row in by_rule(found).rows()]
        head = {
            "period": found.period.code,
            "editions": {code: edition.digest for code, edition in found.editions.items()},
            "seconds": seconds,
            "filings": found.judged.height,
            "submitted": found.judged.height - drafts,
            "drafts": drafts,
            "rules": rules,
        }
        self.stdout.write(json.dumps(head, ensure_ascii=False)[:-1] + ', "findings": [', ending="")
        for number, finding in enumerate(findings_in_full(found)):
            self.stdout.write((",\n" if number else "\n") + json.dumps(finding, ensure_ascii=False), ending="")
        self.stdout.write("\n]}")


def narrowed(found: Recheck, rule: str) -> Recheck:
    """To one rule, which must be one of an edition's."""
    if not any(each.id == rule for edition in found.editions.values() for each in edition.rules):
        raise CommandError(f"制度里没有审核关系“{rule}”。")
    return Recheck(found.period, found.findings.filter(pl.col("rule") == rule), found.judged)


def by_rule(found: Recheck) -> pl.DataFrame:
    """How many filings each rule fires on and how often: rule, level, filings, findings."""
    counted = found.findings.group_by("rule", "level").agg(pl.col("filing").n_unique().alias("filings"), pl.len())
    return counted.sort("level", "len", "rule", descending=[False, True, False])


def findings_in_full(found: Recheck) -> Iterator[dict]:
    firms = {pk: (code, name) for pk, code, name in Enterprise.objects.values_list("pk", "credit_code", "name")}
    known = found.judged.select("filing", "enterprise", "district", "submission")
    for chunk in found.findings.join(known, on="filing", how="left", maintain_order="left").iter_slices(CHUNK):
        for row in chunk.iter_rows(named=True):
            condition = found.condition_of(row)
            code, name = firms[row["enterprise"]]
            yield {
                "filing": row["filing"],
                "submission": row["submission"],
                "enterprise": code,
                "name": name,
                "district": row["district"],
                "edition": row["edition"],
                "rule": "" if row["rule"] == UNREADABLE else row["rule"],
                "level": row["level"],
                "cells": list(found.cells_of(row)),
                "column": condition.scope.column if condition else "",
                "row": condition.scope.row if condition else "",
                # Of a draft not what was typed: it is its firm's.
                **({"words": row["words"]} if row["words"] and row["submission"] is not None else {}),
            }
