"""`flask speech …`: the words that screens say."""

from __future__ import annotations

import click
from flask.cli import AppGroup

from app.core.parts import parts
from app.screen.clips import ClipsNotMade, make_clips

speech_group = AppGroup("speech", help="The words that screens say without a voice of their own.")


@speech_group.command("make")
def make() -> None:
    """Make the spoken words that are missing or of an earlier version."""
    instance = parts().settings.instance_path
    try:
        make_clips(instance)
    except ClipsNotMade as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"语音已备好：{instance / 'speech' / 'made'}")
