"""The door to HiGHS: an integer programme as rows of coefficients, solved with a bound, a gap and a time limit.

HiGHS: Q. Huangfu, J. A. J. Hall, Mathematical Programming Computation 10 (2018). It is part of the optional extra
``simulation``.
"""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from simulation.sizing.errors import SolverMissing

if TYPE_CHECKING:
    from highspy import HighsLp

SEED: Final = 1
WHOLE: Final = 1e-5
"""Whole numbers of the solver are whole up to this."""


class Row(msgspec.Struct):
    """low ≤ Σ value × column ≤ high."""

    low: float
    high: float
    columns: list[int]
    values: list[float]


class Programme(msgspec.Struct):
    """Columns are whole numbers from 0 on; minimised."""

    costs: list[float] = []
    highs: list[float] = []
    rows: list[Row] = []

    def column(self, cost: float = 0.0, high: float = math.inf) -> int:
        """Add a column and return its number."""
        self.costs.append(cost)
        self.highs.append(high)
        return len(self.costs) - 1

    def row(self, low: float, high: float, terms: Sequence[tuple[int, float]]) -> None:
        """Add a row."""
        self.rows.append(Row(low, high, [column for column, _ in terms], [value for _, value in terms]))


class Answer(msgspec.Struct, frozen=True):
    """What the solver found; ``gap`` is the part of the cost by which a better answer could be cheaper."""

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    values: tuple[int, ...]
    cost: float
    bound: float
    gap: float


def solve(programme: Programme, *, time_limit_s: float, gap: float) -> Answer:
    """Solve on one core, so that the same programme has the same answer wherever the time suffices."""
    try:
        import highspy
    except ImportError as error:
        raise SolverMissing from error
    # The core class: its wrapper writes a banner to standard output, which belongs to the answer.
    solver = highspy._core._Highs()
    options = {"output_flag": False, "time_limit": time_limit_s, "mip_rel_gap": gap, "random_seed": SEED, "threads": 1}
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model_of(programme))
    solver.run()
    status = solver.getModelStatus()
    info = solver.getInfo()
    if status in (highspy.HighsModelStatus.kInfeasible, highspy.HighsModelStatus.kUnboundedOrInfeasible):
        return Answer("infeasible", (), math.inf, math.inf, 0.0)
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Answer("unknown", (), math.inf, info.mip_dual_bound, math.inf)
    found = np.array(solver.getSolution().col_value)
    whole = np.rint(found)
    assert float(np.abs(found - whole).max(initial=0.0)) < WHOLE * 10, "the solver keeps whole numbers whole"
    done = status == highspy.HighsModelStatus.kOptimal
    cost, bound = info.objective_function_value, min(info.mip_dual_bound, info.objective_function_value)
    left = (cost - bound) / abs(cost) if cost else 0.0
    return Answer(
        "optimal" if done and left <= 1e-6 else "feasible", tuple(whole.astype(int).tolist()), cost, bound, left
    )


def _model_of(programme: Programme) -> "HighsLp":
    import highspy

    model = highspy.HighsLp()
    count = len(programme.costs)
    model.num_col_, model.num_row_ = count, len(programme.rows)
    model.col_cost_ = np.array(programme.costs)
    model.col_lower_ = np.zeros(count)
    model.col_upper_ = np.array([min(high, highspy.kHighsInf) for high in programme.highs])
    model.row_lower_ = np.array([max(row.low, -highspy.kHighsInf) for row in programme.rows])
    model.row_upper_ = np.array([min(row.high, highspy.kHighsInf) for row in programme.rows])
    model.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    model.a_matrix_.start_ = np.cumsum([0, *(len(row.columns) for row in programme.rows)]).astype(np.int32)
    model.a_matrix_.index_ = np.array([one for row in programme.rows for one in row.columns], dtype=np.int32)
    model.a_matrix_.value_ = np.array([one for row in programme.rows for one in row.values])
    model.integrality_ = [highspy.HighsVarType.kInteger] * count
    return model
