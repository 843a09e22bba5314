"""What is wrong with settings and profiles, before anything is started that would choke on it."""

from __future__ import annotations

from collections.abc import Mapping

from local.host.settings import HostStartError, load_settings_file
from local.stack.root import ROOT
from shared.configuration.in_force import read_configuration
from shared.errors import ConfigurationError


def check_configuration(environment: Mapping[str, str]) -> None:
    """As the app will read it: `environment`, and what local.settings.json adds to it. Raises
    `ConfigurationError` with every problem."""
    whole = dict(environment)
    try:
        load_settings_file(ROOT / "local.settings.json", whole)
    except HostStartError as error:
        raise ConfigurationError(error.problems) from None
    read_configuration(whole)
