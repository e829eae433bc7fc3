import pytest

from outrider.fargate.capabilities import BITS, DEFAULT, bounding_set, mask


def test_the_default_set_is_what_status_shows_inside_a_task() -> None:
    assert mask(bounding_set((), ())) == 0xA80425FB


def test_only_sys_ptrace_can_be_added() -> None:
    assert set(bounding_set(["SYS_PTRACE", "NET_ADMIN"], ())) == {*DEFAULT, "SYS_PTRACE"}
    assert mask(bounding_set(["CAP_SYS_PTRACE"], ())) == 0xA80425FB | 1 << 19


@pytest.mark.parametrize(
    ("added", "dropped", "kept"),
    [
        ((), ["ALL"], ()),
        (["SYS_PTRACE"], ["ALL"], ("SYS_PTRACE",)),
        (["SYS_PTRACE"], ["SYS_PTRACE"], tuple(sorted(DEFAULT))),
        ((), ["cap_net_raw"], tuple(sorted(set(DEFAULT) - {"NET_RAW"}))),
    ],
)
def test_anything_can_be_dropped(added: list[str], dropped: list[str], kept: tuple[str, ...]) -> None:
    assert bounding_set(added, dropped) == kept


def test_every_capability_has_a_bit() -> None:
    assert set(BITS) == {*DEFAULT, "SYS_PTRACE"}
    assert len(set(BITS.values())) == len(BITS)
