import socket
from pathlib import Path

import pytest

from displays.printing.printers import FilePrinter, PrintResult, TcpPrinter, Timeouts, host_and_port, printer_from
from displays.printing.virtual import VirtualPrinter
from tests.displays.printing.slips import AT_MS, a_slip

QUICK = Timeouts(connect_s=1.0, answer_s=0.2, print_s=0.4)


@pytest.fixture
def device():
    with VirtualPrinter() as printer:
        yield printer


def on(device: VirtualPrinter, timeouts: Timeouts = QUICK) -> TcpPrinter:
    return TcpPrinter("127.0.0.1", device.port, timeouts=timeouts)


def test_a_slip_comes_out_and_the_device_confirms_it(device):
    result = on(device).print_slip(a_slip())

    assert result == PrintResult(printed=True)
    assert "A012" in device.receipts[0].text


def test_without_paper_nothing_is_sent(device):
    device.paper_out = True

    result = on(device).print_slip(a_slip())

    assert result == PrintResult(printed=False, reason="PAPER_OUT")
    assert not device.receipts


def test_paper_that_ends_in_the_middle_is_a_failed_print(device):
    """The device took every byte, and still the slip is not whole."""
    device.paper_out_after_bytes = 100

    assert on(device).print_slip(a_slip()) == PrintResult(printed=False, reason="PAPER_OUT")


def test_a_device_that_answers_nothing_prints_unconfirmed(device):
    device.answers_status = device.answers_when_done = False

    assert on(device).print_slip(a_slip()) == PrintResult(printed=True, reason="UNCONFIRMED")
    _wait_for(device, 1)


def test_a_device_that_knows_only_realtime_status_prints_unconfirmed(device):
    device.answers_when_done = False

    assert on(device).print_slip(a_slip()) == PrintResult(printed=True, reason="UNCONFIRMED")


def test_a_slow_device_is_waited_for(device):
    device.delay_s = 0.6

    assert on(device, Timeouts(print_s=5.0)).print_slip(a_slip()) == PrintResult(printed=True)


def test_a_stalled_device_fails_in_bounded_time(device):
    device.delay_s = 3.0

    assert on(device).print_slip(a_slip()) == PrintResult(printed=False, reason="TIMEOUT")


def test_nobody_at_the_address_is_a_failed_print():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        printer = TcpPrinter("127.0.0.1", unused.getsockname()[1], timeouts=QUICK)

        assert printer.print_slip(a_slip()) == PrintResult(printed=False, reason="UNREACHABLE")
        assert printer.status().fault == "UNREACHABLE"


def test_a_folder_gets_bytes_text_and_page(tmp_path: Path):
    printer = FilePrinter(tmp_path / "slips")

    assert printer.print_slip(a_slip()).printed
    assert printer.print_slip(a_slip(reprint=True)).printed

    stem = f"{AT_MS}-A012"
    names = {path.name for path in (tmp_path / "slips").iterdir()}
    assert names == {f"{one}.{kind}" for one in (stem, f"{stem}-2") for kind in ("bin", "txt", "html")}
    assert "食品经营许可" in (tmp_path / "slips" / f"{stem}.txt").read_text("utf-8")


def test_a_number_cannot_leave_the_folder(tmp_path: Path):
    FilePrinter(tmp_path / "slips").print_slip(a_slip(number="../../x"))

    assert [path.name for path in tmp_path.iterdir()] == ["slips"]


def test_a_folder_that_cannot_be_made_is_a_failed_print(tmp_path: Path):
    (tmp_path / "file").write_text("in the way")

    assert FilePrinter(tmp_path / "file" / "slips").print_slip(a_slip()).reason == "STORAGE"


def test_addresses_are_read():
    assert host_and_port("10.0.0.7", default_port=9100) == ("10.0.0.7", 9100)
    assert host_and_port("[::1]:9200", default_port=9100) == ("::1", 9200)
    assert isinstance(printer_from("tcp://10.0.0.7:9100"), TcpPrinter)
    assert isinstance(printer_from("file:slips"), FilePrinter)


@pytest.mark.parametrize("address", ["", "usb:1", "tcp:x", "tcp://", "tcp://h:x", "tcp://h:99999", "file:"])
def test_a_wrong_address_is_told(address: str):
    with pytest.raises(ValueError, match="not"):
        printer_from(address)


def _wait_for(device: VirtualPrinter, receipts: int) -> None:
    """The device reads what it was sent a moment after the sender is done."""
    import time

    until = time.monotonic() + 5
    while len(device.receipts) < receipts:
        assert time.monotonic() < until, "the slip did not come out"
        time.sleep(0.01)
