from __future__ import annotations

import importlib.util
import json
from collections import defaultdict
from typing import Any

import pytest

from autograder.errors import ConfigError, DataError, ModelError
from autograder.integrations.trl import judge_reward

RUBRIC = "Is it right?"
PROMPTS = ["How many legs has a spider?", "Name a metal."]
COMPLETIONS = ["Eight legs.", "I think it is six, as all insects have; a spider is one."]


def reward_of(judge, *texts):
    return (judge.evaluate(*texts, reasoning=False).expected_score - 1) / 4


def test_the_reward_is_the_expected_score_from_0_to_1(judge, judge_folder):
    expected = [
        reward_of(judge, prompt, completion, RUBRIC)
        for prompt, completion in zip(PROMPTS, COMPLETIONS, strict=True)
    ]
    assert len({round(value, 3) for value in expected}) == 2
    for given in (judge, judge_folder, str(judge_folder)):
        reward = judge_reward(given, RUBRIC)
        found = reward(prompts=PROMPTS, completions=COMPLETIONS, completion_ids=[[1], [2]])
        assert found == pytest.approx(expected, abs=1e-4)
        assert all(type(value) is float and 0 <= value <= 1 for value in found)
    assert reward.__name__ == "judge_reward"
    assert judge_reward(judge, RUBRIC, name="tone").__name__ == "tone"


def test_messages_are_graded_as_the_texts_they_hold(judge):
    reward = judge_reward(judge, RUBRIC)
    prompts = [
        [{"role": "user", "content": PROMPTS[0]}],
        [{"role": "system", "content": "Be brief."}, {"role": "user", "content": PROMPTS[1]}],
    ]
    completions: list[Any] = [
        [{"role": "assistant", "content": [{"type": "text", "text": COMPLETIONS[0]}]}],
        [
            {"role": "assistant", "content": None, "tool_calls": []},
            {"role": "tool", "content": "42"},
            {"role": "assistant", "content": COMPLETIONS[1]},
        ],
    ]
    expected = [
        reward_of(judge, PROMPTS[0], COMPLETIONS[0], RUBRIC),
        reward_of(judge, f"system: Be brief.\n\nuser: {PROMPTS[1]}", COMPLETIONS[1], RUBRIC),
    ]
    assert reward(prompts, completions) == pytest.approx(expected, abs=1e-4)


def test_rubrics_and_references_come_from_columns(judge):
    reward = judge_reward(judge, rubric_column="criterion", reference_column="gold")
    criteria, gold = ["Is it right?", "Is it brief?"], ["8", None]
    found = reward(PROMPTS, COMPLETIONS, criterion=criteria, gold=gold, trainer_state=None)
    expected = [
        reward_of(judge, PROMPTS[0], COMPLETIONS[0], criteria[0], "8"),
        reward_of(judge, PROMPTS[1], COMPLETIONS[1], criteria[1]),
    ]
    assert found == pytest.approx(expected, abs=1e-4)


def test_what_cannot_be_graded_harms_no_other(judge):
    reward = judge_reward(judge, rubric_column="rubric")
    prompts: list[Any]
    completions: list[Any]
    prompts, completions = [PROMPTS[0]] * 4, [COMPLETIONS[0], " \n", COMPLETIONS[0], []]
    rubrics = [RUBRIC, RUBRIC, "long " * 3000, RUBRIC]
    expected = reward_of(judge, PROMPTS[0], COMPLETIONS[0], RUBRIC)
    found = reward(prompts, completions, rubric=rubrics)
    assert found == [pytest.approx(expected, abs=1e-4), 0.0, None, 0.0]
    assert reward([], [], rubric=[]) == []


@pytest.mark.parametrize(
    "arguments", [{}, {"rubric": " "}, {"rubric": "x", "rubric_column": "rubric"}]
)
def test_exactly_one_rubric_is_needed(judge, arguments):
    with pytest.raises(ConfigError, match="either a text that is not empty or rubric_column"):
        judge_reward(judge, **arguments)


def test_faults_are_told_before_training(judge, tmp_path):
    with pytest.raises(ModelError, match="holds no judge"):
        judge_reward(tmp_path, RUBRIC)
    with pytest.raises(DataError, match="too long"):
        judge_reward(judge, "long " * 3000)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"criterion": [RUBRIC]}, "rubric: the data set has no such column; .*: criterion"),
        ({"rubric": [None]}, r"rubric\[0\]: expected a text, got None"),
        ({"rubric": [""]}, r"rubric\[0\]: expected a text, got ''"),
        ({"rubric": [RUBRIC], "gold": [8]}, r"gold\[0\]: expected a text, got 8"),
    ],
)
def test_a_data_set_without_the_column_is_told(judge, columns, says):
    reward = judge_reward(judge, rubric_column="rubric", reference_column="gold")
    with pytest.raises(DataError, match=says):
        reward(PROMPTS[:1], COMPLETIONS[:1], **{"gold": [None], **columns})


@pytest.mark.skipif(importlib.util.find_spec("trl") is None, reason="trl is not installed")
@pytest.mark.filterwarnings("ignore")  # those of other packages about each other
@pytest.mark.parametrize("algorithm", ["GRPO", "RLOO"])
@pytest.mark.parametrize("conversational", [False, True])
def test_a_real_trainer_takes_a_step(judge, tiny_base, tmp_path, algorithm, conversational):
    import trl
    from datasets import Dataset

    prompts = [[{"role": "user", "content": p}] for p in PROMPTS] if conversational else PROMPTS
    columns = {"prompt": prompts, "rubric": ["Is it right?", "Is it brief?"], "gold": ["8", ""]}
    seen: dict[str, list[Any]] = defaultdict(list)
    graded = judge_reward(judge, rubric_column="rubric", reference_column="gold", name="judged")

    def judged(prompts, completions, **columns):
        rewards = graded(prompts, completions, **columns)
        seen["prompts"] += map(json.dumps, prompts)
        seen["rewards"] += rewards
        return rewards

    arguments = getattr(trl, f"{algorithm}Config")(
        output_dir=str(tmp_path),
        per_device_train_batch_size=4,
        num_generations=2,
        max_completion_length=6,
        max_steps=1,
        logging_steps=1,
        use_cpu=True,
        bf16=False,
        gradient_checkpointing=False,
        report_to=[],
        save_strategy="no",
        disable_tqdm=True,
    )
    trainer = getattr(trl, f"{algorithm}Trainer")(
        model=str(tiny_base),
        reward_funcs=judged,
        args=arguments,
        train_dataset=Dataset.from_dict(columns),
    )
    trainer.train()
    assert sorted(seen["prompts"]) == sorted(map(json.dumps, prompts * 2))
    rewards = seen["rewards"]
    assert all(type(reward) is float and 0 <= reward <= 1 for reward in rewards)
    logged = next(row for row in trainer.state.log_history if "rewards/judged/mean" in row)
    assert logged["rewards/judged/mean"] == pytest.approx(sum(rewards) / 4, abs=1e-5)
