"""Text from outside (a form, a worksheet, a mail), cleaned once where it comes in.

Control characters and halves of a surrogate pair are what no keyboard types and no database, worksheet and letter all
hold: they are taken away everywhere. Hidden marks (which turn the direction of writing, have no width, or mark the
order of bytes) are taken out of figures, codes and what somebody says; a name that holds one would be another name
that looks the same, so it is refused, with the place of the mark.
"""

import re

BREAKS = re.compile("[\x0b\x0c\x85\u2028\u2029]")  # a new line to the word processor it was typed in
CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
HIDDEN = re.compile("[\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # in a worksheet, which is XML
HIDDEN_NAMES = {
    **dict.fromkeys("\u061c\u200e\u200f", "改变书写方向的标记"),
    **dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "改变书写方向的标记"),
    "\xad": "软连字符",
    "\ufeff": "字节顺序标记",
}


def without_control(text: str) -> str:
    """As every database, worksheet and letter can hold it."""
    return text if text.isprintable() else CONTROL.sub("", BREAKS.sub("\n", text))


def without_hidden(text: str) -> str:
    """As a figure, a code or a sentence is meant: nothing in it that cannot be seen."""
    return text if text.isprintable() else HIDDEN.sub("", without_control(text))


def hidden_mark(text: str) -> str:
    """Where a name holds a mark nobody sees, as the rest of a sentence about it; empty when it holds none."""
    if text.isprintable() or not (found := HIDDEN.search(text)):
        return ""
    name = HIDDEN_NAMES.get(found[0], "没有宽度的字符")
    after = f"（“{text[: found.start()][-6:]}”之后）" if found.start() else ""
    return f"第 {found.start() + 1} 个字符{after}是看不见的{name}（U+{ord(found[0]):04X}），请删去后手工重新输入"


def of_cell(text: str) -> str:
    """A worksheet's text. A program that does not undo Excel's _x000B_ hands the escape on instead of the character."""
    if "_x" in text:
        text = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return without_control(text)


def no_plain_address(text: str) -> str:
    """Why something that holds a mail address is more than one, as a sentence without its end; empty when it is not."""
    if found := re.match(r"[A-Za-z][A-Za-z0-9+.-]{1,20}:(//)?", text):
        return f"请删去前面的“{found[0]}”，只写邮箱地址，如name@example.cn"
    if text.count("@") > 1:
        return "只能写一个邮箱地址，请留下收信的那一个"
    if "<" in text or ">" in text:
        return "请删去姓名和尖括号，只写邮箱地址，如name@example.cn"
    return ""
