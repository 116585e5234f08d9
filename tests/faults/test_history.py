"""The proofs can fail: every weakness that is planted here is found by the comparison that should find it."""

import msgspec

from hall.events import Commit
from tests.faults.eyes import Screen, Stood, Truth, seqs_from, state_hash, true_again_s
from tests.faults.history import Told, compare, stored_by
from tests.faults.report import Part, status_of, text_of
from tests.support.live import call_next, open_window, take
from tests.support.logs import Recorder, replaced
from tests.support.plans import small_plan


def _recorded() -> Recorder:
    recorder = Recorder()
    for command in (take(1), take(2), take(3, "no-such-item"), open_window(), call_next(1)):
        recorder.send(command)
    return recorder


def _told(recorder: Recorder) -> list[Told]:
    """What honest clients heard of a log, one after the other."""
    return [
        Told(one.command_id, "op", "", {}, "", invoked_ns=10 * one.seq, completed_ns=10 * one.seq + 5, seq=one.seq,
             result=one.refusal.code if one.refusal is not None else "ok",
             answer=msgspec.json.encode({"seq": one.seq, **stored_by(one)}))
        for one in recorder.log
    ]  # fmt: skip


def _answered(log: list[Commit], seq: int, **answer: object) -> list[Commit]:
    return replaced(log, seq, answer=msgspec.Raw(msgspec.json.encode(answer)))


def test_what_honest_clients_heard_is_clean():
    found = compare(_told(recorder := _recorded()), recorder.log)

    assert (found.acknowledged, found.lost, found.doubled, found.wrong_order, found.findings) == (6, 0, 0, 0, ())


def test_an_answer_that_the_log_does_not_have_is_lost():
    recorder = _recorded()

    found = compare(_told(recorder), recorder.log[:-1])

    assert found.lost == 1
    assert found.findings[0].startswith("S2: op call-next-W01-1 was answered with seq 6")


def test_another_result_than_the_logs_is_lost():
    recorder = _recorded()
    told = _told(recorder)
    told[3].result = "ok"  # it was refused

    assert compare(told, recorder.log).lost == 1


def test_another_number_ticket_or_state_than_the_row_holds_is_lost():
    recorder = _recorded()
    row = {"ticket": {"id": "t1", "number": "A001", "state": "WAITING"}}
    log, told = _answered(recorder.log, 2, **row), _told(recorder)

    def finding(**other: str) -> tuple[str, ...]:
        shown = {"seq": 2, "ticket": {**row["ticket"], "secret": "s", "page": "/t/s", **other}}
        told[1].answer = msgspec.json.encode(shown)
        found = compare(told, log)
        assert found.lost == len(found.findings)
        return found.findings

    assert finding() == ()
    assert finding(number="Z999") == (
        "S2: op take-000001 was told answer.ticket.number 'Z999', the log has 'A001'",
    )  # fmt: skip
    assert "answer.ticket.id 't2'" in finding(id="t2")[0]
    assert "answer.ticket.state 'CALLED'" in finding(state="CALLED")[0]
    told[1].answer = b'{"seq":2}'
    assert "answer.ticket 'nothing'" in compare(told, log).findings[0]


def test_a_ticket_that_the_row_does_not_hold_and_other_facts_of_a_refusal_are_lost():
    recorder = _recorded()
    log, told = _answered(recorder.log, 6, ticket=None), _told(recorder)
    told[5].answer = b'{"ticket":{"number":"A001"}}'
    told[3].answer = b'{"code":"UNKNOWN_ITEM","facts":{"item":"another"}}'

    assert [one[:3] for one in compare(told, log).findings] == ["S2:", "S2:"]


def test_a_number_told_twice_and_a_command_with_two_rows_are_doubled():
    recorder = _recorded()
    told = _told(recorder)
    told[1].number = told[2].number = "A001"

    assert compare(told, recorder.log).doubled == 1
    assert compare(told, [*recorder.log, recorder.log[1]]).doubled == 2


def test_an_older_place_than_what_was_known_is_out_of_order():
    recorder = _recorded()
    told = _told(recorder)
    told[1].invoked_ns, told[1].completed_ns = 100, 105  # seq 2, asked for after seq 6 was told

    assert compare(told, recorder.log).wrong_order == 1


def test_a_row_that_nobody_asked_for_is_found():
    recorder = _recorded()

    found = compare([one for one in _told(recorder) if one.seq != 2], recorder.log)

    assert found.findings == ("S3: row 2 (take-000001) was asked for by nobody",)


def test_screens_that_invent_ring_twice_or_go_back_are_found():
    recorder = _recorded()
    truth = Truth(recorder.log, [(recorder.log[0].plan, small_plan())], wanted={5})
    honest = Screen("honest", 0)
    honest.painted, honest.rung = [(5, truth.hashes[5]), (6, "")], [(ring, *call) for ring, call in truth.rings.items()]
    assert honest.rung
    assert truth.faults_of(honest) == []

    liar = Screen("liar", 0)
    liar.painted = [(6, ""), (5, state_hash({"calls": {}}))]
    liar.rung = [(9, "A009", "W01"), (9, "A009", "W01")]
    assert [fault.split(" ", 3)[2] for fault in truth.faults_of(liar)] == ["went", "showed", "rang", "rang", "rang"]


def test_a_screen_is_true_again_when_it_shows_without_the_banner_what_the_log_had_come_to():
    recorder = _recorded()
    truth = Truth(recorder.log, [(recorder.log[0].plan, small_plan())], wanted={3, 4, 5, 6})
    screen = Screen("slow", 0)
    second = 1_000_000_000

    def took_s(*stood: Stood, head: int = 6) -> float | None:
        screen.stood = list(stood)
        return true_again_s(screen, truth, head=head, since_ns=10 * second)

    assert took_s(Stood(second, 6, False)) == 0
    assert took_s(Stood(second, 3, False), Stood(12 * second, 6, True), Stood(13 * second, 6, False)) == 3
    assert took_s(Stood(second, 3, True), Stood(14 * second, 5, False)) is None
    # The refusal of the third number, seq 4, changed nothing that a board shows.
    assert took_s(Stood(second, 2, False), Stood(11 * second, 3, False), head=4) == 1
    assert seqs_from(screen, 10 * second) == {2, 3}


def test_the_table_says_what_ran_and_what_did_not_and_the_status_follows():
    clean = Part(name="clean", acknowledged=5, recovery_s=(0.5, 1.5))
    losing = Part(name="losing", acknowledged=5, lost=1)
    absent = Part(name="absent", skipped="no disk")

    text = text_of("title", [clean, losing, absent])

    assert "ran: laws held" in text
    assert "ran: BROKEN" in text
    assert "skipped: no disk" in text
    assert "0.50 / 1.50 s" in text or "1.50 / 1.50 s" in text
    assert (status_of([clean, absent]), status_of([clean, losing])) == (0, 1)


def test_a_weaker_setting_must_be_seen_to_lose():
    """A check that finds no loss where there must be one is broken itself."""
    weak = Part(name="weak", acknowledged=5, shows_weakness=True)

    assert status_of([weak]) == 1
    assert status_of([Part(name="weak", acknowledged=5, lost=3, shows_weakness=True)]) == 0
