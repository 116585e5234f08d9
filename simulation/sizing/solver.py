"""The door to HiGHS: an integer programme as rows of coefficients, solved with a bound, a gap and a limit of work.

The limit is processor time, so that a computer with other work on it finds the same answer later, not a poorer one in time.

HiGHS: Q. Huangfu, J. A. J. Hall, Mathematical Programming Computation 10 (2018). It is part of the optional extra
``simulation``.
"""

import math
import threading
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final, Literal

import msgspec
import numpy as np

from simulation.sizing.errors import SolverMissing

if TYPE_CHECKING:
    from highspy import HighsLp
    from highspy._core import _Highs
    from highspy._core.cb import HighsCallbackInput, HighsCallbackOutput, HighsCallbackType

SEED: Final = 1
WHOLE: Final = 1e-5
"""Whole numbers of the solver are whole up to this."""
PATIENCE: Final = 20.0
"""By the clock the solver takes no longer than so many times its processor time, whatever else the computer does."""


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
    """Solve on one core, with so many seconds of its processor: the same programme has the same answer where they suffice.

    Whatever interrupts the caller meanwhile ends the search first.
    """
    try:
        import highspy
    except ImportError as error:
        raise SolverMissing from error
    # The core class: its wrapper writes a banner to standard output, which belongs to the answer.
    solver = highspy._core._Highs()
    options = {
        "output_flag": False, "time_limit": PATIENCE * time_limit_s, "mip_rel_gap": gap, "random_seed": SEED, "threads": 1,
    }  # fmt: skip
    for name, value in options.items():
        solver.setOptionValue(name, value)
    solver.passModel(_model_of(programme))
    limit = _Limit(time_limit_s)
    solver.setCallback(limit.look, None)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackMipInterrupt)
    solver.startCallback(highspy.cb.HighsCallbackType.kCallbackSimplexInterrupt)
    # In a thread of its own, since an interrupt that is raised inside the solver's frames is lost there.
    threading.Thread(target=limit.keep, args=(solver.run,), daemon=True).start()
    try:
        limit.done.wait()
    finally:
        limit.is_over = True
        limit.done.wait()
    return _answer_of(solver)


class _Limit:
    """Ends a search when its thread has had so many seconds of the processor, or when it is over for another reason."""

    def __init__(self, seconds: float) -> None:
        self.is_over, self.done = False, threading.Event()
        self._seconds, self._until = seconds, 0.0

    def keep(self, search: Callable[[], object]) -> None:
        """Search in this thread, within the limit."""
        self._until = time.thread_time() + self._seconds
        try:
            search()
        finally:
            self.done.set()

    def look(
        self,
        _kind: "HighsCallbackType",
        _message: str,
        _found: "HighsCallbackOutput",
        wish: "HighsCallbackInput",
        _own: object,
    ) -> None:
        """Be asked by the solver whether to stop."""
        if self.is_over or time.thread_time() >= self._until:
            wish.user_interrupt = True


def _answer_of(solver: "_Highs") -> Answer:
    import highspy

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
