"""The fewest cells of which every failed rule has one: an integer programme of zeros and ones, for HiGHS."""

from collections.abc import Mapping, Sequence

import highspy

from forms_tables.repair.elimination import Contradiction

MOST_NODES = 2000  # of one programme, which takes a few; a limit of time would make the hint depend on the machine


def fewest_cells_touching(
    cells: Sequence[str],
    cuts: Sequence[Contradiction],
    banned: Sequence[frozenset[str]],
    must: frozenset[str],
    blamed: Mapping[str, int],
) -> frozenset[str] | None:
    """The integer programme: the fewest cells of which every cut has one, and that are none of the banned sets; of
    equally small sets the one whose cells have a part in more failed rules."""
    solver = highspy.Highs()
    options = {"output_flag": False, "threads": 1, "mip_max_nodes": MOST_NODES, "mip_rel_gap": 0.0}
    for option, value in options.items():
        solver.setOptionValue(option, value)
    place = {cell: column for column, cell in enumerate(cells)}
    one_cell = 1 + sum(blamed.values())
    for cell, column in place.items():
        solver.addVar(float(cell in must), 1.0)
        solver.changeColCost(column, float(one_cell - blamed.get(cell, 0)))
        solver.changeColIntegrality(column, highspy.HighsVarType.kInteger)
    for cut in cuts:
        signs = {place[cell]: 1.0 for cell in sorted(cut.cells)} | {place[cell]: -1.0 for cell in sorted(cut.tied)}
        solver.addRow(1.0 - len(cut.tied), highspy.kHighsInf, len(signs), list(signs), list(signs.values()))
    for chosen in banned:
        columns = [place[cell] for cell in sorted(chosen)]
        solver.addRow(-highspy.kHighsInf, len(columns) - 1.0, len(columns), columns, [1.0] * len(columns))
    solver.run()
    if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    values = solver.getSolution().col_value
    return frozenset(cell for cell, column in place.items() if values[column] > 0.5)
