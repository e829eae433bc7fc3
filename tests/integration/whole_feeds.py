"""Where whole feeds of advisories lie: beside the project, on machines that have them."""

from pathlib import Path

FEEDS = Path(__file__).parents[2].parent / "shared" / "feeds"
