"""data/ -> build/dataset/examples.jsonl"""

from __future__ import annotations

from autograder import config
from autograder.balance import summary
from autograder.dataset.generate import generate
from autograder.schema import write_examples
from autograder.stages import DATA, EXAMPLES, PARAMS, run
from autograder.terminal import printable


def main() -> None:
    settings = config.load(PARAMS)
    examples = generate(settings, DATA, lambda line: print(printable(line)))
    write_examples(EXAMPLES, examples)
    print(f"{EXAMPLES}: {summary(examples)}")


if __name__ == "__main__":
    run(main)
