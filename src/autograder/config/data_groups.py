"""The settings of the stages that make the data: generate, audit, split."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from autograder.config.base import Group, Names, Share, Weight


class AugmentConfig(Group):
    plea: Share = Field(
        default=0.0, description="sentences that ask for a grade, in the responses or the prompt"
    )
    padding: Share = Field(default=0.0, description="polite sentences that say nothing")
    format: Share = Field(
        default=0.0, description="headings, bold, quotes; bullets to sentences and back"
    )
    typos: Share = Field(
        default=0.0, description="typing errors and wrong capitals in ordinary words"
    )
    rubric: Share = Field(default=0.0, description="reversed score descriptions, neutral remarks")


class DatasetConfig(Group):
    recipe: Literal["starter", "user", "bank", "full"] = Field(
        default="full",
        description="starter (53 examples, a smoke test) | user (data/user/ alone) | bank "
        "(all hand-written) | full (also program-made); bank and full include data/user/",
    )
    replay: int = Field(
        default=0,
        ge=0,
        le=1_000_000,
        description="our own examples beside yours in the recipe `user`, drawn from `full`",
    )
    num_natural: int | None = Field(
        default=None,
        ge=0,
        le=1_000_000,
        description="examples of data/natural/ in the recipe `full`, whole items drawn at random; "
        "null takes all",
    )
    num_bank: int | None = Field(
        default=900,
        ge=0,
        le=1_000_000,
        description="the same of data/bank/, whose items have an answer for each score",
    )
    num_constructed: int = Field(
        default=1000,
        ge=0,
        le=1_000_000,
        description="program-made examples in the recipe `full`; a multiple of 5",
    )
    families: Mapping[str, Weight] = Field(
        default_factory=lambda: {
            "coverage": 4.0,
            "omissions": 3.0,
            "details": 2.0,
            "arithmetic": 1.0,
            "groundedness": 2.0,
            "constraints": 1.0,
            "table_lookup": 0.0,
            "refusal": 1.0,
            "injection": 1.0,
            "ordering": 0.5,
            "translation": 0.5,
            "same_answers": 0.0,
            "short_rubrics": 1.5,
            "degrees": 0.75,
            "dates": 0.0,
            "strings": 0.0,
            "code_tests": 0.0,
            "sql": 0.0,
            "citations": 0.0,
            "policy": 0.0,
        },
        description="relative weights, not shares; 0 leaves a family out",
    )
    balance: float | None = Field(
        default=3.0,
        ge=1,
        le=1e6,
        description="drop rows until no score is more than so many times as frequent as the "
        "rarest; null keeps all",
    )
    augment: AugmentConfig = Field(
        default_factory=AugmentConfig,
        description="share of items replaced by a variant with the same label; 0 turns a kind off",
    )

    @field_validator("num_constructed")
    @classmethod
    def _for_each_score(cls, value: int, info: ValidationInfo) -> int:
        reads_it = info.data.get("recipe") == "full" or info.data.get("replay")
        if reads_it and value % 5:
            raise ValueError(f"{value} is not a multiple of 5, one for each score")
        return value


class AuditConfig(Group):
    max_length_correlation: Share = Field(
        default=0.15, description="|Pearson r| of response length and score; more gives a warning"
    )
    max_length_accuracy: float = Field(
        default=0.35,
        ge=0.2,
        le=1.0,
        description="share of scores that length predicts (chance is 0.2); more gives a warning",
    )
    near_duplicate_overlap: float = Field(
        default=0.8,
        gt=0.0,
        le=1.0,
        description="share of common word 5-grams from which two rows are near-duplicates",
    )


class SplitConfig(Group):
    validation: float = Field(default=0.05, gt=0.0, lt=1.0)
    test: float = Field(default=0.13, gt=0.0, lt=1.0)
    holdout: Names = Field(
        default=("ordering", "translation", "summarising"),
        description="categories and families kept out of all three splits, measured separately",
    )

    @model_validator(mode="after")
    def _leave_some_for_training(self) -> Self:
        if self.validation + self.test >= 1:
            total = self.validation + self.test
            raise ValueError(f"validation + test is {total:g}; allowed: less than 1")
        return self
