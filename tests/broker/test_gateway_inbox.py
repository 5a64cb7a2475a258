"""The inbox between two threads: batches form by themselves, order stays, and it is bounded."""

import threading
from datetime import UTC, datetime

from hub.mqtt.inbox import ConnectionChange, Delivery, Inbox
from tests.patience import HANGS_FOR, PATIENCE

AT = datetime(2026, 11, 23, 2, 10, tzinfo=UTC)


def deliveries(count: int, payload: bytes = b"", start: int = 0) -> list[Delivery]:
    return [Delivery("a", payload, AT, mid=start + number) for number in range(count)]


def test_nothing_comes_out_of_an_empty_inbox_and_the_wait_ends() -> None:
    assert Inbox().take(timeout=0.01) == []


def test_one_item_alone_is_handed_over_after_the_linger() -> None:
    inbox = Inbox()
    inbox.put(deliveries(1))
    assert inbox.take(timeout=PATIENCE, linger=0.002) == deliveries(1)


def test_what_comes_during_the_linger_is_in_the_batch() -> None:
    inbox = Inbox()
    inbox.put(deliveries(1))
    later = threading.Timer(0.05, inbox.put, (deliveries(2, start=1),))
    later.start()
    assert inbox.take(timeout=PATIENCE, linger=HANGS_FOR, limit=3) == deliveries(3)
    later.join()


def test_a_full_batch_does_not_linger_and_the_rest_stays_in_order() -> None:
    inbox = Inbox()
    inbox.put([ConnectionChange(True, True, AT), *deliveries(9)])
    assert inbox.take(timeout=PATIENCE, linger=HANGS_FOR, limit=4) == [
        ConnectionChange(True, True, AT),
        *deliveries(3),
    ]
    assert inbox.take(timeout=PATIENCE, linger=0, limit=100) == deliveries(6, start=3)


def is_held_up_until_something_is_taken(inbox: Inbox, more: list[Delivery]) -> None:
    putting = threading.Thread(target=inbox.put, args=(more,), daemon=True)
    putting.start()
    putting.join(0.1)
    assert putting.is_alive()
    inbox.take(timeout=1, linger=0)
    putting.join(PATIENCE)
    assert not putting.is_alive()


def test_an_inbox_full_of_items_holds_up_the_one_who_puts() -> None:
    inbox = Inbox(room=10)
    inbox.put(deliveries(9))
    inbox.put(deliveries(1, start=9))
    is_held_up_until_something_is_taken(inbox, deliveries(1, start=10))
    assert inbox.take(timeout=1) == deliveries(1, start=10)


def test_an_inbox_full_of_large_payloads_holds_up_the_one_who_puts() -> None:
    inbox = Inbox(room_bytes=1000)
    inbox.put(deliveries(2, payload=b"x" * 600))
    is_held_up_until_something_is_taken(inbox, deliveries(1, payload=b"x" * 999))
    inbox.put(deliveries(1))  # is not held up


def test_a_full_inbox_is_not_lingered_at() -> None:
    inbox = Inbox(room=2)
    inbox.put(deliveries(2))
    assert inbox.take(timeout=PATIENCE, linger=HANGS_FOR) == deliveries(2)


def test_a_closed_inbox_gives_what_it_has_and_takes_no_more() -> None:
    inbox = Inbox(room=2)
    inbox.put(deliveries(2))
    held_up = threading.Thread(target=inbox.put, args=(deliveries(1, start=2),))
    held_up.start()
    inbox.close()
    held_up.join(PATIENCE)
    assert not held_up.is_alive()
    assert inbox.take(timeout=PATIENCE, linger=HANGS_FOR) == deliveries(2)
    assert inbox.take(timeout=PATIENCE, linger=HANGS_FOR) == []


def test_a_hundred_thousand_items_through_two_threads_stay_in_order() -> None:
    inbox = Inbox(room=500)

    def put_all() -> None:
        for start in range(0, 100_000, 50):
            inbox.put(deliveries(50, start=start))

    putting = threading.Thread(target=put_all)
    putting.start()
    taken: list[int] = []
    while len(taken) < 100_000:
        batch = inbox.take(timeout=PATIENCE, linger=0.0005, limit=333)
        assert 0 < len(batch) <= 333
        taken += [item.mid for item in batch if isinstance(item, Delivery)]
    putting.join(PATIENCE)
    assert taken == list(range(100_000))
