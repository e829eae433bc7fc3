"""The function's own code, to look for more holes."""


def attack(event):
    with open(__file__) as source:
        return source.read()
