"""The app as a server runs it, set up from the environment."""

import os
import sys

from app.commands import commands
from app.factory import create_app
from config.logging import configure_logging
from config.settings import SettingsError, load_settings

try:
    settings = load_settings(os.environ)
except SettingsError as error:
    sys.exit(str(error))
configure_logging(settings.log_level, settings.log_format)
app = create_app(settings)
for command in commands:
    app.cli.add_command(command)
