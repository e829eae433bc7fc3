"""/proc/self/environ, by traversal or by a shell's habit."""


def attack(event):
    with open("/proc/self/environ", "rb") as file:
        return file.read().decode()
