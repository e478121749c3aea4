"""An episode → the windows that the encoder reads. The mirror of `src/model/windows.ts`; a test holds the two equal on examples that this side wrote."""
from dataclasses import dataclass

from tokenizers import Tokenizer

WINDOW, REQUEST, SEGMENT, CONTEXT = 320, 32, 96, 48  # tokens
CLS, SEP = 101, 102
ROLES = ["request", "reply", "call", "result", "edit", "command", "commit", "revert"]
FIRST_MARKER = 1  # [unused0] of the vocabulary: one marker a role, then one a role that failed


def marker(role: str, is_failure: bool) -> int:
    return FIRST_MARKER + ROLES.index(role) + (len(ROLES) if is_failure else 0)


@dataclass
class Place:
    """Where a segment stands in a window."""

    segment: int  # index in the episode
    marker: int  # position of its marker; its tokens follow up to `end`
    end: int
    words: list[int]  # positions of the first token of each of its words, as far as they were taken in


@dataclass
class Window:
    ids: list[int]
    places: list[Place]  # of those that are read here; what only gives context is left out


class Words:
    """Token ids of words: a text is split at white space, so that what is said of a token can be said of its word."""

    def __init__(self, tokenizer: str):
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.known: dict[str, list[int]] = {}

    def of(self, text: str) -> list[list[int]]:
        words = text.split()
        fresh = [word for word in dict.fromkeys(words) if word not in self.known]
        for word, encoded in zip(fresh, self.tokenizer.encode_batch(fresh, add_special_tokens=False), strict=True):
            self.known[word] = encoded.ids
        return [self.known[word] for word in words]


def windows_of(request: str, segments: list[tuple[str, bool, str]], words: Words) -> list[Window]:
    """segments: (role, is_failure, text). Every segment is read in exactly one window, after as many of those before it as fit into CONTEXT."""
    head = [CLS, *[i for word in words.of(request[: REQUEST * 12]) for i in word][:REQUEST], SEP]
    pieces: list[tuple[list[int], list[int]]] = []  # ids, places of the words in them
    for role, is_failure, text in segments:
        ids, starts = [marker(role, is_failure)], []
        for word in words.of(text):
            if len(ids) + len(word) > SEGMENT:
                break
            if word:
                starts.append(len(ids))
            else:
                starts.append(-1)
            ids += word
        pieces.append((ids, starts))
    out: list[Window] = []
    i = 0
    while i < len(pieces):
        ids, places = list(head), []
        first, room = i, CONTEXT
        while first > 0 and len(pieces[first - 1][0]) <= room:
            room -= len(pieces[first - 1][0])
            first -= 1
        for ids_before, _ in pieces[first:i]:
            ids += ids_before
        while i < len(pieces) and len(ids) + len(pieces[i][0]) + 1 <= WINDOW:
            start = len(ids)
            ids += pieces[i][0]
            places.append(Place(i, start, len(ids), [start + s if s >= 0 else -1 for s in pieces[i][1]]))
            i += 1
        out.append(Window([*ids, SEP], places))
    return out
