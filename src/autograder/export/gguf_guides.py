"""What travels beside a GGUF file: a Modelfile for Ollama, a program for llama.cpp, and how-tos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from autograder.export.examples import llama_server_example
from autograder.export.readme import fenced
from autograder.export.rendering import one_message
from autograder.export.trained import Trained

_BODY = """\
**llama.cpp.** Start its server, then grade JSON Lines from standard input with `grade.py`, which
needs Python alone:

```
llama-server --model {name} --ctx-size {context} --parallel 1 --port 8080
python grade.py < answers.jsonl
```

{program}

llama.cpp by itself answers with the most probable digit and no more. `grade.py` gets the calibrated
distribution: it raises the five digits far above all other tokens (`logit_bias`), sets the judge's
temperature {temperature:.4f}, and asks for the probabilities that the token is drawn by
(`n_probs`, `post_sampling_probs`). Each text is tokenised by itself, so that none of it becomes a
control token.

Any chat client of llama.cpp works too, for the file's chat template writes the judge's own
instruction and forces `Score: `; send one message of this form, and the answer begins with the
digit:

{message}

That way a text is read together with the template: a response that holds `{control}` can break
out of its place. Use it for texts that you trust.

**Ollama.** `Modelfile` has the template, with `Score: ` forced as the answer's beginning, and
temperature 0. The same holds: texts that you trust, in the form above. Ollama gives the score and
the reasoning; the judge's calibrated distribution, `expected_score` and confidence it does not
give. With a message in `message.txt`:

```
ollama create judge --file Modelfile
ollama run judge "$(cat message.txt)"
```
"""


def write_guides(folder: Path, name: str, form: dict[str, Any], trained: Trained) -> str:
    """Write `Modelfile` and `grade.py`; return the card's section on use."""
    program = llama_server_example()
    (folder / "grade.py").write_text(program, encoding="utf-8")
    (folder / "Modelfile").write_text(modelfile(name, form, trained), encoding="utf-8")
    return _BODY.format(
        name=name,
        context=trained.config.model.max_length,
        program=fenced(program, "python"),
        temperature=float(trained.values["temperature"]),
        message=fenced(
            one_message(
                form,
                prompt="(the prompt)",
                rubric="(the rubric)",
                response="(the response)",
            )
        ),
        control=form["end"],
    )


def modelfile(name: str, form: dict[str, Any], trained: Trained) -> str:
    """Ollama's recipe: the template, greedy, stopped at the end of the turn."""
    template = f"{_go(form['opening'])}{{{{ .Prompt }}}}{_go(form['closing'])}{_go(form['lead'])}"
    return (
        f"FROM ./{name}\n"
        f'TEMPLATE """{template}"""\n'
        "PARAMETER temperature 0\n"
        # Ollama's default, 1.1, lowers a score whose digit is among the last tokens of the prompt.
        "PARAMETER repeat_penalty 1\n"
        f"PARAMETER num_ctx {trained.config.model.max_length}\n"
        "PARAMETER num_predict 64\n"
        f'PARAMETER stop "{form["end"]}"\n'
    )


def _go(text: str) -> str:
    """Our own text in a Go template: braces that would be code are written as strings."""
    return text.replace("{{", '{{ "{{" }}')
