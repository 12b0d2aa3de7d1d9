"""A lane by itself: what is graded together, what waits, and what leaves."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import pytest

from autograder.schema import Request
from autograder.serve.batching import Job, Lane, Size
from autograder.serve.failures import Failure
from helpers.fake_judge import WAIT_S, verdict_of


class Work:
    """Grades when it may, and writes down the batches."""

    def __init__(self) -> None:
        self.may, self.at_work = threading.Event(), threading.Event()
        self.may.set()
        self.batches: list[list[str]] = []

    def __call__(self, jobs: Sequence[Job]):
        self.batches.append([job.request.response for job in jobs])
        self.at_work.set()
        assert self.may.wait(WAIT_S)
        return [verdict_of(job.request) for job in jobs]


def job(response, tokens=None, emit=None, prompt="p", size=(90, 10)):
    request = Request(prompt, response, "r")
    return Job(request, Size(*size), asyncio.get_running_loop().create_future(), tokens, emit)


def in_lane(test, *, batch_size=4, max_wait_s=0.0, capacity=100):
    """Run a test with a lane that runs."""
    sizes: list[int] = []

    async def run():
        work = Work()
        lane = Lane(
            "test",
            work,
            batch_size=batch_size,
            max_wait_s=max_wait_s,
            capacity=capacity,
            on_batch=sizes.append,
        )
        running = asyncio.create_task(lane.run())
        try:
            await asyncio.wait_for(test(lane, work), WAIT_S)
        finally:
            work.may.set()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            lane.close()
        assert sizes == [len(batch) for batch in work.batches]

    asyncio.run(run())


async def started(work):
    assert await asyncio.to_thread(work.at_work.wait, WAIT_S)


async def batches_of(lane, work, jobs):
    """The batches that jobs are graded in which came while another was at work."""
    work.may.clear()
    lane.submit([job("0")])
    await started(work)
    lane.submit(jobs)
    work.may.set()
    await asyncio.gather(*(each.answer for each in jobs))
    return work.batches[1:]


def test_while_one_batch_computes_the_next_collects():
    async def test(lane, work):
        work.may.clear()
        first = job("0")
        lane.submit([first])
        await started(work)
        others = [job(str(number)) for number in range(1, 8)]
        for other in others:
            lane.submit([other])
        assert lane.num_waiting == 7
        work.may.set()
        for each in (first, *others):
            assert await each.answer == verdict_of(each.request)
        assert work.batches == [["0"], ["1", "2", "3", "4"], ["5", "6", "7"]]
        assert lane.num_waiting == 0

    in_lane(test)


def test_a_full_batch_does_not_wait_and_a_lone_job_does():
    async def test(lane, work):
        jobs = [job(str(number)) for number in range(4)]
        for each in jobs:
            lane.submit([each])
            await asyncio.sleep(0)
        await asyncio.gather(*(each.answer for each in jobs))
        assert work.batches == [["0", "1", "2", "3"]]
        late = job("4")
        lane.submit([late])
        done, _ = await asyncio.wait([late.answer], timeout=0.05)
        assert not done

    in_lane(test, max_wait_s=3600)


def test_a_batch_waits_for_others_no_longer_than_it_may():
    async def test(lane, work):
        one, other = job("0"), job("1")
        lane.submit([one])
        lane.submit([other])
        await asyncio.gather(one.answer, other.answer)
        assert work.batches == [["0", "1"]]

    in_lane(test, max_wait_s=0.01)


def test_what_is_dropped_leaves_the_queue_and_is_not_graded():
    async def test(lane, work):
        work.may.clear()
        jobs = [job(str(number)) for number in range(4)]
        lane.submit(jobs[:1])
        await started(work)
        lane.submit(jobs[1:])
        jobs[1].answer.cancel()
        jobs[3].answer.cancel()
        await asyncio.sleep(0)
        assert lane.num_waiting == 1
        work.may.set()
        await jobs[2].answer
        assert work.batches == [["0"], ["2"]]

    in_lane(test)


def test_a_lane_whose_jobs_are_all_dropped_goes_on():
    async def test(lane, work):
        for _ in range(3):
            dropped = job("dropped")
            lane.submit([dropped])
            dropped.answer.cancel()  # its callback has not run when the lane looks
        kept = job("kept")
        lane.submit([kept])
        await kept.answer
        assert work.batches == [["kept"]]
        assert lane.is_idle

    in_lane(test)


def test_only_equal_reasoning_is_batched_and_streams_stand_alone():
    async def test(lane, work):
        jobs = [
            job("a", 64),
            job("b", 8),
            job("stream", 64, emit=lambda item: None),
            job("c", 64),
            job("d", 8),
        ]
        found = await batches_of(lane, work, jobs)
        assert found == [["a", "c"], ["b", "d"], ["stream"]]

    in_lane(test)


def test_a_batch_holds_one_prompt_first_and_then_rows_of_about_its_length():
    async def test(lane, work):
        jobs = [
            job("a1", prompt="a"),
            job("far", prompt="b", size=(90, 60)),
            job("a2", prompt="a"),
            job("near", prompt="c", size=(95, 20)),  # 110 as a1 and a2 together
            job("short", prompt="d", size=(80, 10)),
            job("short too", prompt="e", size=(75, 10)),
        ]
        assert await batches_of(lane, work, jobs) == [
            ["a1", "a2", "near"],
            ["far"],
            ["short", "short too"],
        ]

    in_lane(test)


def test_a_prompt_with_many_answers_fills_batches_in_order():
    async def test(lane, work):
        jobs = [job(f"{prompt}{n}", prompt=prompt) for n in range(5) for prompt in "ab"]
        assert await batches_of(lane, work, jobs) == [
            ["a0", "a1", "a2", "a3"],
            ["b0", "b1", "b2", "b3"],
            ["a4", "b4"],
        ]

    in_lane(test)


def test_reasonings_are_written_together_whatever_their_length():
    async def test(lane, work):
        jobs = [job(str(n), 64, prompt=str(n), size=(10 * n, 5)) for n in range(1, 4)]
        assert await batches_of(lane, work, jobs) == [["1", "2", "3"]]

    in_lane(test)


def test_places_are_counted_and_given_back():
    async def test(lane, work):
        with lane.reserved(3):
            assert lane.num_waiting == 3
            assert not lane.is_idle
            with pytest.raises(Failure) as caught, lane.reserved(1):
                pass
            assert caught.value.status_code == 429
        with lane.reserved(3):
            pass
        assert lane.is_idle

    in_lane(test, capacity=3)


def test_work_that_fails_does_not_end_the_lane():
    async def test(lane, work):
        lane._work = lambda jobs: 1 / 0
        broken = job("x")
        lane.submit([broken])
        with pytest.raises(ZeroDivisionError):
            await broken.answer
        lane._work = work
        fine = job("y")
        lane.submit([fine])
        assert await fine.answer == verdict_of(fine.request)
        work.batches.insert(0, ["x"])  # was counted too

    in_lane(test)


def test_an_aborted_lane_answers_what_it_has_and_what_still_comes():
    async def test(lane, work):
        work.may.clear()
        jobs = [job(str(number)) for number in range(6)]
        lane.submit(jobs[:1])
        await started(work)
        lane.submit(jobs[1:5])
        failure = Failure(503, "draining", "going down")
        lane.abort(failure)
        lane.submit(jobs[5:])
        for each in jobs:
            with pytest.raises(Failure) as caught:
                await each.answer
            assert caught.value is failure
        await asyncio.sleep(0)
        assert lane.is_idle
        assert lane.is_running
        assert work.batches == [["0"]]

    in_lane(test)


@pytest.mark.parametrize("num_turns", range(8))
def test_a_lane_ends_when_it_is_told_to_also_just_after_a_job_has_come(num_turns):
    async def run():
        lane = Lane(
            "test",
            Work(),
            batch_size=4,
            max_wait_s=WAIT_S,
            capacity=100,
            on_batch=lambda _: None,
        )
        running = asyncio.create_task(lane.run())
        try:
            lane.submit([job("first")])
            for _ in range(8):  # until it waits for a second one
                await asyncio.sleep(0)
            lane.submit([job("second")])
            for _ in range(num_turns):
                await asyncio.sleep(0)
            running.cancel()
            await asyncio.wait([running], timeout=WAIT_S)
            assert running.cancelled()
        finally:
            running.cancel()
            lane.close()

    asyncio.run(run())
