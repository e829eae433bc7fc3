"""Events on their way to the account's queue: bounded, in the end sent, lost only with a number."""

import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from fake_supervisor import exec_event
from hypothesis import given
from hypothesis import strategies as st
from metadata_server import serving
from sidecar_process import wait_until

from outrider.errors import EnvironmentFault, InvalidInput, UsageError
from outrider.model import envelope
from outrider.model.event import Event, Verdict
from sidecar.settings import from_environment
from sidecar.telling import AT_ONCE, Telling, _parts
from sidecar.workload import Metadata, Workload, parse

TASK = "arn:aws:ecs:eu-central-1:123456789012:task/shop/0123456789abcdef"
WORKLOAD = Workload(TASK, "shop", {"web": f"sha256:{'b' * 64}"}, "123456789012", "eu-central-1")


class Known:
    """Metadata that is known."""

    def workload(self, container: str) -> Workload:
        return WORKLOAD


class Queue:
    """SQS as it may be: `plan` says, for each call in turn, what becomes of it."""

    def __init__(self, plan: Sequence[Callable[[Sequence[str]], Any]] = ()) -> None:
        self.plan = list(plan)
        self.taken: list[str] = []
        self.calls = 0

    def send(self, bodies: Sequence[str]) -> tuple[set[int], set[int]]:
        self.calls += 1
        again, never = self.plan.pop(0)(bodies) if self.plan else (set(), set())
        self.taken += [body for number, body in enumerate(bodies) if number not in again | never]
        return again, never


def refuse(bodies: Sequence[str]) -> Any:
    raise EnvironmentFault("the events queue: AccessDenied")


def telling(queue: Queue, **options: Any) -> tuple[Telling, list[Event]]:
    said: list[Event] = []
    made = Telling(lambda: queue, Known(), said.append, linger=0.02, shortest=0.02, **options)  # type: ignore[arg-type]
    return made, said


def numbered(count: int) -> list[Event]:
    events = [exec_event(number, Verdict.BLOCK) for number in range(count)]
    return [replace(e, seq=n + 1, instance="aa", container="web") for n, e in enumerate(events)]


def targets(queue: Queue) -> list[str]:
    return [json.loads(body)["detail"]["target"] for body in queue.taken]


def test_each_event_is_an_envelope_of_its_task() -> None:
    queue = Queue()
    sending, _ = telling(queue)
    sending.start()
    sending.offer(numbered(1)[0])
    wait_until(lambda: queue.taken)
    told = envelope.load(queue.taken[0])
    subject = told.subject
    assert (subject.id, subject.name, subject.container) == (TASK, "shop", "web")
    assert subject.digest == f"sha256:{'b' * 64}" and told.program == "sidecar"
    assert told.detail["cmdline"] == ["python3", "…"]  # arguments may be credentials
    sending.close(1)


def test_what_fails_in_part_or_whole_is_sent_again_in_order() -> None:
    queue = Queue([refuse, lambda bodies: ({1, 3}, set()), refuse])
    sending, said = telling(queue)
    events = numbered(25)
    for event in events:
        sending.offer(event)
    sending.start()
    wait_until(lambda: len(queue.taken) == 25)
    sending.close(1)
    assert sorted(targets(queue)) == sorted(str(event.target) for event in events)
    words = [event.message for event in said]
    assert [("wait" in word, "again" in word) for word in words] == [(True, False), (False, True)] * 2
    assert sending.left_out == 0


def test_what_is_never_taken_is_counted_and_said() -> None:
    queue = Queue([lambda bodies: (set(), {0})])
    sending, said = telling(queue)
    for event in numbered(2):
        sending.offer(event)
    sending.start()
    wait_until(lambda: sending.left_out == 1 and said)
    assert "1 events were not sent" in said[0].message and len(queue.taken) == 1
    sending.close(1)


def test_a_full_queue_leaves_out_and_counts() -> None:
    queue = Queue()
    sending, said = telling(queue, max_events=30)
    for event in numbered(100):
        sending.offer(event)
    assert sending.status() == {"waiting": 30, "left_out": 70, "problem": ""}
    sending.start()
    wait_until(lambda: len(queue.taken) == 30)
    sending.close(1)
    assert queue.calls == 30 / AT_ONCE and "70 events" in said[0].message


def test_a_loss_is_counted_once_however_often_the_rest_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("outrider.limits.ENVELOPE", 2000)
    queue = Queue([refuse, refuse, lambda bodies: (set(), {0})])
    sending, _ = telling(queue)
    large, *others = numbered(4)
    for event in (replace(large, target="/" + "x" * 3000), *others):
        sending.offer(event)
    sending.start()
    wait_until(lambda: len(queue.taken) == 2)
    sending.close(1)
    assert sending.left_out == 2  # too large, and refused


