import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from displays.printing.escpos import encode, encode_pieces, read_status, text_bytes
from displays.printing.preview import as_page, as_text
from displays.printing.slip import Line, QrCode, SlipItem, columns_of, layout
from displays.printing.virtual import decode
from hall.catalog import Text
from tests.displays.printing.slips import a_slip

any_text = st.text(max_size=400) | st.text(
    alphabet="\x00\x07\x0a\x10\x1b\x1c\x1d\x7f\x04@aVr(k 号𠮷\u202e", max_size=400
)
any_long_text = any_text | st.builds(lambda text: (text or "号") * 40, any_text).map(lambda text: text[:10_240])


def test_a_line_and_a_code_are_these_bytes():
    """Golden: initialise, Chinese mode, align, bold, size, GB18030; QR model, module, level, store, print; cut."""
    pieces = (Line("号A1", scale=2, align="center", bold=True), QrCode("HI"))

    assert encode_pieces(pieces).hex(" ") == (
        "1b 40 1c 26 "
        "1b 61 01 1b 45 01 1d 21 11 ba c5 41 31 0a "
        "1b 61 01 1d 28 6b 04 00 31 41 32 00 1d 28 6b 03 00 31 43 06 1d 28 6b 03 00 31 45 31 "
        "1d 28 6b 05 00 31 50 30 48 49 1d 28 6b 03 00 31 51 30 0a "
        "1d 56 42 40"
    )


@pytest.mark.parametrize(
    ("character", "coded"), [("号", "bac5"), ("㐂", "8139f030"), ("𠮷", "95 34 b4 36"), ("é", "a8a6"), ("×", "a1c1")]
)
def test_rare_characters_of_names_survive(character: str, coded: str):
    """GB18030 writes every character; those outside GBK take four bytes."""
    assert text_bytes(character).hex() == character.encode("gb18030").hex()
    assert text_bytes(character).decode("gb18030") == character
    assert len(text_bytes(character)) == len(bytes.fromhex(coded))


def test_a_slip_says_all_that_a_visitor_needs():
    receipt = decode(encode(a_slip()))

    for words in (
        "龙岗区政务服务大厅",
        "A012",
        "食品经营许可 ×12",
        "前面还有 Ahead: 7 人",
        "约 11-19 分钟",
        "3, 4, 12",
        "10:45",
    ):
        assert words in receipt.text
    assert receipt.qr == ("https://hall.example/t/longgang/t-01J0#Zm9vYmFyYmF6cXV4MTIzNA",)
    assert receipt.faults == ()


def test_a_training_slip_and_a_reprint_say_so():
    receipt = decode(encode(a_slip(training=True, reprint=True)))

    assert "TRAINING" in receipt.text
    assert "补打" in receipt.text


def test_a_code_that_would_lead_nowhere_is_left_out():
    """A shortened or altered address is worse than none."""
    assert decode(encode(a_slip(qr="https://x/" + "y" * 400))).qr == ()
    assert decode(encode(a_slip(qr="https://x/号"))).qr == ()


@pytest.mark.parametrize("zone", ["", "Nowhere/Land", "../../etc/passwd", "\0", "Asia"])
def test_an_unknown_zone_prints_universal_time(zone: str):
    assert "02:45 UTC" in decode(encode(a_slip(zone=zone))).text


# DLE EOT, DLE ENQ and DLE DC4: obeyed wherever they stand, even inside another command. A code's length may be a lone 0x10.
AT_ONCE = (b"\x10\x04", b"\x10\x05", b"\x10\x14")


@pytest.mark.parametrize("columns", [32, 48])
@example(hall="0", number="0", item="0", note="0", label="0", qr="0" * 13)
@given(hall=any_long_text, number=any_text, item=any_long_text, note=any_long_text, label=any_text, qr=any_text)
def test_no_text_breaks_a_slip_or_commands_the_printer(columns, hall, number, item, note, label, qr):
    """Any text prints: no error, no line wider than the paper, and no byte below 0x20 but our own commands."""
    slip = a_slip(
        hall=Text(hall, note),
        number=number,
        items=(SlipItem(Text(item, hall)),) * 3,
        notes=(Text(note, item),),
        windows=(label,) * 20,
        qr=qr,
        zone=label,
    )

    pieces = layout(slip, columns)
    receipt = decode(encode_pieces(pieces))

    assert receipt.faults == ()
    assert all(columns_of(piece.text) * piece.scale <= columns for piece in pieces if isinstance(piece, Line))
    printed = [piece.text if isinstance(piece, Line) else "" for piece in pieces]
    assert list(receipt.lines) == printed
    assert not any(command in receipt.data for command in AT_ONCE)
    assert as_text(pieces, columns)
    assert "<script" not in as_page(pieces, columns)


@given(st.binary(max_size=2_000))
def test_the_decoder_reads_anything(data: bytes):
    assert decode(data).data == data


@pytest.mark.parametrize(
    ("answers", "fault"),
    [
        ((0x12, 0x12, 0x12), ""),
        ((0x12, 0x12, 0x1E), ""),
        ((0x12, 0x12, 0x72), "PAPER_OUT"),
        ((0x32, 0x12, 0x12), "PAPER_OUT"),
        ((0x16, 0x12, 0x12), "COVER_OPEN"),
        ((0x12, 0x1A, 0x12), "CUTTER_JAM"),
        ((0x12, 0x32, 0x12), "DEVICE_ERROR"),
    ],
)
def test_status_bytes_name_the_fault(answers, fault):
    status = read_status(*answers)

    assert status.fault == fault
    assert status.paper_low == bool(answers[2] & 0x0C)
