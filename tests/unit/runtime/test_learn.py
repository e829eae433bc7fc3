"""Learning: a union of what was let through, whatever the order and however often it is told."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from outrider.errors import InvalidInput
from outrider.model.behaviour import Behaviour, BehaviourModel
from outrider.model.event import FUNCTION, Address, Event, FrameType, Kind, Verdict
from outrider.model.pattern import matches, problem
from outrider.runtime import model_file
from outrider.runtime.behaviours import behaviour_of, own_networks
from outrider.runtime.generalise import GENERALISATIONS, NAME_GENERALISATIONS, name_pattern, path_pattern
from outrider.runtime.learn import learn
from runtime.story import COMMAND, LAUNCHER, NGINX, PYTHON, Story, elsewhere, told


def the_model(events: list[Event]) -> BehaviourModel:
    (model,) = learn(events, workload="shop").models
    return model


def test_the_story_is_learned() -> None:
    model = the_model(told().events)
    assert model.programs == (Behaviour(Kind.EXEC, LAUNCHER, NGINX), Behaviour(Kind.EXEC, NGINX, PYTHON))
    assert model.destinations == (
        Behaviour(Kind.CONNECT, PYTHON, "", "inet", "tcp", "10.0.3.7/32", "5432"),
        Behaviour(Kind.CONNECT, PYTHON, "/run/shop.sock", "unix"),
    )
    assert model.listeners == (Behaviour(Kind.BIND, NGINX, "", "inet", "tcp", "0.0.0.0/0", "8080"),)
    assert [behaviour.target for behaviour in model.writes] == ["/tmp/*", "/run/nginx.pid"]
    assert model.syscalls == (Behaviour(Kind.SYSCALL, PYTHON, "memfd_create"),)
    assert model.seen[model.writes[0]].count == 42
    assert model.instances == {"5a" * 16}


def test_what_teaches_nothing_is_counted_by_reason() -> None:
    learned = learn([*told().events, *told().events])
    assert learned.left_out == {"about the supervisor itself": 6, "blocked": 2, "told before": 12}
    assert learned.taken == 10


def test_an_exec_that_failed_and_a_nameless_program_teach_nothing() -> None:
    story = Story()
    story.act(Kind.EXEC, "/bin/x", errno=2)
    story.act(Kind.EXEC, "/bin/x", program="")
    story.act(Kind.WRITE, "")
    story.act(Kind.CONNECT, "", address=Address("inet", "tcp", "nonsense", 1))
    learned = learn(story.events)
    assert learned.taken == 0
    assert sum(learned.left_out.values()) == 4


def test_a_start_alone_teaches_nothing() -> None:
    story = Story()
    story.tell(FrameType.START, argv=COMMAND)
    assert the_model(story.events).behaviours == frozenset()


def test_containers_and_images_are_told_apart() -> None:
    other = [replace(event, container="worker") for event in told().events]
    learned = learn([*told().events, *other], images={"web": "sha256:1"})
    assert [(model.container, model.image) for model in learned.models] == [
        ("web", "sha256:1"),
        ("worker", ""),
    ]
    only = learn([*told().events, *other], containers={"worker"})
    assert [model.container for model in only.models] == ["worker"]
    assert only.left_out["of another container"] == len(told().events)


@given(st.permutations(told().events))
def test_the_order_of_events_makes_no_difference(events: list[Event]) -> None:
    assert the_model(events) == the_model(told().events)


@given(st.lists(st.sampled_from(told().events), max_size=30))
def test_events_told_twice_make_no_difference(again: list[Event]) -> None:
    assert the_model([*told().events, *again]) == the_model(told().events)


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from(told().events), st.sampled_from(["01", "02"]), st.booleans()), max_size=25
    )
)
def test_learning_in_parts_is_learning_at_once(parts: list[tuple[Event, str, bool]]) -> None:
    events = [(elsewhere(event, instance), first) for event, instance, first in parts]
    one = learn([event for event, first in events if first]).models or (BehaviourModel("", "web"),)
    two = learn([event for event, first in events if not first]).models or (BehaviourModel("", "web"),)
    whole = learn([event for event, _ in events]).models or (BehaviourModel("", "web"),)
    merged = one[0].merge(two[0])
    assert whole[0].behaviours == merged.behaviours
    assert merged.instances == whole[0].instances


@pytest.mark.parametrize(
    ("address", "network", "ports"),
    [
        (Address("inet", "tcp", "0.0.0.0", 80), "0.0.0.0/0", "80"),  # noqa: S104
        (Address("inet", "tcp", "10.0.3.7", 80), "0.0.0.0/0", "80"),
        (Address("inet", "tcp", "127.0.0.1", 80), "127.0.0.1/32", "80"),
        (Address("inet6", "tcp", "::1", 80), "::1/128", "80"),
        (Address("inet6", "tcp", "::", 80), "::/0", "80"),
        (Address("inet6", "tcp", "::ffff:10.1.1.1", 80), "0.0.0.0/0", "80"),
        (Address("inet", "tcp", "127.0.0.1", 32767), "127.0.0.1/32", "32767"),
        (Address("inet", "tcp", "127.0.0.1", 32768), "127.0.0.1/32", "32768-65535"),
        (Address("inet", "tcp", "127.0.0.1", 0), "127.0.0.1/32", "0"),
        (Address("inet", "udp", "127.0.0.1", 53), "127.0.0.1/32", "53"),
        (Address("inet", "udp", "127.0.0.1", 40001), "127.0.0.1/32", "1024-65535"),
        (Address("inet", "udp", "127.0.0.1", 5353), "127.0.0.1/32", "1024-65535"),
    ],
)
def test_listeners(address: Address, network: str, ports: str) -> None:
    behaviour = behaviour_of(Story().act(Kind.BIND, address=address))
    assert behaviour is not None
    assert (behaviour.network, behaviour.ports) == (network, ports)


def test_remote_addresses_and_their_ports_are_kept() -> None:
    behaviour = behaviour_of(Story().act(Kind.CONNECT, address=Address("inet6", "udp", "2001:db8::1", 50000)))
    assert behaviour == Behaviour(Kind.CONNECT, PYTHON, "", "inet6", "udp", "2001:db8::1/128", "50000")
    mapped = behaviour_of(Story().act(Kind.CONNECT, address=Address("inet6", "tcp", "::ffff:10.0.0.1", 1)))
    assert mapped == Behaviour(Kind.CONNECT, PYTHON, "", "inet", "tcp", "10.0.0.1/32", "1")


def test_a_chance_port_of_the_task_itself_is_any_such_port() -> None:
    behaviour = behaviour_of(Story().act(Kind.CONNECT, address=Address("inet", "tcp", "127.0.0.1", 40001)))
    assert behaviour == Behaviour(Kind.CONNECT, PYTHON, "", "inet", "tcp", "127.0.0.1/32", "32768-65535")
    fixed = behaviour_of(Story().act(Kind.CONNECT, address=Address("inet6", "tcp", "::1", 8080)))
    assert fixed == Behaviour(Kind.CONNECT, PYTHON, "", "inet6", "tcp", "::1/128", "8080")


def test_programs_are_never_generalised() -> None:
    behaviour = behaviour_of(Story().act(Kind.EXEC, "/tmp/0123456789abcdef/run-12", program="/tmp/tool*"))
    assert behaviour == Behaviour(Kind.EXEC, "/tmp/tool\\*", "/tmp/0123456789abcdef/run-12")


@pytest.mark.parametrize(
    ("path", "pattern"),
    [
        ("/etc/nginx/nginx.conf", "/etc/nginx/nginx.conf"),
        ("/tmp/anything", "/tmp/*"),
        ("/tmp", "/tmp"),
        ("/tmp/build-x/out/a.o", "/tmp/*/out/a.o"),
        ("/var/tmp/x", "/var/tmp/*"),
        ("/dev/shm/sem.x", "/dev/shm/*"),
        ("/tmpfoo/x", "/tmpfoo/x"),
        ("/proc/17/oom_score_adj", "/proc/*/oom_score_adj"),
        ("/proc/17/task/18/comm", "/proc/*/task/*/comm"),
        ("/proc/sys/net/x", "/proc/sys/net/x"),
        ("/dev/pts/3", "/dev/pts/*"),
        ("/srv/a/tmpab12cd34", "/srv/a/tmp????????"),
        ("/srv/a/tmpab12cd34.png", "/srv/a/tmp????????.png"),
        ("/srv/tmp.Ab12Cd34Ef", "/srv/tmp.*"),
        ("/etc/sedAb12Cd", "/etc/sed??????"),
        ("/srv/123e4567-e89b-12d3-a456-426614174000.json", "/srv/*.json"),
        ("/srv/0123456789abcdef0123/x", "/srv/*/x"),
        ("/srv/deadbeefdeadbeef", "/srv/deadbeefdeadbeef"),
        ("/srv/abcdefghij0123456789", "/srv/abcdefghij0123456789"),
        ("/log/access-2026-11-24.log", "/log/access-????-??-??.log"),
        ("/log/error.log.12", "/log/error.log.*"),
        ("/log/20261124", "/log/*"),
        ("/run/worker-3.sock", "/run/worker-*.sock"),
        ("/usr/lib/python3.11/x.py", "/usr/lib/python3.11/x.py"),
        ("/data/42/x", "/data/*/x"),
        ("/run/apache2/apache2.pid.pggJfE", "/run/apache2/apache2.pid.??????"),
        ("/run/apache2/socks.aB3dEfGh1K/cgisock.11", "/run/apache2/socks.??????????/cgisock.*"),
        ("/etc/app.properties", "/etc/app.properties"),
        ("/var/lib/bind/tmp-wYEJLlZoY3", "/var/lib/bind/tmp-??????????"),
        (
            "/g/objects/tmp_objdir-incoming-gWfMxT/3b/tmp_obj_e2QLJf",
            "/g/objects/tmp_objdir-incoming-??????/??/tmp_obj_??????",
        ),
        ("/g/objects/3b/a1b2c3d4e5a1b2c3d4e5a1b2c3d4e5a1b2c3d4", "/g/objects/??/*"),
        ("/p/snapshots/20261128T105456Z-3c705aaaebee874b", "/p/snapshots/*-*"),
        ("/p/01JDXZ3N8Q4V7K2M5T9W0Y6B1C/index", "/p/*/index"),
        ("/q/queues/BUJHGCSF926KU7JQ9WCGQEWO1/.queue_name", "/q/queues/*/.queue_name"),
        ("/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ", "/q/ABCDEFGHIJKLMNOPQRSTUVWXYZ"),
        ("/log/access-2026-11-28T10-41-55.123.log", "/log/access-*.log"),
        ("/var/spool/postfix/incoming/E5644B3", "/var/spool/postfix/incoming/*"),
        ("/var/spool/postfix/incoming/284719.141", "/var/spool/postfix/incoming/*"),
        ("/srv/incoming/CAFE", "/srv/incoming/CAFE"),
        ("/q/msg_store_persistent/2.rdq", "/q/msg_store_persistent/*.rdq"),
        ("/srv/v1.2.3", "/srv/v1.*.*"),
        ("/srv/.git/objects/pack/tmp_pack_OFAew1", "/srv/.git/objects/pack/tmp_pack_??????"),
        ("/srv/.git/info/refs_4rgUkq", "/srv/.git/info/refs_??????"),
        ("/srv/lib/stmLbHQR", "/srv/lib/st??????"),
        ("/srv/lib/status", "/srv/lib/status"),
        ("/srv/my-README", "/srv/my-README"),
        ("/srv/my-Master", "/srv/my-Master"),
        ("/srv/my-config", "/srv/my-config"),
        ("/srv/cache/3f/a9/x", "/srv/cache/??/a9/x"),
        ("/srv/cache/3f/a9/0123456789abcdef", "/srv/cache/??/??/*"),
        ("/srv/objects/3f/" + "a1" * 19, "/srv/objects/??/*"),
        ("@00a1f", "@?????"),
        ("@/tmp/.X11-unix/X0", "@/tmp/.X11-unix/X0"),
        ("/srv/a*b", "/srv/a\\*b"),
    ],
)
def test_generalisation(path: str, pattern: str) -> None:
    assert path_pattern(path) == pattern


def test_every_generalisation_has_a_reason_and_does_something() -> None:
    every = (*GENERALISATIONS, *NAME_GENERALISATIONS)
    assert len({generalisation.name for generalisation in every}) == len(every)
    assert all(len(generalisation.reason) > 10 for generalisation in every)


@pytest.mark.parametrize(
    ("name", "pattern"),
    [
        ("ip-10-0-3-7.eu-west-1.compute.internal", "ip-*.eu-west-1.compute.internal"),
        ("ip-10-0-3-7.ec2.internal", "ip-*.ec2.internal"),
        ("shop-0001-002.shop.abcdef.euw1.cache.amazonaws.com", "shop-*.shop.abcdef.euw1.cache.amazonaws.com"),
        ("reader-3.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com", "*.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com"),
        (
            "b-3.shop.a1b2c3.c4.kafka.eu-west-1.amazonaws.com",
            "b-*.shop.a1b2c3.c4.kafka.eu-west-1.amazonaws.com",
        ),
        ("query-cell7.timestream.eu-west-1.amazonaws.com", "query-cell*.timestream.eu-west-1.amazonaws.com"),
        (
            "vpce-0123456789abcdef0-abcd1234-eu-west-1a.sqs.eu-west-1.vpce.amazonaws.com",
            "vpce-0123456789abcdef0-abcd1234*.sqs.eu-west-1.vpce.amazonaws.com",
        ),
        (
            "b--euw1-az1--x-s3.s3express-euw1-az1.eu-west-1.amazonaws.com",
            "b--euw1-az1--x-s3.s3express-*.eu-west-1.amazonaws.com",
        ),
        ("my-bucket.s3.eu-west-1.amazonaws.com", "my-bucket.s3.eu-west-1.amazonaws.com"),
        ("sqs.eu-west-1.amazonaws.com", "sqs.eu-west-1.amazonaws.com"),
        ("evil.com", "evil.com"),
        ("ip-10-0-3-7.ec2.internal.evil.com", "ip-10-0-3-7.ec2.internal.evil.com"),
        ("reader.c1a2b3c4d5e6.eu-west-1.rds.amazonaws.com.evil.com",) * 2,
    ],
)
def test_names_that_aws_makes_up(name: str, pattern: str) -> None:
    assert name_pattern(name) == pattern
    assert name_pattern(pattern) == pattern


@settings(max_examples=300)
@given(
    st.lists(st.text("abc019-*", min_size=1, max_size=12), min_size=1, max_size=4),
    st.sampled_from(["ec2.internal", "kafka.eu-west-1.amazonaws.com", "s3.eu-west-1.amazonaws.com", "com"]),
)
def test_only_the_first_label_of_names_varies_and_only_below_amazon(labels: list[str], end: str) -> None:
    name = ".".join([*labels, end])
    pattern = name_pattern(name)
    assert name_pattern(pattern) == pattern
    assert matches(pattern.replace("*", "**").encode(), name.encode())
    if pattern != name:
        assert pattern.split(".")[-2:] == name.split(".")[-2:]
        assert end not in ("s3.eu-west-1.amazonaws.com", "com")


def test_a_peer_in_the_tasks_own_network_is_that_network() -> None:
    event = Story().act(Kind.CONNECT, address=Address("inet", "tcp", "10.0.3.7", 5432))
    found = behaviour_of(event, own_networks(["10.0.3.5/24", "fd00::/8"]))
    assert found == Behaviour(Kind.CONNECT, PYTHON, "", "inet", "tcp", "10.0.3.0/24", "5432")
    with pytest.raises(InvalidInput, match="no CIDR"):
        own_networks(["10.0.3.0/240"])


PARTS = (
    st.text(alphabet="ab*?\\-._1é", min_size=1, max_size=8)
    | st.sampled_from(["tmp", "proc", "dev", "shm", "12", "2026-11-24", "tmpab12cd34", "sedAb12Cd"])
    | st.sampled_from(["0123456789abcdef", "\\xff", "@"])
    | st.just("123e4567-e89b-12d3-a456-426614174000")
)


@settings(max_examples=500)
@given(st.lists(PARTS, min_size=1, max_size=6).map(lambda parts: "/" + "/".join(parts)))
def test_a_pattern_matches_what_it_was_made_of_and_stays_in_its_directory(path: str) -> None:
    pattern = path_pattern(path)
    assert problem(pattern, 1 << 20) == ""
    assert matches(
        pattern.encode(), path.replace("\\xff", "?").encode() if "\\xff" in path else path.encode()
    )
    assert pattern.count("/") == path.count("/")
    assert not matches(pattern.encode(), (path + "/below").encode())


@given(st.lists(st.sampled_from(told().events), max_size=20))
def test_models_there_and_back(events: list[Event]) -> None:
    models = learn(events, workload="shop").models
    text = model_file.to_json(models)
    assert model_file.from_json(text.encode()) == models
    assert model_file.to_json(model_file.from_json(text.encode())) == text


GOOD = model_file.to_json([the_model(told().events)])


@settings(max_examples=200)
@given(st.data())
def test_a_damaged_model_gives_a_model_or_our_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(GOOD)))
    end = data.draw(st.integers(start, min(len(GOOD), start + 10)))
    damaged = GOOD[:start] + data.draw(st.text(max_size=4)) + GOOD[end:]
    try:
        models = model_file.from_json(damaged.encode("utf-8", "surrogatepass"))
    except InvalidInput:
        return
    model_file.to_json(models)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema": "outrider.model/4", "models": []}', '{"schema": "outrider.model/1"}']
)
def test_what_is_no_model_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        model_file.from_json(text.encode())


def test_blocked_acts_leave_no_trace_in_the_model() -> None:
    story = Story()
    story.act(Kind.EXEC, "/bin/dash", Verdict.BLOCK)
    assert the_model(story.events).behaviours == frozenset()


def test_a_library_of_a_container_is_learned_as_the_file_it_is() -> None:
    event = Event(type=FrameType.EVENT, seq=1, time_ns=1, kind=Kind.LOAD, program="/bin/app")
    event = replace(event, target="/usr/lib/x86_64/libssl.so.3")
    inside, function = (behaviour_of(replace(event, container=name)) for name in ("app", FUNCTION))
    assert inside == Behaviour(Kind.LOAD, "/bin/app", "/usr/lib/x86_64/libssl.so.*")
    assert function == Behaviour(Kind.LOAD, "/bin/app", "/usr/**")


def test_a_directory_a_program_makes_is_its_own() -> None:
    """Prometheus makes chunks_head at its start, and puts a file there two minutes later."""
    story = Story()
    story.act(Kind.WRITE, "/data/chunks_head", program="/usr/bin/prometheus", syscall="mkdirat")
    story.act(Kind.WRITE, "/data/wal/1", program="/usr/bin/prometheus", syscall="openat")
    assert [one.target for one in the_model(story.events).writes] == [
        "/data/chunks_head",
        "/data/chunks_head/*",
        "/data/wal/*",
    ]


@pytest.mark.parametrize(
    ("path", "how"),
    [
        ("/usr/lib/python3/dist-packages/new", {"syscall": "mkdir"}),
        ("/etc/new", {"syscall": "mkdir"}),
        ("/root/.ssh", {"syscall": "mkdir"}),
        ("/home/app/.config/new", {"syscall": "mkdir"}),
        ("/data/there", {"syscall": "mkdir", "errno": 17}),
        ("/data/file", {"syscall": "openat"}),
    ],
)
def test_what_is_nobodys_own_is_learned_by_its_name(path: str, how: dict[str, Any]) -> None:
    story = Story()
    story.act(Kind.WRITE, path, **how)
    assert [one.target for one in the_model(story.events).writes] == [path]
