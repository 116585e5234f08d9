"""The auditor finds nothing in what the rules made, and names row and law of whatever was tampered with."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall import commands as cmd
from hall import events as ev
from hall.audit import Auditor, Finding, LogAuditor, RuleAuditor, audit
from hall.commands import Origin
from hall.errors import Refusal
from hall.events import Commit
from tests.support.live import call_next, open_window, take
from tests.support.logs import PLANS, Recorder, random_log, replaced

FINISH = cmd.FinishTicket(command_id="finish-0001", at_ms=0, actor="clerk:wang", window="W01")


def ordinary_log() -> list[Commit]:
    """1 open · 2–4 take three · 5, 6 two windows open · 7 W01 calls · 8 W02 calls · 9 W01 finishes."""
    recorder = Recorder()
    for command in (
        take(1),
        take(2),
        take(3),
        open_window("W01"),
        open_window("W02", "li"),
        call_next(1),
        call_next(1, "W02", "li"),
        FINISH,
    ):
        recorder.at_ms += 1_000
        result = recorder.send(command)
        assert not isinstance(result, Refusal), result
    return recorder.log


@pytest.mark.parametrize("seed", range(40))
def test_a_log_that_the_rules_made_is_sound(seed: int):
    """Random commands, sensible and not: the auditor's own tables agree with the rules on every step."""
    log = random_log(seed, 400)

    assert list(audit(log, PLANS)) == []


def test_an_empty_log_is_sound():
    assert list(audit([], PLANS)) == []


def test_a_missing_row_is_named():
    log = ordinary_log()
    del log[3]

    assert_first(log, 5, "S9")


def test_a_missing_first_row_is_named():
    assert_first(ordinary_log()[1:], 2, "S9")


def test_two_rows_in_the_wrong_order_are_named():
    log = ordinary_log()
    log[3], log[4] = log[4], log[3]

    assert_first(log, 5, "S9")


def test_two_rows_that_changed_places_and_numbers_are_named():
    """Renumbered so that seq and time look right: the numbers that they gave out betray them."""
    log = ordinary_log()
    second, third = log[2], log[3]
    log[2] = _as(third, second)
    log[3] = _as(second, third)

    assert_first(log, 3, "S16")


def test_a_number_given_out_twice_is_named():
    log = ordinary_log()
    first = log[1].events[0]
    log = replaced(log, 3, events=(msgspec.structs.replace(log[2].events[0], number=first.number),))

    assert_first(log, 3, "S1", "A001")


def test_a_place_in_a_series_given_out_twice_is_named():
    log = ordinary_log()
    first = log[1].events[0]
    log = replaced(log, 3, events=(msgspec.structs.replace(log[2].events[0], count=first.count),))

    assert_first(log, 3, "S1")


def test_a_ticket_called_to_a_second_window_is_named():
    log = ordinary_log()
    stolen = log[6].events[0].ticket
    log = replaced(log, 8, events=(msgspec.structs.replace(log[7].events[0], ticket=stolen, candidates=(stolen,)),))

    assert_first(log, 8, "S5", "CALLED")


def test_a_window_that_calls_a_second_ticket_is_named():
    log = ordinary_log()
    call = log[7]
    log = replaced(log, 8, actor="clerk:wang", command=msgspec.structs.replace(call.command, window="W01", actor="clerk:wang"),
                   events=(msgspec.structs.replace(call.events[0], window="W01"),))  # fmt: skip

    assert_first(log, 8, "S4", "W01")


def test_a_call_out_of_order_is_named():
    """A better friend was called first: the decision is not what the rules say."""
    log = ordinary_log()
    friend = log[3].events[0].ticket
    log = replaced(log, 7, events=(msgspec.structs.replace(log[6].events[0], ticket=friend, candidates=(friend,)),))

    assert_first(log, 7, "S16")


def test_a_chosen_call_without_a_reason_is_named():
    log = ordinary_log()
    log = replaced(log, 7, events=(msgspec.structs.replace(log[6].events[0], rule="chosen"),))

    assert_first(log, 7, "S16", "reason")


def test_a_ticket_that_nobody_took_is_named():
    log = ordinary_log()
    log = replaced(
        log, 7, events=(msgspec.structs.replace(log[6].events[0], ticket="ghost-0001", candidates=("ghost-0001",)),)
    )

    assert_first(log, 7, "S3", "ghost-0001")


def test_an_illegal_step_is_named():
    """A ticket that is done is finished again."""
    log = ordinary_log()
    again = msgspec.structs.replace(
        log[8],
        seq=10,
        command_id="finish-0002",
        command=msgspec.structs.replace(FINISH, command_id="finish-0002", at_ms=log[8].at_ms),
    )

    assert_first([*log, again], 10, "S5", "DONE")


def test_a_command_answered_twice_is_named():
    log = ordinary_log()
    again = msgspec.structs.replace(
        log[1], seq=10, at_ms=log[8].at_ms, command=msgspec.structs.replace(log[1].command, at_ms=log[8].at_ms)
    )

    assert_first([*log, again], 10, "S7")


