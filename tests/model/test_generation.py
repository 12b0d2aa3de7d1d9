from __future__ import annotations

import copy
import itertools

import pytest
import torch

from autograder.model.encode import Encoder
from autograder.model.generation import own_answers, together
from autograder.prompt import OWN_ANSWER_REQUEST, OWN_ANSWER_ROOM
from helpers.tiny_judge import talking, tiny_backbone

PROMPTS = ["What is 2+2?", "Name a river in France, please.", "x", "Is water wet?" * 9]


@pytest.fixture
def backbone(tiny_config):
    """With an adapter that would change what is said."""
    return talking(tiny_backbone(tiny_config.changed(lora={"r": 4, "alpha": 32.0}), std=0.3))


def questions_of(backbone, prompts=PROMPTS):
    encoder = Encoder(backbone.encoder.tokenizer, 1024, solves=True)
    return [encoder.encode(prompt, "r", "u").question for prompt in prompts]


def test_a_question_is_the_prompt_in_the_chat_template(backbone):
    tokenizer = backbone.encoder.tokenizer
    for prompt, question in zip(PROMPTS, questions_of(backbone), strict=True):
        turn = {"role": "user", "content": f"{prompt}\n\n{OWN_ANSWER_REQUEST}"}
        text = tokenizer.apply_chat_template([turn], tokenize=False, add_generation_prompt=True)
        assert tokenizer.decode(question) == text


def test_the_base_says_what_it_says_by_itself(backbone):
    found = own_answers(backbone, questions_of(backbone))
    with backbone.without_adapter():
        for question, answer in zip(questions_of(backbone), found, strict=True):
            whole = backbone.causal.generate(
                torch.tensor([question]),
                attention_mask=torch.ones(1, len(question)),
                do_sample=False,
                max_new_tokens=OWN_ANSWER_ROOM,
            )
            said = whole[0, len(question) :].tolist()
            assert answer == backbone.encoder.own_answer(said)
            assert len(answer) <= OWN_ANSWER_ROOM
    assert len(set(found)) > 2


def test_an_answer_does_not_depend_on_when_others_end(backbone):
    questions = questions_of(backbone, [f"{'Why? ' * n}What is {n}+{n}?" for n in range(9)])
    # Many tokens are ends, so that the answers end one after the other.
    backbone.encoder.stops = set(range(0, 260, 12))
    alone = [own_answers(backbone, [question])[0] for question in questions]
    assert own_answers(backbone, questions) == alone
    lengths = sorted(map(len, alone))
    assert len(set(lengths)) > 3
    assert lengths[0] < lengths[-1] / 2


def test_the_adapter_and_the_mode_are_as_before(backbone):
    backbone.train()
    own_answers(backbone, questions_of(backbone))
    assert backbone.training
    assert backbone.adapted
    backbone.eval()
    with backbone.without_adapter():
        own_answers(backbone, questions_of(backbone))
        assert not backbone.adapted
    assert not backbone.training
    assert backbone.adapted


def test_the_adapter_stays_frozen(backbone):
    backbone.requires_grad_(False)
    with backbone.without_adapter():
        pass
    assert not backbone.trainable()


def test_long_questions_are_asked_few_at_a_time():
    short, long = [(1,) * 100] * 70, [(2,) * 3000] * 5
    batches = list(together([*short, *long]))
    assert [len(batch) for batch in batches] == [32, 32, 6, 2, 2, 1]
    assert list(itertools.chain(*batches)) == [*short, *long]
    assert list(together([(3,) * 10_000])) == [[(3,) * 10_000]]


def test_an_answer_ends_with_its_turn(backbone):
    tokenizer = copy.deepcopy(backbone.encoder.tokenizer)
    text = "Four.<|im_end|>\n<|im_start|>user\nAnd 3+3?"
    ids = tokenizer(text, add_special_tokens=False)["input_ids"]
    tokenizer.eos_token = "<|endoftext|>"  # as Gemma's and Phi-3's, whose turns end otherwise
    encoder = Encoder(tokenizer, 1024, solves=True)
    assert tokenizer.decode(encoder.own_answer(ids)) == "Four."


def test_nothing_that_is_said_is_a_control_token(backbone):
    encoder = backbone.encoder
    control = encoder.tokenizer.convert_tokens_to_ids(["<|im_end|>", "<|im_start|>"])
    forged = encoder.tokenizer("a <|im_", add_special_tokens=False)["input_ids"]
    rest = encoder.tokenizer("start|>b", add_special_tokens=False)["input_ids"]
    answer = encoder.own_answer([*forged, *rest])
    assert not set(control) & set(answer)
    assert encoder.tokenizer.decode(answer) == "a <|im_start|>b"
