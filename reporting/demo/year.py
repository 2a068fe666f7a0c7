"""A firm's annual figures, made to agree with its December month under the rules between tables and periods."""

from reporting.demo.firms import Firm
from reporting.demo.months import INSIDE, cumulative, money

# How the rest of a class is spread over its last-level rows, in hundredths of the class.
PRODUCTS = {"E121": 4, "E122": 3, "E129": 1, "E15": 2, "E19": 3}
APPLICATIONS = {"E1321": 8, "E1322": 20, "E1323": 12, "E1324": 10, "E1325": 9, "E1326": 8, "E1327": 18, "E1328": 5}
SERVICES = {"E21": 14, "E22": 46, "E23": 24, "E269": 6}
SPLITS = {
    "E11": ("E111", "E112", "E113", "E114", "E119"),
    "E14": ("E141", "E142", "E143", "E144", "E149"),
    "E24": ("E241", "E242", "E243", "E249"),
    "E25": ("E251", "E252", "E253", "E259"),
    "E27": ("E271", "E272", "E273"),
    "E31": ("E311", "E312", "E313", "E314", "E319"),
    "E32": ("E321", "E322", "E323", "E329"),
}
EMBEDDED_ROWS = ("E41", "E42", "E43", "E44", "E45", "E49")


def annual_cells(firm: Firm, year: int) -> dict[str, str]:
    """The typed cells of 软统企1–5 for `year`, with last year's figures typed beside them."""
    cells = basic_cells(firm, year)
    this, last = cumulative(firm, year, 12), cumulative(firm, year - 1, 12)
    for column, december in (("y", this), ("p", last)):
        amounts = income_rows(firm, december) | business_rows(firm, december) | class_rows(firm, december)
        cells |= {f"{code}.{column}": money(amount) for code, amount in amounts.items()}
        cells |= {f"{code}.{column}": str(count) for code, count in people_rows(firm, december).items()}
        if firm.has_ai:
            cells |= {f"{code}.{column}": text for code, text in ai_rows(firm, december).items()}
    for column, december in (("e", this), ("b", last)):
        cells |= {f"{code}.{column}": money(amount) for code, amount in balance_rows(firm, december).items()}
    if firm.is_embedded:
        cells |= embedded_cells(firm, this, last)
    return cells


def basic_cells(firm: Firm, year: int) -> dict[str, str]:
    facts = {
        "A01": firm.credit_code,
        "A03": firm.name,
        "A04": f"{firm.region}001001",
        "A05": f"重庆市示范路{firm.number + 1}号",
        "A06": f"{firm.region}001001",
        "A07": firm.district,
        "A09": firm.contact,
        "A10": firm.contact,
        "A11": firm.contact,
        "A12": f"023-6{firm.number % 10_000_000:07d}",
        "A13": mobile_of(firm),
        "A15": "400000",
        "A16": f"{2003 + firm.number % 17}-{1 + firm.number % 12:02d}",
        "A17": money(capital_of(firm)),
        "A18": "119" if firm.state_owned else "112",
        "A19": "1" if firm.state_owned else "3",
        "A20": "1",
        "A21": "10",
        "A22": firm.business.industry,
        "A23": firm.business.activity,
        "A25": "1",
        "A26": "1",
        "A27": "0",
        "A30": "否",
        "A32": "9",
        "A33": "0",
        "A34": firm.business.scope,
        "A36": firm.attributes["A36"],
        "A37": firm.attributes["A37"],
        "A41": firm.attributes["A41"],
        "A42": firm.attributes["A42"],
        "A43": "否",
        "A44": "0",
        "A45": "3" if firm.high_tech else "0",
    }
    return {f"{code}.v": text for code, text in facts.items()}


def mobile_of(firm: Firm) -> str:
    return f"139{firm.seed % 100:02d}{firm.number:06d}"


