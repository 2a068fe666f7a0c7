"""Writes the golden releases of a layout that is new; see golden/README.md. No test: pytest is asked for it by name."""

import gzip

from reporting import workflow
from reporting.models import Period, Release
from reporting.releases.layouts import LAYOUT
from reporting.releases.making import freeze_found
from reporting.totals.frozen import unpacked
from tests.releases.conftest import LOCKED_AT
from tests.releases.test_golden import FOLDER


def test_write_what_a_new_layout_is_held_to(city):
    Period.objects.filter(pk="2023A").update(state=Period.LOCKED, locked_at=LOCKED_AT)
    proposal = workflow.propose_lock(city.may, city.by, LOCKED_AT, "多次催报未果")
    workflow.confirm_lock(proposal, city.second, LOCKED_AT)
    freeze_found(city.annual, None, LOCKED_AT)
    for release in Release.objects.select_related("frozen"):
        name = f"layout_{LAYOUT}_{release.period_id}"
        (FOLDER / f"{name}.json.gz").write_bytes(gzip.compress(unpacked(release.frozen.content), mtime=0))
        print(f'    "{name}": "{release.digest}",')
