"""Statements of made-up firms in the layouts that are in use: 会企01/02表 of 财会〔2019〕6号, 会小企01/02表, and how
ledgers and the tax office's pages hand them out."""

from collections.abc import Iterable
from io import BytesIO

from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

FIRM = "重庆云图软件有限公司"

# 会小企02表: 本年累计金额, 本月金额, in 元.
SMALL_PROFIT = [
    ("一、营业收入", 12_345_678.90, 2_500_000.00),
    ("减：营业成本", 4_000_000.00, 800_000.00),
    ("税金及附加", 61_728.39, 12_500.00),
    ("其中：消费税", None, None),
    ("城市维护建设税", 36_008.23, 7_291.67),
    ("销售费用", 800_000.00, 160_000.00),
    ("其中：商品维修费", 0, 0),
    ("管理费用", 3_100_000.00, 600_000.00),
    ("其中：开办费", None, None),
    ("业务招待费", 21_000.00, 3_000.00),
    ("研究费用", 1_900_000.00, 380_000.00),
    ("财务费用", -12_345.67, -2_000.00),
    ("其中：利息费用（收入以“-”号填列）", -15_000.00, -2_500.00),
    ("加：投资收益（损失以“-”号填列）", None, None),
    ("二、营业利润（亏损以“-”号填列）", 4_396_296.18, 929_500.00),
    ("加：营业外收入", 50_000.00, 0),
    ("其中：政府补助", 50_000.00, 0),
    ("减：营业外支出", 0, 0),
    ("三、利润总额（亏损总额以“-”号填列）", 4_446_296.18, 929_500.00),
    ("减：所得税费用", 222_314.81, 0),
    ("四、净利润（净亏损以“-”号填列）", 4_223_981.37, 929_500.00),
]

# 会企02表 of a year: 本期金额, 上期金额, in 元.
PROFIT = [
    ("一、营业收入", 98_765_432.10, 80_000_000),
    ("其中：主营业务收入", 98_000_000.00, 79_500_000),
    ("其他业务收入", 765_432.10, 500_000),
    ("减：营业成本", 40_000_000.00, 33_000_000),
    ("其中：主营业务成本", 39_500_000.00, 32_700_000),
    ("其他业务成本", 500_000.00, 300_000),
    ("税金及附加", 493_827.16, 400_000),
    ("销售费用", 5_000_000, 4_100_000),
    ("管理费用", 9_000_000, 8_000_000),
    ("研发费用", 16_000_000, 13_000_000),
    ("财务费用", -200_000, -100_000),
    ("其中：利息费用", 50_000, 60_000),
    ("利息收入", 260_000, 170_000),
    ("加：其他收益", 3_000_000, 2_500_000),
    ("投资收益（损失以“－”号填列）", 120_000, 0),
    ("其中：对联营企业和合营企业的投资收益", None, None),
    ("公允价值变动收益（损失以“－”号填列）", 0, 0),
    ("信用减值损失（损失以“－”号填列）", -350_000, -200_000),
    ("资产减值损失（损失以“－”号填列）", None, None),
    ("资产处置收益（损失以“－”号填列）", 0, 0),
    ("二、营业利润（亏损以“－”号填列）", 31_241_604.94, 24_000_000),
    ("加：营业外收入", 15_000, 10_000),
    ("减：营业外支出", 5_000, 3_000),
    ("三、利润总额（亏损总额以“－”号填列）", 31_251_604.94, 24_007_000),
    ("减：所得税费用", 3_125_160.49, 2_400_700),
    ("四、净利润（净亏损以“－”号填列）", 28_126_444.45, 21_606_300),
    ("（一）持续经营净利润（净亏损以“－”号填列）", 28_126_444.45, 21_606_300),
]

