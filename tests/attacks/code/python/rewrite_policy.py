"""The policy in force is replaced by nothing."""


def attack(event):
    with open(event["policy"], "wb") as policy:
        policy.write(b"")
