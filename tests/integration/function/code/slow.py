"""A function whose loading takes for ever."""

import threading

threading.Event().wait()
