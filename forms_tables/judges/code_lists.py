"""A code list as the browser picks from it (static/sheet/codes.js)."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from forms_tables.edition.model import CodeList
from forms_tables.judges.fetched import Fetched, in_json


@dataclass(frozen=True, eq=False)
class ListText(Fetched):
    code_list: CodeList

    @cached_property
    def text(self) -> bytes:
        return in_json([(entry.code, entry.name) for entry in self.code_list.entries])


@lru_cache(maxsize=64)
def list_text(code_list: CodeList) -> ListText:
    return ListText(code_list)
