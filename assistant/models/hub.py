"""Weights from the Hugging Face Hub, through its own client, which resumes what was interrupted."""

from __future__ import annotations

import re
from pathlib import Path

from assistant.models.catalog import HuggingFace, ModelCard
from assistant.models.sources import Delivered, Report, SourceFailed, watching
from assistant.models.weights import sha256_of


def fetch_hub(card: ModelCard, source: HuggingFace, work: Path, report: Report) -> dict[str, Delivered]:
    """Bring every file of the card into ``work`` and return what came, by file name.

    No token is sent: the repositories are public, and an expired token would be refused.

    Raises:
        SourceFailed: the Hub cannot be reached, or does not have the file.
        OSError: the work folder cannot be written, or the disk is full.

    """
    import httpx
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError, OfflineModeIsEnabled
    from huggingface_hub.utils.tqdm import disable_progress_bars

    constants.HF_HUB_DISABLE_TELEMETRY = True
    disable_progress_bars()
    came: dict[str, Delivered] = {}
    for file in card.files:
        try:
            facts = get_hf_file_metadata(hf_hub_url(source.repo, file.name, revision=source.revision), token=False)
            with watching(work, lambda seen: report(min(seen, card.size), "downloading")):
                hf_hub_download(source.repo, file.name, revision=source.revision, local_dir=work, token=False)
        except HfHubHTTPError as error:
            status = error.response.status_code if error.response is not None else "no answer"
            raise SourceFailed(f"no {file.name} ({status})") from error
        except OfflineModeIsEnabled as error:
            raise SourceFailed("switched off by HF_HUB_OFFLINE") from error
        except (httpx.HTTPError, LocalEntryNotFoundError) as error:
            raise SourceFailed("cannot be reached") from error
        except ValueError as error:
            raise SourceFailed(str(error)) from error
        etag = facts.etag or ""
        published = etag if re.fullmatch(r"[0-9a-f]{64}", etag) else ""
        came[file.name] = Delivered(sha256_of(work / file.name), published)
    return came
