"""Style sheet, scripts and templates need nothing that Chromium 86 does not know: the engine of 360, QQ and 搜狗.

A selector or at-rule it does not know takes its whole rule with it; a function it does not know stops the script.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings

LEAST = 86
ROOT = Path(settings.BASE_DIR)

SELECTORS = {  # wherever they are written: style sheet, querySelector, hx-target
    r":has\(": 105,
    r":is\(": 88,
    r":where\(": 88,
    r":not\([^()]*,": 88,
    r":nth-(last-)?child\([^)]* of ": 111,
    r":dir\(": 120,
    r":(user-valid|user-invalid)\b": 119,
    r":(modal|popover-open|open|autofill)\b": 105,
}
STYLE = {
    r"@layer\b": 99,
    r"@container\b": 105,
    r"@scope\b": 118,
    r"@starting-style\b": 117,
    r"@media[^{]*[<>]": 104,
    r"@media[^{]*\((forced-colors|prefers-contrast)": 89,
    r"(?<![\w-])inset(-\w+)*\s*:": 87,
    r"(?<![\w-])(margin|padding|border)-(inline|block)\s*:": 87,
    r"(?<![\w-])(aspect-ratio|accent-color|text-wrap|field-sizing|interpolate-size)\s*:": 88,
    r"(?<![\w-])(text-underline-offset|text-decoration-thickness|forced-color-adjust)\s*:": 87,
    r"(?<![\w-])(scrollbar-(gutter|color|width)|print-color-adjust|font-size-adjust|initial-letter)\s*:": 94,
    r"(?<![\w-])(translate|rotate|scale|container(-\w+)?|mask-\w+|text-emphasis(-\w+)?)\s*:": 99,
    r"(?<![\w-])(view-transition-name|animation-timeline|animation-range|anchor-name|position-\w+|text-box)\s*:": 111,
    r"overflow(-[xy])?\s*:\s*clip\b": 90,
    r"\b(subgrid|revert-layer)\b": 99,
    r"\d([dsl]v(h|w|b|i|min|max)|cq\w+|r?lh|rcap|ric|rex)\b": 105,
    r"(?<![\w-])(color-mix|oklch|oklab|lch|lab|hwb|light-dark|image-set|round|mod|rem|sin|cos|sqrt|pow|linear)\(": 101,
}
SCRIPT = {
    r"\.at\(": 92,
    r"\.(findLast|findLastIndex)\(": 97,
    r"\.(toSorted|toReversed|toSpliced|with|isWellFormed|toWellFormed)\(": 110,
    r"\.(union|intersection|difference|symmetricDifference|isSubsetOf|isSupersetOf|isDisjointFrom)\(": 122,
    r"\.(values|keys|entries)\(\)\s*\.(?!next)\w+\(": 122,
    r"\bObject\.(hasOwn|groupBy)\b": 93,
    r"\b(Map\.groupBy|Array\.fromAsync|Promise\.(withResolvers|try)|RegExp\.escape|URL\.(canParse|parse))\b": 117,
    r"\b(structuredClone|reportError)\(": 95,
    r"\b(Intl\.Segmenter|AbortSignal\.(timeout|any)|crypto\.randomUUID)\b": 87,
    r"\bstatic\s*\{": 94,
    r"#\w+ in \w": 91,
    r"Error\([^;]*\{\s*cause\b": 93,
    r"(?<=\S)/[gimsuy]*[dv][gimsuy]*(?=\s*[.,;)])": 90,
    r"\.(inert|checkVisibility|showPicker|showPopover|hidePopover|togglePopover)\b": 99,
    r"\b(startViewTransition|moveBefore|scheduler|scrollend|setHTMLUnsafe)\b": 94,
    r"new FormData\([^)]*,": 112,
}
MARKUP = {
    r"\s(inert|popover)(?=[\s=>])": 102,
    r"<details[^>]*\sname=": 120,
    r'hidden="until-found"': 102,
}
POLISH = {  # where the engine is too old for them a tick is black, a box keeps its height, a head its longer line
    "accent-color:",
    "field-sizing:",
    "text-wrap:",
    "text-underline-offset:",
}
ASKED_FOR_FIRST = {"moveBefore", "startViewTransition"}  # htmx looks whether they are there
# ECharts is written for browsers of ten years ago: a rectangle's own union, its own scheduler, a division, a choice.
NO_NEWS_IN_ECHARTS = {".union(", "scheduler", "/d", ":is("}


def unknown(text: str, *tables: dict[str, int]) -> list[str]:
    """What is written in `text` that came after the oldest engine, as it is written."""
    return [
        found[0].strip()
        for table in tables
        for pattern, since in table.items()
        if since > LEAST
        for found in re.finditer(pattern, text)
    ]


def unknown_in_styles(text: str) -> list[str]:
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return [*unknown(text, SELECTORS, STYLE), *nested_rules(text)]


def unknown_in_script(text: str) -> list[str]:
    return unknown(re.sub(r"(?m)/\*[\s\S]*?\*/|(^|\s)//.*$", "", text), SELECTORS, SCRIPT)


def nested_rules(text: str) -> list[str]:
    """Rules inside rules, known since 112."""
    nested, within = [], []
    for opened in re.finditer(r"([^{};]*)\{|\}", text):
        if opened[0] == "}":
            within.pop()
            continue
        prelude = opened[1].strip()
        if any(not outer.startswith("@") for outer in within):
            nested.append(prelude)
        within.append(prelude)
    return nested


def own(folder: str, ending: str) -> list[Path]:
    return [path for path in sorted((ROOT / folder).rglob(ending)) if "vendor" not in path.parts]


@pytest.mark.parametrize("path", own("static", "*.css"), ids=lambda path: path.name)
def test_the_style_sheet_needs_nothing_newer(path):
    assert [words for words in unknown_in_styles(path.read_text(encoding="utf-8")) if words not in POLISH] == []


@pytest.mark.parametrize("path", own("static", "*.js"), ids=lambda path: path.name)
def test_a_script_needs_nothing_newer(path):
    assert unknown_in_script(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", sorted((ROOT / "static/vendor").glob("*.js")), ids=lambda path: path.name)
def test_a_vendored_script_needs_nothing_newer(path):
    known = NO_NEWS_IN_ECHARTS if path.name.startswith("echarts") else ASKED_FOR_FIRST
    assert set(unknown_in_script(path.read_text(encoding="utf-8"))) <= known


def test_no_template_needs_anything_newer():
    for path in own("templates", "*.html"):
        assert unknown(path.read_text(encoding="utf-8"), SELECTORS, MARKUP) == [], path


@pytest.mark.parametrize(
    "rule",
    [
        ".box:has(> .grid) { overflow: visible }",
        ".grid :is(th, td) { color: red }",
        "input:not([type=checkbox], [type=radio]) { border: 0 }",
        ".bar { inset: 0 }",
        ".map { aspect-ratio: 1 }",
        ".box { overflow-x: clip }",
        ".page { min-height: 100dvh }",
        ".page { color: color-mix(in srgb, red, blue) }",
        "@media (width < 700px) { .page { color: red } }",
        "@layer base { .page { color: red } }",
        ".page { color: red; .box { color: blue } }",
        ".page { & .box { color: blue } }",
        ".grid { grid-template-rows: subgrid }",
    ],
)
def test_a_newer_rule_is_found(rule):
    assert unknown_in_styles(rule)


@pytest.mark.parametrize(
    "rule",
    [
        ".box:not(:first-child) > a:focus-visible { top: 0; clip-path: inset(50%) }",
        "@supports selector(:focus-visible) { .page { gap: 1rem; height: max(1rem, 2vh); grid-row: 1 } }",
        "/* :has( is too new */ @media (max-width: 700px) { .page { color: red } }",
    ],
)
def test_an_older_rule_is_left_alone(rule):
    assert unknown_in_styles(rule) == []


@pytest.mark.parametrize(
    "line",
    [
        "const last = list.at(-1);",
        "if (Object.hasOwn(map, name)) return;",
        "list.findLast((one) => one.wrong);",
        "const copy = structuredClone(list);",
        "class Filing { static { prepare(); } }",
        'row.querySelector("input:not([type=checkbox], [type=hidden])");',
        'panel.querySelector("[data-try] :is(select, input)");',
        "const id = crypto.randomUUID();",
        "const places = /a(b)/d.exec(text);",
        "const sorted = list.toSorted();",
        "throw new Error(words, { cause: error });",
        "const names = map.keys().map(String);",
        "// the last of them\nconst last = list.at(-1);",
    ],
)
def test_a_newer_line_of_script_is_found(line):
    assert unknown_in_script(line)


@pytest.mark.parametrize(
    "line",
    [
        "state.words ??= list[list.length - 1]?.words ?? text.replaceAll(a, b);",
        "panel.replaceChildren(...list.map((one) => one.name)); // not list.at(-1)",
        "const plain = /^[0-9]+$/.test(text) ? 'https://example.com/d' : field.matches(':focus-visible');",
    ],
)
def test_an_older_line_of_script_is_left_alone(line):
    assert unknown_in_script(line) == []


def test_what_is_older_reads_a_sentence_on_every_page():
    """:focus-visible came with 86: what does not know it shows the sentence, and needs no script for it."""
    page = (ROOT / "templates/base.html").read_text(encoding="utf-8")
    style = (ROOT / "static/app.css").read_text(encoding="utf-8")
    assert re.search(rf'<p class="old-browser[^>]*>[^<]*{LEAST}[^<]*极速模式', page)
    assert "@supports selector(:focus-visible) { .old-browser { display: none; } }" in style


def test_the_manual_names_the_oldest_browser():
    assert re.search(rf"Chrome、Edge {LEAST}\b", (ROOT / "docs/manual.md").read_text(encoding="utf-8"))
