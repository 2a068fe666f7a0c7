"""What a PDF says when it is read back."""

import re
from io import BytesIO
from unicodedata import normalize

from pypdf import PdfReader


def pages_of(pdf: bytes) -> list[str]:
    """The text of each page, without the blanks a reader puts between columns."""
    return [re.sub(r"\s+", "", page.extract_text()) for page in PdfReader(BytesIO(pdf)).pages]


def text_of(pdf: bytes) -> str:
    return "".join(pages_of(pdf))


def as_characters(text: str) -> str:
    """A browser's PDF calls some characters by one that looks the same: ⽉ for 月, ∕ for ／."""
    return "".join(normalize("NFKC", each) if "⼀" <= each <= "⿕" else each for each in text).replace("∕", "／")


def lines_of(pdf: bytes) -> list[list[str]]:
    """The lines of all pages, each as the words that stand in it."""
    pages = PdfReader(BytesIO(pdf)).pages
    return [line.split() for page in pages for line in page.extract_text().splitlines()]


def line_with(pdf: bytes, word: str) -> list[str]:
    return next(line for line in lines_of(pdf) if word in line)


def fonts_of(pdf: bytes) -> set[str]:
    names = set()
    for page in PdfReader(BytesIO(pdf)).pages:
        for font in page["/Resources"]["/Font"].values():
            names.add(font.get_object()["/BaseFont"].partition("+")[2])
    return names
