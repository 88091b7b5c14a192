"""`flask doctor`: what is wrong with this installation, and what to do."""

from __future__ import annotations

import sys
from collections import Counter

import click

from app.operators.doctor import examine
from app.operators.doctor.finding import Level

WORDS = {Level.OK: "通过", Level.WARN: "注意", Level.FAIL: "不通过"}


@click.command("doctor")
def doctor() -> None:
    """Look at settings, versions, stores, keys, clocks, processes and WeChat; exit 1 where
    something fails."""
    found: Counter[Level] = Counter()
    for about, finding in examine():
        found[finding.level] += 1
        click.echo(f"{WORDS[finding.level]}\t{about}：{finding.what}")
        if finding.to_do:
            click.echo(f"\t→ {finding.to_do}")
    told = "，".join(f"{words} {found[level]}" for level, words in WORDS.items())
    click.echo(f"共 {found.total()} 项：{told}。")
    if found[Level.FAIL]:
        sys.exit(1)
