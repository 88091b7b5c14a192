"""The desks of the hall, and its commands."""

from __future__ import annotations

import pytest

from app.commands import commands
from tests.appointments.desk import Desk

GROUPS = {command.name: command for command in commands}


@pytest.fixture
def desk(house):
    """The supervisor's."""
    return Desk(house, house.sign_in("supervisor"))


@pytest.fixture
def flask(house):
    def run(group, *words):
        """What `flask group words` answers."""
        return house.app.test_cli_runner().invoke(GROUPS[group], words)

    return run
