"""Keep bars and notes of third parties that a user can do nothing about off the screen."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quiet() -> Iterator[None]:
    """Inside, transformers shows no bar, and neither bitsandbytes nor Python warns.

    What transformers itself has to say of weights that are missing or do not fit is still said.
    """
    from transformers.utils import logging as transformers_logging

    bnb_log = logging.getLogger("bitsandbytes")
    bnb_level = bnb_log.level
    bnb_log.setLevel(logging.ERROR)
    shown = transformers_logging.is_progress_bar_enabled()
    transformers_logging.disable_progress_bar()
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        bnb_log.setLevel(bnb_level)
        if shown:
            transformers_logging.enable_progress_bar()
