"""The sheet of paper on top of the package: what each file is, for somebody who has nothing but the package."""

from __future__ import annotations

from reporting.archive.lines import KEYS
from reporting.archive.names import README, SUMS, UNLOCKED, edition_path
from reporting.archive.record import PeriodRecord
from reporting.models import published_edition

FILES = {
    "district_results.csv": "锁定时核定的各区县工作情况，一行一个区县；没有锁定的没有内容",
    "editions/": "本期上报件所依据的每一个制度版本的全文：表、指标、代码、参数、审核关系（见下）",
    "explanations.csv": "企业上报时对提示所作的说明，一行一条",
    "figures.csv": "每一份上报件的每一格，一行一格；小数按企业上报的原样，空格不写",
    "filings.csv": "每一家企业在本期的进度，一行一家，不须报的也列出",
    "journal.csv": "本期的操作日志，一行一条，按时间先后；打归档包本身的几行不列入",
    "journal.jsonl": "同上，逐字照录",
    "messages.csv": "企业、区县和市级在本期的留言，一行一条",
    "period.json": "报告期本身：状态、锁定时间、三级截止日及理由、参数、制度版本",
    README: "本说明",
    "requests.csv": "延期、补报、口径调整申请和区县的决定，一行一件",
    "reviews.csv": "审核、查询、答复、退回，一行一次，按时间先后",
    "reviews.jsonl": "同上，逐字照录",
    "scans.csv": "盖章扫描件的清单，一行一份",
    "scans/": "盖章扫描件：区县代码/信用代码-第几次上报-编号.pdf",
    SUMS: "其余每个文件的 SHA-256 摘要",
    "submissions.csv": "每一份上报件的概况，一行一份，撤回的、被退回的也列出",
    "submissions.jsonl": "每一份上报件的全部内容：填报内容、企业属性、审核结果、说明，逐字照录",
    "totals.json": "全市和各区县的汇总数，小数写作文本，一位不差",
    "totals.xlsx": "全市汇总工作簿，以及纳入汇总的企业清单",
    "workbooks/": "每一份上报件的工作簿：区县代码/信用代码-第几次上报.xlsx",
}
OPEN_WARNING = (
    "【未锁定】打包时{label}还没有锁定：以下内容以后还会变动，不是定稿，不能当作本期的归档。"
    "所载情况截至 {at}。锁定以后请重新打包。\n"
)


def not_locked(record: PeriodRecord) -> str:
    return OPEN_WARNING.format(label=record.period.label, at=record.at.isoformat())


def readme(record: PeriodRecord) -> str:
    sections = (head_of(record), files_in(record), how_to_verify(), how_it_is_written(), editions_in(record), keys())
    return "\n".join(line for section in sections for line in [*section, ""])


def head_of(record: PeriodRecord) -> list[str]:
    period = record.period
    firms, sent = record.filings.count(), sum(record.editions.values())
    if period.is_locked:
        locked = f"{period.label}于 {record.at.isoformat()} 锁定。"
        when = f"{locked}计入汇总的，以锁定时审核通过的为准；锁定后补报的一并收录，不计入汇总。"
    else:
        when = not_locked(record).rstrip()
    return [f"{period.label}（{period.code}）归档包", "", when, f"共 {firms} 家企业的填报，{sent} 份上报件。"]


def files_in(record: PeriodRecord) -> list[str]:
    files = FILES if record.period.is_locked else FILES | {UNLOCKED: "提醒：打包时本期没有锁定"}
    return ["一、每个文件是什么", "", *(f"{name}  {what}。" for name, what in sorted(files.items()))]


def how_to_verify() -> list[str]:
    return [
        "二、怎样核对",
        "",
        f"解开后在这个文件夹里执行 sha256sum -c {SUMS} （Windows 可用 certutil -hashfile 文件名 SHA256 逐个对照）。",
        "每行都是“OK”或“成功”，就与打包时一字节不差。不需要直报平台。",
        "从同一份记录再打一次包，得到的文件逐字节相同：包里没有打包的时间。",
    ]


def how_it_is_written() -> list[str]:
    return [
        "三、怎样写的",
        "",
        "文字一律是 UTF-8。CSV 开头有字节顺序标记，可以直接用 Excel 打开；其中以 = + - @ 开头而不是负数的文字，",
        "前面加了一个撇号，以免被当作公式执行；控制字符已经去掉。",
        "上报件、审核和操作日志一字不差的原文在同名的 .jsonl 里：一行一个 JSON，小数写作文本。",
        "时间写作 2024-06-05T09:30:00+08:00，是北京时间。金额、人数的计量单位见 figures.csv 和制度版本。",
        "空格不是零：企业没有填的格，这里就没有。",
        "不收录：密码、登录凭证、邮件服务的密钥、企业没有上报的草稿表。操作日志里保存草稿的各行照录。",
    ]


def editions_in(record: PeriodRecord) -> list[str]:
    found = ["四、制度版本", ""]
    for (code, digest), number in record.editions.items():
        edition = published_edition(code)
        found.append(f"{code}  {edition.title}：{number} 份上报件依据它，全文见 {edition_path(code, 'json')}。")
        found.append(f"  摘要 {digest}")
        if edition.digest != digest:
            found.append("  注意：这些上报件当时所依据的文本，平台已不再保存；所附全文是现在的文本，摘要不同。")
    return [
        *found,
        "摘要是同名的 .canonical.json 的 SHA-256：sha256sum 算出的与上报件里写的摘要相同，就是当时所依据的文本。",
        "两个文件内容相同；.json 保留栏和参数的先后，供人阅读。",
    ]


def keys() -> list[str]:
    """Of the lines of JSON; what the CSV hold is said by their heads."""
    return ["五、.jsonl 里的名称", "", *(f"{key}  {words}" for key, words in KEYS.items())]
