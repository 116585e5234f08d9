"""Does the work that a process was started for, and says in both languages why it cannot."""

import sys
import traceback
from collections.abc import Sequence

import msgspec

from server.studio.asks import (
    AnyNote,
    CompareAsk,
    DayAsk,
    Done,
    Failed,
    FaultLine,
    FileAsk,
    LogAsk,
    RunAsk,
    SizeAsk,
    StatedAsk,
    Work,
)
from server.studio.failures import failed
from server.studio.worker.fitted import document_of
from server.studio.worker.grounds import DraftInvalid, Kept, from_file, from_log, stated
from server.studio.worker.runs import OtherPeople, Tell, compared, day_to_watch, run
from simulation.errors import ScenarioInvalid, SimulationError


def done(work: Work, tell: Tell) -> AnyNote:
    """Return the result, or why there is none."""
    try:
        return _result(work, tell)
    except DraftInvalid as error:
        return Failed(code="SCENARIO_INVALID", zh=_first(error.faults, "zh"), en=_first(error.faults, "en"),
                      faults=error.faults)  # fmt: skip
    except ScenarioInvalid as error:
        lines = tuple(
            FaultLine(fault.code, "", fault.line, fault.text("zh"), fault.text("en")) for fault in error.faults
        )
        return Failed(code=error.code, zh=_first(lines, "zh"), en=_first(lines, "en"), faults=lines)
    except SimulationError as error:
        return Failed(code=error.code, zh=error.text("zh"), en=error.text("en"))
    except OtherPeople:
        return failed("STUDIO_OTHER_DAY")
    except MemoryError:
        raise
    except Exception:
        # The boundary of the process: the trace goes to the server's log, a sentence to the manager.
        traceback.print_exc(file=sys.stderr)
        return failed("STUDIO_FAULT")


def _result(work: Work, tell: Tell) -> Done:
    ask = work.ask
    match ask:
        case LogAsk():
            tell(0, 1, "fit")
            kept, checks = from_log(work, ask)
            return Done(result=document_of(kept, checks), kept=msgspec.Raw(msgspec.json.encode(kept)))
        case StatedAsk():
            kept = stated(work, ask)
            return Done(result=document_of(kept, None), kept=msgspec.Raw(msgspec.json.encode(kept)))
        case FileAsk():
            kept = from_file(work, ask)
            return Done(result=document_of(kept, None), kept=msgspec.Raw(msgspec.json.encode(kept)))
        case RunAsk():
            return Done(result=run(_ground(work), ask.draft, days=ask.days, seed=ask.seed, tell=tell))
        case SizeAsk():
            from server.studio.worker.sizes import sized

            return Done(result=sized(_ground(work), ask, tell))
        case CompareAsk():
            return Done(result=compared(work, _ground(work), ask, tell))
        case DayAsk():
            return Done(result=day_to_watch(work, _ground(work), ask))


def _ground(work: Work) -> Kept:
    return msgspec.json.decode(work.ground, type=Kept).as_set_in(work)


def _first(faults: Sequence[FaultLine], language: str) -> str:
    return str(getattr(faults[0], language))