# 会企01表, two-sided: 期末余额, 年初余额.
ASSETS = [
    ("流动资产：", None, None),
    ("货币资金", 20_000_000.55, 15_000_000),
    ("应收票据", 0, 0),
    ("应收账款", 18_000_000, 12_000_000),
    ("预付款项", 500_000, 400_000),
    ("存货", 2_000_000, 1_500_000),
    ("其中：数据资源", 100_000, 0),
    ("合同资产", None, None),
    ("流动资产合计", 40_500_000.55, 28_900_000),
    ("非流动资产：", None, None),
    ("长期股权投资", 0, 0),
    ("固定资产", 6_000_000, 5_000_000),
    ("在建工程", 0, 0),
    ("无形资产", 3_000_000, 2_500_000),
    ("其中：数据资源", 700_000, 300_000),
    ("开发支出", 1_000_000, 0),
    ("其中：数据资源", 0, 0),
    ("非流动资产合计", 10_000_000, 7_500_000),
    ("资产总计", 50_500_000.55, 36_400_000),
]
DEBTS = [
    ("流动负债：", None, None),
    ("短期借款", 5_000_000, 4_000_000),
    ("应付票据", None, None),
    ("应付账款", 3_000_000, 2_600_000),
    ("预收款项", 100_000, 80_000),
    ("合同负债", 900_000, 700_000),
    ("应付职工薪酬", 1_200_000, 1_000_000),
    ("应交税费", 300_000, 250_000),
    ("流动负债合计", 10_500_000, 8_630_000),
    ("非流动负债：", None, None),
    ("长期借款", 0, 0),
    ("非流动负债合计", 0, 0),
    ("负债合计", 10_500_000, 8_630_000),
    ("所有者权益（或股东权益）：", None, None),
    ("实收资本（或股本）", 10_000_000, 10_000_000),
    ("未分配利润", 25_000_000.55, 14_770_000),
    ("所有者权益（或股东权益）合计", 40_000_000.55, 27_770_000),
    ("负债和所有者权益（或股东权益）总计", 50_500_000.55, 36_400_000),
]


def small_profit(
    month: str = "2024年5月", rows: Iterable[tuple] = SMALL_PROFIT, unit: str = "单位：元", firm: str = FIRM
) -> bytes:
    """As the tax office's page and most ledgers export it: a title over merged cells, 行次 between name and figures."""
    book = Workbook()
    sheet = book.active
    sheet.title = "利润表"
    sheet.append(["利润表（适用执行小企业会计准则的企业）"])
    sheet.merge_cells("A1:D1")
    sheet.append(["", "", "", "会小企02表"])
    sheet.append([f"编制单位：{firm}", month, "", unit])
    sheet.append(["项    目", "行次", "本年累计金额", "本月金额"])
    for number, (name, *figures) in enumerate(rows, start=1):
        sheet.append([name, number, *figures])
    sheet.append(["单位负责人：张三", "", "财务负责人：李四", "制表人：王五"])
    return saved(book)


def year_end(unit: str = "单位：元", year: int = 2023) -> bytes:
    """资产负债表 and 利润表 of a year in one workbook, behind a journal nobody reads."""
    book = Workbook()
    other = book.active
    other.title = "科目余额表"
    other.append(["科目编码", "科目名称", "期末余额", ""])
    other.append(["", "", "借方", "贷方"])
    other.append(["1001", "货币资金", 1, ""])
    balance = book.create_sheet("资产负债表")
    balance_sheet(balance, f"{year}年12月31日", unit)
    profit = book.create_sheet("利润表")
    profit.append(["利润表"])
    profit.append(["", "", "", "会企02表"])
    profit.append([f"编制单位：{FIRM}", f"{year}年度", "", unit])
    profit.append(["项目", "行次", "本期金额", "上期金额"])
    for number, (name, *figures) in enumerate(PROFIT, start=1):
        profit.append([name, number, *figures])
    return saved(book)


def balance_sheet(sheet: Worksheet, day: str, unit: str) -> None:
    sheet.append(["资产负债表"])
    sheet.merge_cells("A1:H1")
    sheet.append([f"编制单位：{FIRM}", "", "", day, "", "", "会企01表", unit])
    names = ["行次", "期末余额", "年初余额"]
    sheet.append(["资产", *names, "负债和所有者权益（或股东权益）", *names])
    for number in range(max(len(ASSETS), len(DEBTS))):
        left = ASSETS[number] if number < len(ASSETS) else ("", None, None)
        right = DEBTS[number] if number < len(DEBTS) else ("", None, None)
        sheet.append([left[0], number + 1, *left[1:], right[0], number + 31, *right[1:]])


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def copied(rows: Iterable[tuple], *heads: str) -> str:
    """Rows as a spreadsheet copies them."""
    lines = ["\t".join(heads)]
    lines += ["\t".join("" if each is None else str(each) for each in row) for row in rows]
    return "\r\n".join(lines)
