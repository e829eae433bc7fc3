"""No attack: the attacker comes back for what another one left in /tmp."""


def attack(event):
    try:
        with open(event["out"]) as file:
            return file.read()
    except OSError:
        return ""
