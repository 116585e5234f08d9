"""The group of commands `onewindow hall`; what they do stands in :mod:`server.hall_command`, loaded when one is called."""

from pathlib import Path

import click

from server.options import DATA, DATABASE_URL, alone_in, end, existing


@click.group(short_help="Halls of the network: list them, add one.")
def hall() -> None:
    """List the halls of the network, or add one."""


@hall.command(short_help="Add a hall that follows a template, or is a copy of another.")
@DATA
@click.argument("code")
@click.option("--name", required=True, help="Its Chinese name.")
@click.option("--name-en", default="", help="Its English name.")
@click.option("--parent", help="The hall that it stands below.")
@click.option(
    "--level",
    type=click.Choice(["district", "street", "community"]),
    help="Without it: the level below the parent's, or district.",
)
@click.option(
    "--kind",
    type=click.Choice(["general", "special", "sub"]),
    default="general",
    help="A special hall of one subject, a sub-hall of another authority.",
)
@click.option("--zone", help="Its time zone; without it that of --like or of the parent, or Asia/Shanghai.")
@click.option("--template", help="It follows this template.")
@click.option("--like", help="It gets a copy of this hall's settings as its own.")
@DATABASE_URL
def add(data: Path, database_url: str, code: str, name: str, name_en: str, **given: str | None) -> None:
    """Add the hall CODE (1 to 40 letters, digits, . - _); accounts and devices are made as for any hall."""
    import msgspec

    from server.config.network import NewHall
    from server.config.places import place_of
    from server.hall_command import add as work

    if (given["template"] is None) == (given["like"] is None):
        raise click.UsageError(
            "请用 --template 或 --like 说明设置的来源 / either --template or --like is needed: where its settings come from"
        )
    new = msgspec.convert({"hall": code, "name": {"zh": name, "en": name_en}, **given}, NewHall)
    place = place_of(existing(data), database_url, "config")
    with alone_in(data):
        end(*work(place, new))


@hall.command(name="list", short_help="List all halls as a tree.")
@DATA
@DATABASE_URL
def list_halls(data: Path, database_url: str) -> None:
    """List all halls, those below another one under it, with level and template; beside a running server too."""
    from server.config.places import place_of
    from server.hall_command import listed

    end(*listed(place_of(existing(data), database_url, "config")))
