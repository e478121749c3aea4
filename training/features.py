"""What the heads see of a segment: the mirror of `src/model/features.ts`. Both read `models/features.json`; a test holds them equal on dumped examples."""
import json
import re
from dataclasses import dataclass

import numpy as np

SPACE = re.compile("[ \t\r\n\f\v\u00a0]+")
MARKER = re.compile(r"^(?:[-*+•>]|#{1,6}|[0-9]{1,3}[.)]) ")
LETTER, UPPER, DIGIT = re.compile("[A-Za-z]"), re.compile("[A-Z]"), re.compile("[0-9]")
SIGN = re.compile(r"[!-/:-@\[-`{-~]")
REPLY = 1


def clean(role: str, text: str) -> str:
    """Text as it is embedded: white space collapsed; in prose, marks of lists, headings, quotes and bold are gone."""
    text = SPACE.sub(" ", text).strip(" ")
    if role in ("request", "reply"):
        for _ in range(2):
            text = MARKER.sub("", text, count=1)
        text = text.replace("**", "")
    return text


class Plan:
    def __init__(self, path: str):
        plan = json.load(open(path, encoding="utf8"))
        self.neighbours: int = plan["neighbours"]
        self.failure_reach: int = plan["failureReach"]
        self.similarity_reach: int = plan["similarityReach"]
        self.roles: dict[str, int] = plan["roles"]
        self.role_count = max(self.roles.values()) + 1
        # ASCII: \b and \w then mean what they mean in JavaScript.
        self.cues = [re.compile(c["pattern"], re.ASCII | (0 if c.get("isCaseSensitive") else re.IGNORECASE)) for c in plan["cues"]]


@dataclass
class Features:
    vectors: np.ndarray  # [n, 4 * dimensions]: own, mean of those before, mean of those after, request
    scalars: np.ndarray  # [n, scalars]


def log_share(count: float, scale: float) -> float:
    return float(np.log1p(count) / scale)


def of_text(plan: Plan, text: str) -> list[float]:
    """What a cleaned text shows by itself."""
    length = max(1, len(text))
    letters = len(LETTER.findall(text))
    return [
        log_share(len(text), 6),
        log_share(len(text.split(" ")), 4),
        letters / length,
        len(UPPER.findall(text)) / max(1, letters),
        len(DIGIT.findall(text)) / length,
        len(SIGN.findall(text)) / length,
        *(float(cue.search(text) is not None) for cue in plan.cues),
    ]


def features(plan: Plan, roles: list[str], texts: list[str], failures: list[bool], own: np.ndarray, request: np.ndarray) -> Features:
    """Of one episode: cleaned texts, their embeddings [n, d], the embedding of the request (zeros where there is none)."""
    n, dimensions = own.shape
    classes = [plan.roles[role] for role in roles]
    before, after = np.zeros_like(own), np.zeros_like(own)
    starts = [i for i in range(n) if i == 0 or classes[i] != classes[i - 1]]
    run_of = np.zeros(n, dtype=int)
    for run, start in enumerate(starts):
        run_of[start:] = run
    reply_runs = [run for run, start in enumerate(starts) if classes[start] == REPLY]
    scalars = []
    for i in range(n):
        near = own[max(0, i - plan.neighbours) : i]
        if len(near):
            before[i] = near.mean(axis=0)
        near = own[i + 1 : i + 1 + plan.neighbours]
        if len(near):
            after[i] = near.mean(axis=0)

        def cosine(vector: np.ndarray) -> float:
            norm = float(np.linalg.norm(vector))
            return float(own[i] @ vector) / norm if norm > 0 else 0.0

        def nearest(vectors: np.ndarray) -> float:
            return float((vectors @ own[i]).max()) if len(vectors) else 0.0

        run = run_of[i]
        start = starts[run]
        end = starts[run + 1] if run + 1 < len(starts) else n
        fails_before = failures[max(0, i - plan.failure_reach) : i]
        fails_after = failures[i + 1 : i + 1 + plan.failure_reach]
        scalars.append(
            [
                *(float(classes[i] == role) for role in range(plan.role_count)),
                float(failures[i]),
                sum(fails_before) / plan.failure_reach,
                sum(fails_after) / plan.failure_reach,
                i / (n - 1) if n > 1 else 0.0,
                log_share(i, 8),
                log_share(n - 1 - i, 8),
                log_share(i - start, 5),
                log_share(end - 1 - i, 5),
                float(bool(reply_runs) and run == reply_runs[0]),
                float(bool(reply_runs) and run == reply_runs[-1]),
                log_share(len(starts) - 1 - run, 5),
                cosine(request),
                cosine(before[i]),
                cosine(after[i]),
                nearest(own[max(0, i - plan.similarity_reach) : i]),
                nearest(own[i + 1 : i + 1 + plan.similarity_reach]),
                *of_text(plan, texts[i]),
            ]
        )
    vectors = np.concatenate([own, before, after, np.broadcast_to(request, (n, dimensions))], axis=1)
    return Features(vectors.astype(np.float32), np.array(scalars, dtype=np.float32))
