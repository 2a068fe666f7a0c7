"""A code list as the browser picks from it (static/sheet/codes.js), with the mark that its address has."""

import gzip
import hashlib
import json
from dataclasses import dataclass
from functools import cached_property, lru_cache

from forms_tables.edition.model import CodeList


@dataclass(frozen=True)
class ListText:
    text: str

    @cached_property
    def mark(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.text.encode(), mtime=0)


@lru_cache(maxsize=64)
def list_text(code_list: CodeList) -> ListText:
    entries = [(entry.code, entry.name) for entry in code_list.entries]
    return ListText(json.dumps(entries, ensure_ascii=False, separators=(",", ":")))
