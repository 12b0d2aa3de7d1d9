"""`autograder push`: a parcel to a repository of the Hugging Face hub.

The token comes from where the hub's own client keeps it (HF_TOKEN, or `hf auth login`): it is
never an argument, and stands in no message.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from typing import TYPE_CHECKING

from autograder.errors import ModelError, SourceError
from autograder.export.parcel import Parcel

if TYPE_CHECKING:
    from huggingface_hub import HfApi

_MAIN = "main"
_LOGIN = "log in with `hf auth login`, or set HF_TOKEN"


def check_repo(repo: str, revision: str | None) -> None:
    """Refuse names that are no repository or branch.

    Raises:
        ModelError: says what is wrong with it.
    """
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id  # type: ignore[attr-defined]  # made known at run time

    try:
        validate_repo_id(repo)
    except HFValidationError as error:
        raise ModelError(f"REPO_ID {repo!r}: {_first_line(error)}") from None
    if repo.count("/") != 1:
        raise ModelError(f"REPO_ID {repo!r}: expected owner/name")
    if revision is not None and (not revision or set(revision) & set(" ~^:?*[\\\x7f")):
        raise ModelError(f"--revision {revision!r}: is no name of a branch")


def push(
    parcel: Parcel,
    repo: str,
    *,
    private: bool,
    revision: str | None,
    message: str,
    api: HfApi | None = None,
) -> str:
    """Create the repository and the branch where they are missing, and upload.

    Args:
        parcel: checked files.
        repo: owner/name.
        private: for a repository that is created; an existing one stays what it is.
        revision: the branch; None for main.
        message: of the commit.
        api: of the hub; the client's own settings by default.

    Returns:
        the address of the commit.

    Raises:
        SourceError: the hub cannot be reached or refuses; one line, with the remedy.
    """
    from huggingface_hub import HfApi
    from huggingface_hub.utils import disable_progress_bars  # type: ignore[attr-defined]  # as above

    api = api or HfApi()
    if not sys.stderr.isatty():
        disable_progress_bars()
    with _one_line(repo, api):
        api.create_repo(repo, private=private or None, exist_ok=True, repo_type="model")
        if revision not in (None, _MAIN):
            api.create_branch(repo, branch=str(revision), exist_ok=True, repo_type="model")
        done = api.upload_folder(
            repo_id=repo,
            folder_path=parcel.folder,
            allow_patterns=[escape(name) for name in parcel.files],
            revision=revision,
            commit_message=message,
            repo_type="model",
        )
    return str(done.commit_url)


@contextmanager
def _one_line(repo: str, api: HfApi) -> Iterator[None]:
    """Every refusal as a `SourceError` that says what to do."""
    from huggingface_hub.errors import HfHubHTTPError, LocalTokenNotFoundError, OfflineModeIsEnabled

    try:
        yield
    except OfflineModeIsEnabled:
        raise SourceError(f"{repo}: offline mode is set (HF_HUB_OFFLINE); unset it") from None
    except LocalTokenNotFoundError:
        raise SourceError(f"{repo}: you are not logged in; {_LOGIN}") from None
    except HfHubHTTPError as error:
        raise SourceError(f"{repo}: {_refusal(error)}") from None
    except SourceError:
        raise
    except Exception as error:  # whichever HTTP client the hub's library uses
        raise SourceError(
            f"{repo}: {api.endpoint} cannot be reached: {_first_line(error)}; check the network"
        ) from error


def _refusal(error: Exception) -> str:
    status = getattr(getattr(error, "response", None), "status_code", None)
    known = {
        401: f"the hub does not know you (401); {_LOGIN}",
        403: "your token may not write here (403); use one with write access to this owner",
        404: "no such owner, repository or branch, or it is hidden from you (404); check the name",
        409: "the hub is busy with another change of this repository (409); try again",
        413: "the hub takes no file of this size (413)",
        429: "too many requests (429); wait and try again",
    }
    if status in known:
        return known[status]
    return f"the hub refuses ({status}): {_first_line(error)}"


def _first_line(error: Exception) -> str:
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return lines[0] if lines else repr(error)