def test_a_slip_of_ours_does_not_end_the_thread() -> None:
    queue = Queue([lambda bodies: 1 / 0])
    sending, said = telling(queue)
    sending.offer(numbered(1)[0])
    sending.start()
    wait_until(lambda: queue.taken)
    assert "ZeroDivisionError" in said[0].message
    sending.close(1)


def test_at_the_end_what_waits_is_sent_and_the_deadline_holds() -> None:
    queue = Queue()
    sending, _ = telling(queue)
    sending.start()
    for event in numbered(50):
        sending.offer(event)
    sending.close(5)
    assert len(queue.taken) == 50


def test_a_queue_that_hangs_costs_no_more_than_the_deadline() -> None:
    released = threading.Event()

    def hang(bodies: Sequence[str]) -> Any:
        released.wait(20)
        return set(), set()

    sending, said = telling(Queue([hang]))
    sending.start()
    for event in numbered(40):
        sending.offer(event)
    time.sleep(0.1)
    began = time.monotonic()
    sending.close(0.3)
    assert time.monotonic() - began < 5
    assert "30 events were not sent" in said[-1].message
    released.set()


def test_without_metadata_events_wait() -> None:
    class Unknown:
        def workload(self, container: str) -> Workload:
            raise EnvironmentFault("the task metadata endpoint does not answer")

    said: list[Event] = []
    sending = Telling(Queue, Unknown(), said.append, linger=0.01, shortest=0.01)  # type: ignore[arg-type]
    sending.start()
    sending.offer(numbered(1)[0])
    wait_until(lambda: said)
    assert "metadata" in sending.status()["problem"] and sending.left_out == 0
    sending.close(0.2)
    assert sending.left_out == 1


@given(st.lists(st.integers(1, 240 << 10), max_size=10))
def test_no_batch_is_larger_than_sqs_takes(sizes: list[int]) -> None:
    parts = _parts(range(len(sizes)), sizes)
    assert [number for part in parts for number in part] == list(range(len(sizes)))
    assert all(sum(sizes[number] for number in part) <= 256 << 10 for part in parts)


def metadata(**more: Any) -> bytes:
    containers = [
        {"Name": "web", "ImageID": f"sha256:{'a' * 64}"},
        {"Name": "starting", "ImageID": ""},
        {"Name": 7, "ImageID": f"sha256:{'a' * 64}"},
        "nonsense",
    ]
    return json.dumps({"TaskARN": TASK, "Family": "shop", "Containers": containers} | more).encode()


def test_metadata_names_the_task_and_the_images_that_are_known() -> None:
    found = parse(metadata())
    assert (found.task, found.family, found.account, found.region) == (
        TASK,
        "shop",
        "123456789012",
        "eu-central-1",
    )
    assert found.images == {"web": f"sha256:{'a' * 64}"}


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{", metadata(TaskARN=1), metadata(TaskARN="arn:x"), metadata(Family="a/../b")]
)
def test_metadata_that_is_none_is_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(data)


@given(st.binary(max_size=200))
def test_any_metadata_is_read_or_refused(data: bytes) -> None:
    with pytest.raises(InvalidInput):
        parse(data)


def test_metadata_is_asked_again_for_a_container_that_was_not_there_yet() -> None:
    answers = [metadata(Containers=[]), metadata(), b"broken"]
    asked: list[str] = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return answers[min(len(asked), len(answers)) - 1]

    now = [0.0]
    with serving(answer, "/v4/x") as address:
        known = Metadata(address, lambda: now[0])
        assert known.workload("web").images == {}
        assert known.workload("web").images == {}  # not at once
        now[0] = 6
        assert "web" in known.workload("web").images
        now[0] = 20
        assert known.workload("other").family == "shop"  # the broken answer changes nothing
        assert asked == ["/v4/x/task"] * 3
    with pytest.raises(EnvironmentFault, match="ECS"):
        Metadata("").workload("web")
    garbled = socket.create_server(("127.0.0.1", 0))
    threading.Thread(
        target=lambda: garbled.accept()[0].sendall(b"no HTTP at all\r\n\r\n"), daemon=True
    ).start()
    with pytest.raises(EnvironmentFault, match="does not answer"):
        Metadata(f"http://127.0.0.1:{garbled.getsockname()[1]}").workload("web")
    garbled.close()
    with pytest.raises(EnvironmentFault, match="does not answer"):
        Metadata(address).workload("web")


def test_a_queue_is_named_by_its_url() -> None:
    url = "https://sqs.eu-central-1.amazonaws.com/123456789012/outrider-events"
    settings = from_environment({"OUTRIDER_CONTAINERS": "web", "OUTRIDER_EVENTS_QUEUE": url})
    assert settings.events_queue == url
    with pytest.raises(UsageError, match="OUTRIDER_EVENTS_QUEUE"):
        from_environment({"OUTRIDER_CONTAINERS": "web", "OUTRIDER_EVENTS_QUEUE": "outrider-events"})
