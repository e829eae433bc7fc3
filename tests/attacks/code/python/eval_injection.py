"""A calculator made of eval()."""


def attack(event):
    return eval(event["expression"], {"out": event["out"]})
