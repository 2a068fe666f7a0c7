"""What the browser fetches once and keeps: JSON that is the same for every firm, at an address that has its mark."""

import gzip
import hashlib
import json
from abc import ABC, abstractmethod
from functools import cached_property


def in_json(content: object) -> bytes:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


class Fetched(ABC):
    @property
    @abstractmethod
    def text(self) -> bytes: ...

    @cached_property
    def compressed(self) -> bytes:
        return gzip.compress(self.text, mtime=0)

    @cached_property
    def mark(self) -> str:
        """Another for other contents: what has it in its address may be kept for ever."""
        return hashlib.sha256(self.text).hexdigest()[:16]
