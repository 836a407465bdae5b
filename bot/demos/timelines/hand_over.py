"""A producer and a consumer with a small queue between them: which of the two waits, and how long."""

import queue
import threading
import time
from collections.abc import Sequence

from bot.charts.timeline import Moment, State, Timeline, TracedRun
from bot.demos.model import Host
from bot.demos.timelines.lanes import first_ns, footer, lanes, mark_unless
from bot.demos.timelines.tracing import Notes, Traced

ITEMS, ROOM = 6, 1
READ_SECONDS, STORE_SECONDS = 0.006, 0.015


def run() -> list[Traced]:
    """What the producer and the consumer noted."""
    items: queue.Queue[int] = queue.Queue(maxsize=ROOM)
    producer, consumer = Notes("producer"), Notes("consumer")

    def produce() -> None:
        with producer:
            for item in range(ITEMS):
                producer.begins(State.WAITING, "read")
                time.sleep(READ_SECONDS)
                producer.begins(State.QUEUE, "full")
                items.put(item)
                producer.begins()

    def consume() -> None:
        with consumer:
            for _ in range(ITEMS):
                consumer.begins(State.QUEUE, "empty")
                items.get()
                consumer.begins(State.WAITING, "store")
                time.sleep(STORE_SECONDS)
                consumer.begins()

    workers = [threading.Thread(target=consume), threading.Thread(target=produce)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return [producer.taken(), consumer.taken()]


def traced(host: Host) -> Timeline:
    """Run it, and draw it up."""
    return drawn_up(run(), host)


def drawn_up(found: Sequence[Traced], host: Host) -> Timeline:
    """The timeline of what was noted."""
    begin_ns = first_ns(found)
    producer, consumer = lanes(found, begin_ns, gil=host.gil)
    [handed_over, *_] = [span.end_ms for span in consumer.spans if span.state is State.QUEUE]
    moments = [Moment(handed_over, "the consumer gets the first item")]
    waits = [span for span in producer.spans if span.state is State.QUEUE]
    if full := next((span for span in waits if span.length_ms > 1), None):
        moments.append(Moment(full.begin_ms, "the queue is full: the producer waits until an item is taken"))
    says = (
        f"{ITEMS} items through a queue with room for {ROOM}: the producer waited for room for "
        f"{sum(span.length_ms for span in waits):.0f} ms, as storing takes longer than reading."
    )
    part = TracedRun("read, put; get, store", [producer, consumer], moments)
    return Timeline("A producer and a consumer", says, [part], footer(host), mark_unless(full is not None))
