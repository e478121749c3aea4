"""Reads labelled sessions (Markdown, SpecStory's way or rendered Claude Code transcripts) into episodes of segments, as the product sees them.

A segment is a sentence or list item in prose and a line in code, diffs and tool output. Roles are those of `src/memory.ts`.
"""
import glob
import json
import os
import re
from dataclasses import dataclass, field

HEADER = re.compile(r"^_\*\*(User|Assistant|Agent|Tool call|Tool result)\b([^*]*)\*\*_\s*$")
OF_A_TOOL = re.compile(
    r"^\s*(?:Read file: |Tool use: |Tool use\b|<summary>(?:Tool use|Listed|Searched|Grep|Edit file|MCP tool|Gets the|Read lints|Initializes a|Apply patch)|\*\*(?:read_file|grep|list_dir)\*\*)"
)
SENTENCE_END = re.compile(r"(?<=[.!?])[\"')\]`*_]*\s+(?=[\"'`(\[*_]*[A-Z0-9])|(?<=[。！？])")
ABBREVIATION = re.compile(r"(?:\b(?:e\.g|i\.e|vs|etc|approx|no)|^\W*\d+)\.$", re.IGNORECASE)
MARKUP_ONLY = re.compile(r"^(?:-{3,}|</?(?:details|summary|think|tool-use)\b[^>]*>|<think><details>.*|<!--.*-->|</details></think>|\[\.\.\..*|\[…\])$")
# What the product's segmenter takes off: numbers of lines that were read, signs of a diff, prompts, the bars of a table.
LINE_NUMBER = re.compile(r"^\s*\d+(?:→|\t|[:|-](?=\s|\S))\s?")
DIFF_SIGN = re.compile(r"^[+-](?![+-]{2})\s?")
PROMPT = re.compile(r"^\s*\$\s+")
DIFF_META = re.compile(r"^(?:diff --git|index [0-9a-f]{6,}|--- |\+\+\+ |@@)")
LONGEST = 300  # characters of a segment, as `LONGEST` in src/compress/segment.ts
HAS_WORDS = re.compile(r"[^\W\d_]{2}|[\u3400-\u9fff\u3040-\u30ff\uac00-\ud7af]")


@dataclass
class Segment:
    role: str
    text: str
    is_failure: bool
    line: int  # 0-based, in the file
    start: int  # of the text in its line
    kind: str | None = None  # of the fact it is evidence of, None where of none
    outcome: str | None = None
    facts: list[int] = field(default_factory=list)  # which facts of the session it is evidence of


@dataclass
class Episode:
    file: str
    owner: str
    request: str
    segments: list[Segment]


def sentences(line: str):
    """The sentences of a line with their places in it."""
    start = 0
    for match in SENTENCE_END.finditer(line):
        piece = line[start : match.start()]
        if match.end() == start or ABBREVIATION.search(piece.strip()):
            continue
        yield start, line[start : match.end()]
        start = match.end()
    if start < len(line):
        yield start, line[start:]


def bare(role: str, line: str) -> str:
    """A line of code, diff or output without what only its tool put there."""
    if role == "edit":
        return "" if DIFF_META.match(line) else DIFF_SIGN.sub("", line)
    if role in ("call", "result"):
        line = PROMPT.sub("", LINE_NUMBER.sub("", line))
    stripped = line.strip()
    return stripped[1:-1] if len(stripped) > 2 and stripped[0] == stripped[-1] == "|" else line


def cut_long(text: str) -> list[str]:
    """Pieces of at most LONGEST characters, cut between clauses, else between words."""
    pieces = []
    while len(text) > LONGEST:
        head = text[:LONGEST]
        clause = max(head.rfind(mark) for mark in ("; ", " — ", ". ", "；", "，"))
        at = clause + 1 if clause >= LONGEST / 3 else head.rfind(" ")
        if at <= 0:  # a word longer than that is left out
            end = text.find(" ", LONGEST)
            if end < 0:
                return pieces
            text = text[end:].strip()
            continue
        pieces.append(text[:at].strip())
        text = text[at:].strip()
    return [*pieces, text] if text else pieces


