"""Files into a zip, piece by piece: nothing is held but the piece at hand, and the list of digests comes last."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from hashlib import sha256
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipInfo

from reporting.archive.contents import ArchivedFile
from reporting.archive.names import SUMS
from text.writing import SteadyPackage


class Outlet:
    """What a zip is written to that goes on as it is written: it can be neither sought in nor read."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """What is written lies there until it is taken."""

    def close(self) -> None:
        """Nothing is open."""

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        if content := b"".join(pieces):
            yield content


def packed(files: Iterable[ArchivedFile]) -> Iterator[bytes]:
    """The package. One that broke off has no table of contents and cannot be opened, so none is taken for whole."""
    outlet, sums = Outlet(), []
    with SteadyPackage(outlet, "w", ZIP_DEFLATED) as package:
        for file in files:
            digest = sha256()
            with package.open(entry_of(file), "w", force_zip64=True) as part:
                for piece in file.pieces():
                    digest.update(piece)
                    part.write(piece)
                    yield from outlet.taken()
            sums.append(f"{digest.hexdigest()}  {file.name}\n")
        package.writestr(SUMS, "".join(sums))
    yield from outlet.taken()


def entry_of(file: ArchivedFile) -> ZipInfo:
    entry = ZipInfo(file.name)
    entry.compress_type = ZIP_STORED if file.is_packed_already else ZIP_DEFLATED
    return entry
