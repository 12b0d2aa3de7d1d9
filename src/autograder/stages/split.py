"""build/dataset/examples.jsonl -> build/splits/{train,validation,test,holdout}.jsonl"""

from __future__ import annotations

from autograder import config
from autograder.balance import summary
from autograder.checks.leaks import prove_distinct
from autograder.checks.split import HOLDOUT, split
from autograder.files import atomic_folder
from autograder.schema import read_examples, write_examples
from autograder.stages import EXAMPLES, PARAMS, SPLITS, run
from autograder.terminal import printable


def main() -> None:
    settings = config.load(PARAMS)
    splits = split(read_examples(EXAMPLES), settings.split)
    nearest = prove_distinct(splits)
    held_out = {kind for row in splits.get(HOLDOUT, []) for kind in (row.category, row.source)}
    for kind in settings.split.holdout:
        if kind not in held_out:
            print(f"split.holdout: no example has the category or source {printable(kind)}")
    with atomic_folder(SPLITS) as folder:
        for name, examples in splits.items():
            write_examples(folder / f"{name}.jsonl", examples)
    for name, examples in splits.items():
        print(f"{SPLITS / name}.jsonl: {summary(examples)}")
    if nearest:
        pair = printable(f"{nearest.row} and {nearest.other}")
        print(f"no split nearly repeats another; nearest: {pair} share {nearest.share:.0%}")
    else:
        print("no split nearly repeats another; no 8 words in a row are shared")


if __name__ == "__main__":
    run(main)