def read_session(path: str) -> list[tuple[str, list[Segment]]]:
    """(request, segments) of each episode."""
    episodes: list[tuple[str, list[Segment]]] = [("", [])]
    role, is_failure, fence, tool_depth = None, False, None, 0
    for number, line in enumerate(open(path, encoding="utf8", errors="replace").read().split("\n")):
        header = HEADER.match(line)
        if header:
            role = {"User": "request", "Assistant": "reply", "Agent": "reply", "Tool call": "call", "Tool result": "result"}[header[1]]
            is_failure, fence, tool_depth = "(error)" in header[2], None, 0
            if role == "request":
                episodes.append(("", []))
            continue
        if role is None:
            continue
        stripped = line.strip()
        if stripped.startswith("```"):
            fence = stripped[3:].strip().lower() or "text" if fence is None else None
            continue
        if fence is None and "<tool-use" in stripped:
            tool_depth = 1
        if fence is None and "</tool-use>" in stripped:
            tool_depth = 0
            stripped = stripped.replace("</tool-use>", "").replace("</details>", "").strip()
        if not stripped or MARKUP_ONLY.match(stripped):
            continue
        here = role
        if role == "reply":
            if fence == "diff":
                here = "edit"
            elif fence is None and OF_A_TOOL.match(stripped):
                here = "call"
            elif tool_depth and fence is not None:
                here = "result"
            elif tool_depth:
                here = "call"
            elif stripped.startswith("|") or re.match(r"^(?:No results found)", stripped):
                here = "result"
        is_prose = here in ("request", "reply") and fence is None
        for start, text in sentences(line) if is_prose else [(0, line)]:
            begin = start
            for piece in cut_long((text if is_prose else bare(here, text)).strip()):
                begin = line.index(piece, begin)
                if HAS_WORDS.search(piece):
                    episodes[-1][1].append(Segment(here, piece, is_failure and here == "result", number, begin))
                begin += len(piece)
        if here == "request":
            request = episodes[-1][0]
            episodes[-1] = ((request + "\n" + line.strip()).strip(), episodes[-1][1])
    return [episode for episode in episodes if episode[1]]


def mark(segments: list[Segment], lines: list[str], quote: str) -> list[Segment]:
    """The segments that hold most of a quote, or most of which the quote holds; in at most three places of the session."""
    places = [(n, text.index(quote)) for n, text in enumerate(lines) if quote in text][:3]
    found = []
    for number, start in places:
        end = start + len(quote)
        for segment in segments:
            if segment.line == number:
                overlap = min(end, segment.start + len(segment.text)) - max(start, segment.start)
                if overlap >= 0.5 * min(len(segment.text), len(quote)):
                    found.append(segment)
    return found


def owner_of(file: str) -> str:
    return re.sub(r"^(?:claude-code|codex)__", "", file).split("__")[0].lower()


def read_all(data: str) -> tuple[list[Episode], dict]:
    """All labelled sessions under a data folder, in a fixed order, and counts of what was found."""
    out: list[Episode] = []
    counts = {"sessions": 0, "facts": 0, "quotes": 0, "quotes without a segment": 0}
    for labels in sorted(glob.glob(os.path.join(data, "labels", "*.jsonl"))):
        for row in map(json.loads, filter(str.strip, open(labels, encoding="utf8"))):
            path = os.path.join(data, "sessions", row["file"])
            lines = open(path, encoding="utf8", errors="replace").read().split("\n")
            episodes = [Episode(row["file"], owner_of(row["file"]), request, segments) for request, segments in read_session(path)]
            segments = [s for e in episodes for s in e.segments]
            counts["sessions"] += 1
            for index, fact in enumerate(row["facts"]):
                counts["facts"] += 1
                for rank, quote in enumerate(fact["evidence"]):
                    found = mark(segments, lines, quote)
                    counts["quotes"] += 1
                    counts["quotes without a segment"] += not found
                    for segment in found:
                        segment.facts.append(index)
                        if segment.kind is None or rank == 0:
                            segment.kind, segment.outcome = fact["kind"], fact["outcome"] or "none"
            out.extend(episodes)
    return out, counts


def folds_by_owner(episodes: list[Episode], folds: int = 5) -> dict[str, int]:
    """Owners spread over folds, the ones with most evidence first, each into the fold that has least."""
    weight: dict[str, int] = {}
    for episode in episodes:
        weight[episode.owner] = weight.get(episode.owner, 0) + sum(s.kind is not None for s in episode.segments)
    loads = [0] * folds
    fold_of = {}
    for owner in sorted(weight, key=lambda o: (-weight[o], o)):
        fold_of[owner] = loads.index(min(loads))
        loads[fold_of[owner]] += weight[owner]
    return fold_of
