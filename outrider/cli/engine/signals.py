"""Stop signals of images: names and numbers, as Docker takes them."""

import re
import signal


def number(name: str) -> int:
    """`SIGTERM`, `TERM`, `SIGRTMIN+3` or `15` as a number; SIGTERM for what is none."""
    found = re.fullmatch(r"(?:SIG)?([A-Z0-9]{1,20})(?:\+([0-9]{1,2}))?", name.upper(), re.ASCII)
    if not found:
        return signal.SIGTERM
    base = int(found[1]) if found[1].isdigit() else int(getattr(signal, f"SIG{found[1]}", 0))
    value = base + int(found[2] or 0)
    return value if base > 0 and value <= signal.SIGRTMAX else signal.SIGTERM
