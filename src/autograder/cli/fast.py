"""The option to grade in 8 bits."""

from __future__ import annotations

import click

fast_option = click.option(
    "--fast",
    is_flag=True,
    help="On a CPU, multiply in 8 bits: 1.5 times as fast, expected scores some 0.03 beside.",
)
