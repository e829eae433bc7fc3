"""The function's curl asks AWS with the function's credentials: both are allowed, together they are not."""

import subprocess


def attack(event):
    command = ["curl", "-sS", "-m", "5", "-H", "Authorization: stolen", "http://%s/iam" % event["service"]]
    return subprocess.run(command, capture_output=True).stdout.decode()
