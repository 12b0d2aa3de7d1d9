"""Work in lanes: its order, who works beside whom, and what an error or an end leaves."""

from __future__ import annotations

import threading
import time
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from autograder.judging.turns import Turns

PATIENCE = 20  # seconds


@pytest.fixture(autouse=True)
def four_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    assert torch.get_num_threads() == 4
    torch.set_num_threads(before)


class Watch:
    """Work that writes down how many threads it has and how many others were at work."""

    def __init__(self, seconds=0.0):
        self.seconds = seconds
        self.threads = {}
        self.active = self.most = 0
        self._lock = threading.Lock()

    def __call__(self, item):
        with self._lock:
            self.active += 1
            self.most = max(self.most, self.active)
            self.threads[item] = torch.get_num_threads()
        time.sleep(self.seconds)
        with self._lock:
            self.active -= 1
        return item * item


@pytest.mark.parametrize("num_lanes", [1, 2, 3])
@pytest.mark.parametrize("num", range(8))
def test_results_come_in_order(num_lanes, num):
    turns = Turns(num_lanes)

    def work(item):
        time.sleep(0.01 * (num - item))
        return item * item

    assert list(turns.each(work, iter(range(num)))) == [item * item for item in range(num)]
    assert list(turns.each(work, range(num))) == [item * item for item in range(num)]


def test_lanes_share_the_threads_and_who_is_alone_has_them_all():
    watch = Watch()
    assert list(Turns(2).each(watch, range(5))) == [0, 1, 4, 9, 16]
    assert watch.threads == {0: 2, 1: 2, 2: 2, 3: 2, 4: 4}
    watch = Watch()
    assert list(Turns(1).each(watch, range(2))) == [0, 1]
    assert set(watch.threads.values()) == {4}


def test_new_threads_start_with_all_threads():
    turns = Turns(4)
    list(turns.each(Watch(), range(4)))
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(torch.get_num_threads).result(PATIENCE) == 4


def test_lanes_work_side_by_side():
    met = threading.Barrier(3)
    found = Turns(3).each(lambda _: met.wait(PATIENCE), range(6))
    assert sorted(found) == [0, 0, 1, 1, 2, 2]  # each group of three was there at once


def test_a_whole_turn_is_alone_and_no_caller_waits_for_ever():
    turns = Turns(2)
    watch, alone = Watch(0.002), []

    def single(_):
        with turns.whole():
            alone.append(watch.active)

    def many(start):
        return list(turns.each(watch, range(start, start + 9)))

    with ThreadPoolExecutor(6) as pool:
        singles = [pool.submit(single, n) for n in range(40)]
        lists = [pool.submit(many, 9 * n) for n in range(4)]
        for n, future in enumerate(lists):
            assert future.result(PATIENCE) == [k * k for k in range(9 * n, 9 * n + 9)]
        for future in singles:
            future.result(PATIENCE)
    assert alone == [0] * 40
    assert watch.most == 2


@pytest.mark.parametrize("num_lanes", [1, 2])
@pytest.mark.parametrize("num_good", range(6))
def test_what_the_items_raise_comes_after_the_results_before_it(num_lanes, num_good):
    def items():
        yield from range(num_good)
        raise KeyError("broken")

    found = []
    with pytest.raises(KeyError, match="broken"):
        for result in Turns(num_lanes).each(lambda item: item, items()):
            found.append(result)  # noqa: PERF402  # the list must survive the error
    assert found == list(range(num_good))


@pytest.mark.parametrize("num_lanes", [1, 2])
def test_what_the_work_raises_comes_in_its_place_and_harms_no_later_call(num_lanes):
    turns = Turns(num_lanes)
    found = []
    with pytest.raises(ZeroDivisionError):
        for result in turns.each(lambda item: 6 // item, [3, 2, 0, 1, 1]):
            found.append(result)  # noqa: PERF402  # the list must survive the error
    assert found == [2, 3]
    assert list(turns.each(lambda item: item, range(4))) == [0, 1, 2, 3]
    with turns.whole():
        pass


def test_few_items_are_taken_ahead_and_an_end_leaves_nothing_behind():
    turns, watch, taken = Turns(2), Watch(0.01), []

    def items():
        for item in range(1000):
            taken.append(item)
            yield item

    found = turns.each(watch, items())
    assert taken == []
    for num in range(1, 6):
        next(found)
        assert len(taken) <= num + 4
    assert isinstance(found, Generator)
    found.close()
    assert watch.active == 0
    num_done = len(watch.threads)
    time.sleep(0.05)
    assert len(watch.threads) == num_done <= len(taken)
