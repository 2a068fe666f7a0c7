"""The firms of the demonstration city. Firm number i of a seed is always the same, however many there are."""

from dataclasses import dataclass
from random import Random

from forms_tables.edition.credit_code import check_character, organisation_check_character

# How many of a hundred firms each reporting area has, roughly as software firms cluster in the city.
WEIGHTS = {
    "CQ-LJ": 22, "CQ-GX": 13, "500103": 9, "500108": 8, "500107": 8, "500112": 8, "500105": 6, "500106": 5,
    "500118": 3, "500109": 3, "500113": 2, "500120": 2, "500101": 2, "500102": 2, "CQ-WS": 1,
}  # fmt: skip
# Where firm 0, the visitors' own, has its district, and with it the district's account shown to them: that of the
# newcomer of the manual, whose credit code leads there.
VISITED = "500103"
REGISTERED_IN = {"CQ-LJ": "500112", "CQ-GX": "500107", "CQ-WS": "500110"}
TRADE_NAMES = (
    "云图 智联 启明 渝数 数擎 星河 山城 嘉陵 创软 博程 天枢 汇智 信安 长江 巴渝 领航 睿思 方舟 万象 中科".split()
)
MORE_NAMES = "达 通 恒 远 新 成 华 景 睿 拓 锐 腾 源 卓 宏 朗 益 安 正 泰".split()


@dataclass(frozen=True)
class Business:
    """A kind of firm: its industry code, what its software revenue is made of, and its scope category (C13)."""

    word: str
    industry: str
    scope: str
    mix: tuple[int, int, int, int]  # 软件产品, 信息技术服务, 信息安全, 嵌入式, in hundredths of software revenue
    inside: dict[str, int]  # 其中项, in hundredths of their parent
    weight: int
    activity: str


BUSINESSES = (
    Business("软件", "6513", "1", (78, 20, 2, 0), {"20211": 4, "20212": 12}, 30, "E131 应用软件开发"),
    Business("基础软件", "6511", "3A", (85, 13, 2, 0), {"20211": 70, "20212": 5}, 5, "E112 数据库软件开发"),
    Business("工业软件", "6513", "3B", (70, 28, 2, 0), {"20212": 80, "20223": 10}, 8, "E141 研发设计类工业软件"),
    Business("信息系统", "6531", "1", (18, 78, 4, 0), {"20221": 8, "20222": 10}, 22, "E22 信息系统集成"),
    Business("云计算", "6550", "1", (10, 86, 4, 0), {"20221": 55, "20222": 25}, 8, "E253 软件即服务"),
    Business("数据", "6550", "3E", (15, 82, 3, 0), {"20222": 72, "20221": 8}, 7, "E243 数据分析服务"),
    Business("网络安全", "6440", "3C", (12, 16, 72, 0), {"20231": 18}, 5, "E313 网络安全产品"),
    Business("工业互联网", "6431", "3D", (14, 82, 4, 0), {"20223": 74, "20221": 10}, 4, "E261 工业互联网平台服务"),
    Business("微电子", "6520", "2", (4, 96, 0, 0), {"20225": 90}, 4, "E272 集成电路设计"),
    Business("智能装备", "3990", "3B", (12, 18, 0, 70), {"20212": 60}, 7, "E44 智能装备嵌入式软件"),
)


@dataclass(frozen=True, eq=False)
class Firm:
    """One firm as the register knows it, with the habits its figures are drawn from."""

    number: int
    seed: int
    credit_code: str
    name: str
    district: str
    region: str
    business: Business
    revenue: int  # a year's main revenue before growth, in hundredths of 万元
    growth: float
    cost: float
    fees: float
    research: float
    wage: float  # 万元 a head and month
    software: float
    export: float
    coefficient: str
    has_ai: bool
    key_ic: bool
    key_platform: bool
    high_tech: bool
    state_owned: bool
    contact: str

    @property
    def is_embedded(self) -> bool:
        return self.business.mix[3] > 0

    @property
    def attributes(self) -> dict[str, str]:
        """What the register holds beside name and place, under the codes of 软统企1."""
        yes = {True: "是", False: "否"}
        return {
            "A22": self.business.industry,
            "A34": self.business.scope,
            "A36": yes[self.is_embedded],
            "A37": yes[self.has_ai],
            "A38": yes[self.key_ic],
            "A39": yes[self.key_platform],
            "A40": "2" if self.revenue > 2_000_000 else "0",
            "A41": yes[self.high_tech],
            "A42": yes[self.high_tech],
            "A43": "否",
        }

    def dice(self, purpose: str) -> Random:
        """Chance that depends on the firm and the purpose only, not on what was drawn before."""
        return Random(f"{self.seed}/{self.number}/{purpose}")


def make_firm(number: int, seed: int, district_codes: tuple[str, ...]) -> Firm:
    """Firm `number` (from 0). The first firms go round the districts so that none is empty."""
    dice = Random(f"{seed}/{number}")
    weights = [WEIGHTS.get(code, 0.5) for code in district_codes]
    district = dice.choices(district_codes, weights)[0]
    if number < len(district_codes):
        first = district_codes.index(VISITED) if VISITED in district_codes else 0
        district = district_codes[(first + number) % len(district_codes)]
    business = dice.choices(BUSINESSES, [b.weight for b in BUSINESSES])[0]
    if number < 3 * len(BUSINESSES):
        business = BUSINESSES[number % len(BUSINESSES)]
    region = REGISTERED_IN.get(district, district)
    embedded = business.mix[3] > 0
    fees = dice.uniform(0.26, 0.42)
    return Firm(
        number=number,
        seed=seed,
        credit_code=credit_code_of(number, seed, region),
        name=f"重庆{dice.choice(TRADE_NAMES)}{MORE_NAMES[number % 20]}{MORE_NAMES[number // 20 % 20]}"
        f"{'' if number < 400 else number // 400}{business.word}{'股份' if number % 17 == 0 else ''}有限公司",
        district=district,
        region=region,
        business=business,
        revenue=max(3_000, min(60_000_000, int(dice.lognormvariate(11.9, 1.55)))),
        growth=dice.uniform(-0.08, 0.28),
        cost=dice.uniform(0.36, 0.58),
        fees=fees,
        research=fees * dice.uniform(0.25, 0.5),
        wage=dice.uniform(0.8, 2.0),
        software=dice.uniform(0.35, 0.5) if embedded else dice.uniform(0.62, 0.97),
        export=dice.uniform(0.02, 0.2) if dice.random() < 0.15 else 0.0,
        coefficient=f"0.{dice.randint(25, 45)}",
        has_ai=not embedded and dice.random() < 0.14,
        key_ic=business.industry == "6520" and dice.random() < 0.8,
        key_platform=business.industry == "6431" and dice.random() < 0.8,
        high_tech=dice.random() < 0.4,
        state_owned=dice.random() < 0.1,
        contact=dice.choice("王李张刘陈杨赵黄周吴")
        + dice.choice(["敏", "静", "强", "磊", "洋", "勇", "芳", "娟", "涛", "明"]),
    )


def credit_code_of(number: int, seed: int, region: str) -> str:
    """A code with both check digits right, invented from the firm's number."""
    body = f"M{seed % 100:02d}{number:05d}"
    organisation = body + organisation_check_character(body)
    first = f"91{region}{organisation}"
    return first + check_character(first)
