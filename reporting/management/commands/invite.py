"""manage.py invite --firms --filter no-account: open the first accounts of many firms, or write to them again.

The same function as the page 企业账号; --check says whom it would reach and writes nothing.
"""

import json
from contextlib import suppress

from django.core.management.base import BaseCommand, CommandError

from accounts import clock
from accounts.access import DoneAlready
from accounts.contacts import why_out_of_call
from accounts.first_accounts import AccountState, MassOutcome
from accounts.models import District, Enterprise
from reporting.invitations import inviting
from reporting.invitations.inviting import ChosenFirms, InvitationReach


class Command(BaseCommand):
    help = "为还没有账号或没有用过账号的企业发激活邮件；--check 只看发给谁，不写信。"

    def add_arguments(self, parser):
        parser.add_argument("--firms", action="store_true", required=True, help="企业的主账号")
        parser.add_argument("--filter", choices=AccountState.values, default="no-account", help="按账号状态筛选")
        parser.add_argument("--district", default="", metavar="CODE", help="只限一个区县，写区划代码")
        parser.add_argument("--check", action="store_true", help="只说明会发给谁，不开通，不写信")
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args, **options):
        if options["district"] and not District.objects.filter(code=options["district"]).exists():
            raise CommandError(f"没有区划代码是“{options['district']}”的区县，请核对后再运行。")
        at, chosen = clock.now(), ChosenFirms(options["filter"], options["district"])
        firms = inviting.group(None, chosen, at)
        reach, outcome = inviting.reach(firms, at), MassOutcome()
        if why_not := why_out_of_call(firms):
            raise CommandError(why_not)
        if not options["check"]:
            with suppress(DoneAlready):  # nothing to write is an answer to a script, as to a second press
                outcome = inviting.invite(chosen, by=None, at=at)
        told = told_of(chosen, reach, outcome, options["check"])
        self.stdout.write(json.dumps(told, ensure_ascii=False) if options["json"] else in_words(told))


def told_of(chosen: ChosenFirms, reach: InvitationReach, outcome: MassOutcome, is_check: bool) -> dict:
    firms = Enterprise.objects.with_district().in_bulk([pk for pk, _ in reach.without])
    return {
        "filter": chosen.state,
        "district": chosen.district,
        "check": is_check,
        "firms": reach.letters + len(reach.without),
        "letters": reach.letters if is_check else outcome.letters,
        "opened": reach.to_open if is_check else outcome.opened,
        "resent": reach.to_resend if is_check else outcome.resent,
        "no_letter": [
            {
                "credit_code": firms[pk].credit_code,
                "name": firms[pk].name,
                "district": firms[pk].district_code or "",
                "reason": why_not.value,
                "words": why_not.label,
            }
            for pk, why_not in reach.without
        ],
    }


def in_words(told: dict) -> str:
    would = "将" if told["check"] else "已"
    lines = [f"符合条件的企业 {told['firms']} 家：{would}开通 {told['opened']} 家，{would}重发 {told['resent']} 家。"]
    lines += [f"  没有发：{each['name']}（{each['credit_code']}），{each['words']}。" for each in told["no_letter"]]
    return "\n".join(lines)