def capital_of(firm: Firm) -> int:
    return max(10_000, firm.revenue // 4 // 10_000 * 10_000)


def income_rows(firm: Firm, december: dict[str, int]) -> dict[str, int]:
    """软统企2, the profit and loss part: it leads to the December month's total profit exactly."""
    main, cost, fees, research = (december[code] for code in ("2010", "2050", "2080", "2110"))
    capitalised = research // 10 if firm.high_tech else 0
    other_income, other_cost, duties = main // 50, main // 100, main * 6 // 1000
    selling = (fees - (research - capitalised)) * 4 // 10
    financial = fees // 40
    profit = december["2090"]
    gains = profit - (main + other_income - cost - other_cost - duties - fees)
    tax = profit * 15 // 100 if profit > 0 else 0
    return {
        "F123": main * 12 // 1000,
        "F302": main,
        "F303": other_income,
        "F311": cost,
        "F312": december["2051"],
        "F313": other_cost,
        "F320": duties,
        "F331": selling,
        "F332": fees - selling - financial - (research - capitalised),
        "F333": research - capitalised,
        "F334": financial,
        "F341": gains,
        "F343": 0,
        "F344": 0,
        "F345": 0,
        "F346": 0,
        "F347": 0,
        "F351": 0,
        "F353": 0,
        "F361": tax,
        "F381": main * 4 // 100,
        "F382": tax,
        "F391": december["2111"] * 125 // 100,
        "F395": capitalised,
    }


def balance_rows(firm: Firm, december: dict[str, int]) -> dict[str, int]:
    """软统企2, the balance sheet part at a year's end."""
    main = december["2010"]
    capital = capital_of(firm)
    cash, notes, receivable, stock, contract = (
        main * 22 // 100,
        main // 50,
        main * 30 // 100,
        main * 6 // 100,
        main // 40,
    )
    fixed, depreciation = main * 20 // 100, main * 7 // 100
    owner = "F192" if firm.state_owned else "F195"
    others = {code: 0 for code in ("F192", "F193", "F194", "F195", "F196", "F197") if code != owner}
    return {
        "F101": cash,
        "F102": notes,
        "F103": receivable,
        "F105": stock,
        "F106": contract,
        "F110": cash + notes + receivable + stock + contract + main // 20 + capital,
        "F121": fixed,
        "F122": depreciation,
        "F124": fixed - depreciation,
        "F126": main // 20,
        "F140": fixed - depreciation + main // 20 + main // 50,
        "F161": main // 20,
        "F162": main * 12 // 100,
        "F163": main * 8 // 100,
        "F170": main * 28 // 100,
        "F175": main // 50,
        owner: capital,
        **others,
    }


def business_rows(firm: Firm, december: dict[str, int]) -> dict[str, int]:
    """软统企3, the amounts the firm types itself."""
    rows = {f"Y{code}": december[code] for code in ("2041", "2043", "2110", "2111")}
    if firm.is_embedded:
        rows |= {"Y20421": december["20421"], "Y2042": december["2042"]}
    return rows


def people_rows(firm: Firm, december: dict[str, int]) -> dict[str, int]:
    staff = december["2112"]
    masters, bachelors, college = staff * 12 // 100, staff * 60 // 100, staff * 20 // 100
    research = staff * 45 // 100
    works = 4 + staff // 6
    return {
        "Y2112": staff,
        "Y3101": staff * 36 // 100,
        "Y3111": masters,
        "Y3112": bachelors,
        "Y3113": college,
        "Y3114": staff - masters - bachelors - college,
        "Y3120": research,
        "Y3121": research * 8 // 10,
        "Y3122": staff // 10,
        "Y3123": staff * 3 // 10,
        "Y3301": works,
        "Y3302": min(works, 1 + staff // 30),
        "Y3311": staff // 12,
        "Y3312": staff // 30,
    }


def class_rows(firm: Firm, december: dict[str, int]) -> dict[str, int]:
    """软统企4: each class of the December month spread over its last-level rows, to the last hundredth."""
    rows: dict[str, int] = {}
    rows |= spread(december["20211"], SPLITS["E11"])
    rows |= spread(december["20212"], SPLITS["E14"])
    rest = december["2021"] - december["20211"] - december["20212"]
    products = {code: rest * part // 100 for code, part in PRODUCTS.items()}
    applications = rest - sum(products.values())
    general = applications * 3 // 10
    trades = {code: (applications - general) * part // 100 for code, part in APPLICATIONS.items()}
    rows |= products | trades | {"E131": general, "E1329": applications - general - sum(trades.values())}
    rows |= spread(december["20222"], SPLITS["E24"])
    rows |= spread(december["20221"], SPLITS["E25"])
    rows |= spread(december["20225"], SPLITS["E27"])
    rows |= {"E261": december["20223"], "E262": december["20224"]}
    rest = december["2022"] - sum(december[code] for code in INSIDE["2022"])
    services = {code: rest * part // 100 for code, part in SERVICES.items()}
    rows |= services | {"E28": rest - sum(services.values())}
    products = december["2023"] * 7 // 10
    rows |= spread(products, SPLITS["E31"]) | spread(december["2023"] - products, SPLITS["E32"])
    return rows | {"E33": december["20231"]}


def spread(amount: int, codes: tuple[str, ...]) -> dict[str, int]:
    """An amount over rows so that it adds up: halves, quarters, and what is left in the last but one."""
    parts, left = {}, amount
    for code in codes[:-1]:
        parts[code] = left // 2
        left -= parts[code]
    parts[codes[0]] += left * 9 // 10
    return parts | {codes[-1]: left - left * 9 // 10}


def embedded_cells(firm: Firm, this: dict[str, int], last: dict[str, int]) -> dict[str, str]:
    """Products of one class, with the coefficient the firm was told; the other classes are nought."""
    cells = {f"{code}.v": "0" for code in EMBEDDED_ROWS} | {f"{code}.k": "0" for code in EMBEDDED_ROWS}
    cells |= {"E44.v": money(this["20241"]), "E44.k": firm.coefficient}
    return cells | {"E4.p": money(last["2024"]), "Y20241.p": money(last["20241"])}


def ai_rows(firm: Firm, december: dict[str, int]) -> dict[str, str]:
    """软统企5: a fifth of software products and services is AI business, all of it counted as software revenue."""
    products, services, security = december["2021"] // 5, december["2022"] // 5, december["2023"] // 5
    total = products + services + security
    basis, technology = total * 2 // 10, total * 3 // 10
    rows = dict.fromkeys(["AI111", "AI112", "AI113", "AI115", "AI121", "AI123", "AI125", "AI24"], 0)
    rows |= {"AI131": 0, "AI132": 0, "AI133": 0, "AI134": 0, "AI136": 0, "AI137": 0, "AI139": 0}
    rows |= {"AI114": basis, "AI122": technology // 2, "AI124": technology - technology // 2}
    rows |= {"AI135": total - basis - technology, "AI21": products, "AI22": services, "AI23": security}
    rows |= {"AI40": december["2110"] // 4}
    staff = december["2112"]
    people = {"AI50": staff * 45 // 100 // 3, "AI51": staff * 45 // 100 // 4}
    return {code: money(amount) for code, amount in rows.items()} | {code: str(n) for code, n in people.items()}
