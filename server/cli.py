"""The command `onewindow`: one sub-command per job, each importing only what it needs."""

import click


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """OneWindow 一窗通: queue, appointment and hall operations for service halls."""


@main.command()
def version() -> None:
    """Print the version of this installation."""
    from importlib.metadata import version as installed_version

    click.echo(installed_version("onewindow"))
