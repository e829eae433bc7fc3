"""RabbitMQ: messages published and consumed over AMQP by pika, queues that come and go, the management pages."""

from demo.programs.program import Program
from demo.programs.visitor import Visitor

_TALK = """
import sys, pika, uuid
connection = pika.BlockingConnection(pika.ConnectionParameters("127.0.0.1", heartbeat=0))
channel = connection.channel()
channel.queue_declare("orders", durable=True)
own = channel.queue_declare("", exclusive=True).method.queue
durable = "batch-" + str(uuid.uuid4())
channel.queue_declare(durable, durable=True)
keep = pika.BasicProperties(delivery_mode=2)
for queue in ("orders", own, durable):
    for number in range(30):
        channel.basic_publish("", queue, b"x" * 5000 + b"%d" % number, keep)
    got = 0
    for method, _, body in channel.consume(queue, inactivity_timeout=20):
        if method is None:
            sys.exit("no message came")
        channel.basic_ack(method.delivery_tag)
        got += 1
        if got == 30:
            break
    channel.cancel()
channel.queue_delete(durable)
connection.close()
print("90 messages")
"""


def _load(visitor: Visitor) -> None:
    visitor.run("python3", "-c", _TALK, wanted="90 messages", times=90)


def _rare(visitor: Visitor) -> None:
    status, _ = visitor.fetch("/", port=15672)
    visitor.check("management page", status == 200)


PROGRAM = Program(
    name="rabbitmq",
    package="rabbitmq-server",
    command=("/usr/lib/rabbitmq/bin/rabbitmq-server",),
    environment={"LANG": "C.UTF-8"},
    user="rabbitmq",
    port=5672,
    load=_load,
    rare=_rare,
    prepare=(
        "rabbitmq-plugins enable --offline rabbitmq_management",
        "rm -rf /var/lib/rabbitmq/mnesia /var/log/rabbitmq/*; chown -R rabbitmq: /var/lib/rabbitmq /etc/rabbitmq",
    ),
    victim="beam.smp",
    patience=120,
)