def test_time_that_goes_back_is_named():
    log = ordinary_log()
    early = log[4].at_ms - 60_000
    log = replaced(log, 5, at_ms=early, command=msgspec.structs.replace(log[4].command, at_ms=early))

    assert_first(log, 5, "S11")


def test_a_stranger_at_a_window_is_named():
    log = ordinary_log()
    log = replaced(
        log, 7, actor="clerk:mallory", command=msgspec.structs.replace(log[6].command, actor="clerk:mallory")
    )

    assert_first(log, 7, "S13", "mallory")


@pytest.mark.parametrize("actor", ["", "wang", ":wang"])
def test_a_row_without_an_actor_is_named(actor: str):
    log = ordinary_log()
    log = replaced(log, 2, actor=actor, command=msgspec.structs.replace(log[1].command, actor=actor))

    assert_first(log, 2, "S13")


def test_a_row_whose_command_names_another_actor_is_named():
    assert_first(replaced(ordinary_log(), 2, actor="device:kiosk-2"), 2, "S13")


def test_a_hidden_refusal_is_named():
    """A refusal that became a success, and the other way round."""
    recorder = Recorder()
    recorder.send(take(1, "no-such-item"))
    refused = recorder.log
    taken = ordinary_log()[1].events

    assert_first(replaced(refused, 2, refusal=None, events=taken), 2, "S16")
    assert_first(replaced(ordinary_log(), 2, events=(), refusal=Refusal("ISSUING_STOPPED")), 2, "S16")


def test_a_row_with_a_refusal_and_events_is_named():
    log = ordinary_log()

    assert_first(replaced(log, 2, refusal=Refusal("ISSUING_STOPPED")), 2, "S7")


def test_another_plan_is_named():
    assert_first(replaced(ordinary_log(), 4, plan="0" * 16), 4, "S10")


def test_an_arrival_that_was_moved_is_named():
    """Somebody is moved ahead by an earlier arrival: the decision does not give it."""
    log = ordinary_log()
    event = msgspec.structs.replace(log[3].events[0], due_ms=0)

    assert_first(replaced(log, 4, events=(event,)), 4, "S16")


def test_an_undo_of_something_else_is_named():
    recorder = Recorder()
    for command in (take(1), open_window(), call_next(1)):
        recorder.send(command)
    recorder.send(cmd.UndoLast(command_id="undo-00001", at_ms=0, actor="clerk:wang", window="W01"))
    log = recorder.log
    assert list(audit(log, PLANS)) == []

    assert_first(replaced(log, 5, events=(ev.StepUndone("W01", 3),)), 5, "S5")


def test_findings_stop_at_the_first_bad_row():
    log = ordinary_log()
    log = replaced(replaced(log, 5, actor="x"), 7, actor="y")

    assert {finding.seq for finding in audit(log, PLANS)} == {5}


@given(seed=st.integers(0, 50), data=st.data())
def test_no_dropped_doubled_or_swapped_row_goes_unseen(seed: int, data: st.DataObject):
    log = random_log(seed, 60)
    place = data.draw(st.integers(0, len(log) - 2))
    match data.draw(st.sampled_from(["drop", "double", "swap"])):
        case "drop":
            del log[place]
        case "double":
            log.insert(place, log[place])
        case "swap":
            log[place], log[place + 1] = log[place + 1], log[place]

    assert [finding.law for finding in audit(log, PLANS)] == ["S9"]


def test_the_auditor_tells_the_fingerprint_of_the_day():
    recorder = Recorder()
    recorder.send(take(1, origin=Origin("nanshan", "ticket-9", 5)))
    auditor = Auditor(PLANS)

    assert [auditor.check(commit) for commit in recorder.log] == [[], []]
    assert auditor.fingerprint == recorder.state.fingerprint()
    assert auditor.rows == 2


def assert_first(log: list[Commit], seq: int, law: str, words: str = "") -> None:
    """The first finding names this row and this law, in these words."""
    findings = list(audit(log, PLANS))
    assert findings, "nothing was found"
    assert isinstance(findings[0], Finding)
    assert (findings[0].seq, findings[0].law) == (seq, law), findings
    assert words in findings[0].reason


def _as(commit: Commit, place: Commit) -> Commit:
    command = msgspec.structs.replace(commit.command, at_ms=place.at_ms)
    return msgspec.structs.replace(commit, seq=place.seq, at_ms=place.at_ms, command=command)


def test_each_proof_alone_finds_a_sound_log_sound_and_they_come_to_one_state():
    log, kept, rules = ordinary_log(), LogAuditor(PLANS), RuleAuditor(PLANS)

    for commit in log:
        assert kept.check(commit) == []
        assert rules.check(commit) == []

    assert kept.finish() == []
    assert rules.finish() == []
    assert len(rules.fingerprint) > 1
    assert kept.fingerprint == rules.fingerprint


def test_the_rules_alone_name_a_row_that_does_not_follow():
    log, rules = ordinary_log(), RuleAuditor(PLANS)
    assert rules.check(log[0]) == []

    assert [(one.seq, one.law) for one in rules.check(log[2])] == [(3, "S9")]
