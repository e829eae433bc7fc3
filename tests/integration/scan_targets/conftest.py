"""The command line and a small database for scans of whole artifacts, end to end."""

from tests.unit.cli.scanning.conftest import database, outrider

__all__ = ["database", "outrider"]
