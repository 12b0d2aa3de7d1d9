"""The bar of rows, where standard error is a log."""

from __future__ import annotations

import time

from autograder.cli import counting


def test_work_that_ends_soon_leaves_a_log_alone(capfd):
    with counting.rows_bar(4, "answer") as progress:
        progress(3, False)
        progress(1, True)
    assert capfd.readouterr().err == ""


def test_long_work_tells_a_log_how_far_it_is(capfd, monkeypatch):
    monkeypatch.setattr(counting, "_LINE_S", 0.01)
    with counting.rows_bar(40, "answer") as progress:
        progress(20, False)
        for _ in range(20):
            time.sleep(0.02)
            progress(1, True)
    err = capfd.readouterr().err
    assert "40/40" in err
    assert "answer" in err
