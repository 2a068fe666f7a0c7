"""manage.py rules: every rule of an edition, where it is enforced and what it says."""

import json
from collections import Counter

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from forms_tables.edition.catalog import Edition, Rule, edition_codes
from reporting.models import PublishedEdition, published_edition
from reporting.models.in_force import current_edition

KINDS = {
    "rule": "规则语言",
    "cell": "单元格类型",
    "derived": "系统计算并锁定的单元格（被改动时按规则报错）",
    "workflow": "流程守卫",
}
LEVELS = {"error": "错误", "warning": "提示"}


class Command(BaseCommand):
    help = "列出制度版本的全部勾稽与流程规则：编号、级别、在何处执行、规则文字。"

    def add_arguments(self, parser):
        parser.add_argument("--edition", help="制度版本的代码；不写就是现行的一版")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *, edition, json: bool, **options):
        try:
            found = published_edition(edition) if edition else current_edition()
        except PublishedEdition.DoesNotExist as error:
            known = [*edition_codes(), *PublishedEdition.objects.exclude(text="").values_list("code", flat=True)]
            raise CommandError(f"没有名为“{edition}”的制度版本；现有：{'、'.join(known)}") from error
        except DatabaseError as error:
            shipped = edition_codes()[-1]
            raise CommandError(
                f"数据库还没有建好，不知道现行的是哪一版。请先执行 migrate，或写明版本，如 --edition {shipped}。"
            ) from error
        if json:
            self.stdout.write(as_json(found))
        else:
            self.write_text(found)

    def write_text(self, edition: Edition) -> None:
        for rule in edition.rules:
            self.stdout.write(f"{rule.id}  {LEVELS[rule.level]}  {rule.where}")
            self.stdout.write(f"      {text_of(rule)}")
            if rule.texts:
                self.stdout.write(f"      原文：{rule.formula}")
            if rule.note:
                self.stdout.write(f"      注：{rule.note}")
        levels = Counter(rule.level for rule in edition.rules)
        kinds = Counter(rule.kind for rule in edition.rules)
        self.stdout.write("")
        self.stdout.write(f"{edition.title}（{edition.code}）")
        self.stdout.write(f"共 {len(edition.rules)} 条：错误 {levels['error']} 条，提示 {levels['warning']} 条。")
        for kind, words in KINDS.items():
            self.stdout.write(f"  {kind:<8} {kinds[kind]:>3} 条  {words}")
        self.stdout.write("市级录入参数之前不能执行或不能全部执行的：")
        for rule in waiting(edition):
            self.stdout.write(f"  {rule.id}（等待 {'、'.join(rule.waits_for)}）：{rule.note}")


def as_json(edition: Edition) -> str:
    rows = [
        {
            "id": rule.id,
            "level": rule.level,
            "kind": rule.kind,
            "where": rule.where,
            "text": text_of(rule),
            "note": rule.note,
        }
        for rule in edition.rules
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1)


def text_of(rule: Rule) -> str:
    """The rule in one line of the notation; the words of the original where it is no text."""
    if not rule.texts:
        return rule.formula
    text = "；".join(rule.texts)
    if rule.when:
        text = f"当 {rule.when}：{text}"
    if rule.columns:
        text = f"列 {'、'.join(rule.columns)}：{text}"
    if rule.each:
        text = f"x＝{'、'.join(rule.each)}：{text}"
    return text


def waiting(edition: Edition) -> list[Rule]:
    """The rules that cannot be judged, or not wholly, before the city has entered a parameter nobody has published."""
    missing = {name for name, parameter in edition.parameters.items() if parameter.default is None}
    return [rule for rule in edition.rules if missing & set(rule.waits_for)]
