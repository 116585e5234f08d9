"""The commands of printing: the service of a kiosk box, and a printer that exists only on the network."""

from collections.abc import Callable
from pathlib import Path

import click

from displays.printing.agent import LOOPBACK, PrintAgent
from displays.printing.jobs import Jobs
from displays.printing.printers import host_and_port, printer_from
from displays.printing.slip import COLUMNS_58_MM, COLUMNS_80_MM
from displays.printing.virtual import Receipt, VirtualPrinter


@click.group("display", short_help="Run the slip printer of a kiosk box.")
def display() -> None:
    """Run what stands beside a screen: the slip printer of a kiosk box, a printer to try out."""


@display.command("printer")
@click.option(
    "--listen", default="127.0.0.1:9200", show_default=True, help="Address of this service, on this box only."
)
@click.option("--printer", "address", required=True, help="tcp://HOST:9100, or file:FOLDER to write slips as files.")
@click.option("--allow-origin", "origins", multiple=True, help="Origin of the kiosk page, e.g. https://hall.example.")
@click.option("--paper", type=click.Choice(["80", "58"]), default="80", show_default=True, help="Paper width in mm.")
@click.option(
    "--journal", type=click.Path(path_type=Path), help="File that keeps a retry from printing twice over a restart."
)
def printer_command(listen: str, address: str, origins: tuple[str, ...], paper: str, journal: Path | None) -> None:
    """Print the slips of this box's kiosk page."""
    try:
        host, port = host_and_port(listen, default_port=9200)
        printer = printer_from(address, columns=COLUMNS_80_MM if paper == "80" else COLUMNS_58_MM)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    if host not in LOOPBACK:
        raise click.UsageError(f"--listen 应为本机地址 / must be a loopback address, not {host}")
    allowed = frozenset(origin.rstrip("/") for origin in origins)
    with PrintAgent((host, port), printer, Jobs(printer, journal=journal), origins=allowed) as agent:
        click.echo(f"打印服务 print service: http://{host}:{agent.port}/status → {address}")
        _until_interrupted(agent.serve_forever)


@display.command("virtual-printer")
@click.option("--listen", default="127.0.0.1:9100", show_default=True, help="Address to take slips on.")
def virtual_printer_command(listen: str) -> None:
    """Take slips like a network printer and show them here as text."""
    try:
        host, port = host_and_port(listen, default_port=9100)
    except ValueError as fault:
        raise click.UsageError(str(fault)) from fault
    printer = VirtualPrinter(host, port, on_receipt=_show)
    click.echo(f"虚拟打印机 virtual printer: tcp://{host}:{printer.port}")
    _until_interrupted(printer.serve_forever)


def _show(receipt: Receipt) -> None:
    codes = [f"[QR {code}]" for code in receipt.qr]
    click.echo("\n".join([*receipt.lines, *codes, *receipt.faults, "✂" + "-" * (COLUMNS_80_MM - 1)]))


def _until_interrupted(serve: Callable[[], None]) -> None:
    try:
        serve()
    except KeyboardInterrupt:
        click.echo("已停止 stopped")
