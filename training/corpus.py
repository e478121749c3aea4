"""The exported sessions → what the network learns from: windows with what the base's lower layers give for them, and a target for every segment and word."""
import hashlib
import json
import os
import re
import subprocess
from collections import Counter

import numpy as np
import onnx
import onnxruntime

import base
import graph
from network import KINDS, OUTCOMES, WIDTH, Corpus
from windows import Window, Words, windows_of

HERE = os.path.dirname(os.path.abspath(__file__))
SEEN_LEAST = 20  # a cue that fewer segments have is not taught
STOP = frozenset(
    """a an the and or of to in on at for with by from is are was were be been do does did has have had it its this that these those i you he she they we me my your his her
    their our what when where who whom which how why would could should can will as about if than then so but into over out up down""".split()
)


def content_words(text: str) -> set[str]:
    """As `contentWords` in src/compress/words.ts, near enough for targets."""
    out = set()
    for word in re.findall(r"[A-Za-z0-9_]+|[^\W\d_]+", text):
        parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", word) if re.search(r"[a-z][A-Z]|_", word) else []
        out.update(w.lower() for w in [word, *parts] if len(w) > 1 and w.lower() not in STOP)
    return out


def node() -> str:
    local = os.path.join(HERE, "..", "node_modules", ".bin", "node")
    return local if os.path.exists(local) else "node"


def export(data: str, cache: str) -> str:
    """The sessions as the product lays them out, by `export_units.ts`."""
    out = os.path.join(cache, "units.jsonl")
    with open(out, "wb") as file:
        subprocess.run([node(), os.path.join(HERE, "export_units.ts"), "--data", data], stdout=file, check=True)
    return out


def folds_by_owner(evidence_of: dict[str, int], folds: int) -> dict[str, int]:
    """Owners spread over folds, the ones with most evidence first, each into the fold that has least."""
    loads = [0] * folds
    fold_of = {}
    for owner in sorted(evidence_of, key=lambda o: (-evidence_of[o], o)):
        fold_of[owner] = loads.index(min(loads))
        loads[fold_of[owner]] += evidence_of[owner]
    return fold_of


def shares(names: list[str], of: list[str]) -> np.ndarray:
    out = np.zeros(len(of), np.float32)
    for name in names:
        out[of.index(name)] += 1 / len(names)
    return out


def read_corpus(units: str, tokenizer: str, int8: str, first: int, folds: int, cache: str) -> Corpus:
    sessions = [json.loads(line) for line in open(units, encoding="utf8")]
    evidence_of: Counter[str] = Counter()
    for session in sessions:
        evidence_of[session["owner"]] += sum(bool(u["facts"]) for e in session["episodes"] for u in e["units"])
    fold_of = folds_by_owner(evidence_of, folds)
    counts = Counter(cue for s in sessions for e in s["episodes"] for u in e["units"] for cue in u["cues"])
    cue_names = sorted(cue for cue, n in counts.items() if n >= SEEN_LEAST)
    number = {cue: i for i, cue in enumerate(cue_names)}
    words = Words(tokenizer)

    windows: list[Window] = []
    places, cues, facts, row_fold, window_fold, texts = [], [], [], [], [], []
    evidence, noise, kinds, outcomes = [], [], [], []
    for index, session in enumerate(sessions):
        told = session["facts"]
        fold = fold_of[session["owner"]]
        for episode in session["episodes"]:
            begin = len(evidence)
            own = [[number[cue] for cue in unit["cues"] if cue in number] for unit in episode["units"]]
            kept: list[set[str]] = []
            for i, unit in enumerate(episode["units"]):
                before, after = own[i - 1] if i else [], own[i + 1] if i + 1 < len(own) else []
                cues.append(own[i] + [len(number) + cue for cue in before] + [2 * len(number) + cue for cue in after])
                mine = unit["facts"]
                # The fact that it is the best evidence of counts twice.
                all_told = [told[f] for f in (*dict.fromkeys(mine), unit["best"])] if mine else []
                evidence.append(bool(mine))
                noise.append(unit["isNoise"] and not mine)
                kinds.append(shares([f["kind"] for f in all_told], KINDS))
                outcomes.append(shares([f["outcome"] or "none" for f in all_told], OUTCOMES))
                facts.append([index * 1000 + f for f in mine])
                row_fold.append(fold)
                texts.append((index, unit["text"]))
                kept.append(set().union(*(content_words(f["statement"]) for f in all_told)))
            for window in windows_of(episode["request"], [(u["role"], u["isFailure"], u["text"]) for u in episode["units"]], words):
                windows.append(window)
                window_fold.append(fold)
                placed = []
                for place in window.places:
                    said = episode["units"][place.segment]["text"].split()
                    mine = kept[place.segment]
                    keep = [float(bool(content_words(word) & mine)) if mine and content_words(word) else -1.0 for word in said[: len(place.words)]]
                    placed.append((begin + place.segment, place.marker, place.end, place.words, keep))
                places.append(placed)
    hidden = lower_layers([window.ids for window in windows], int8, first, cache)
    return Corpus(
        hidden, np.cumsum([0, *(len(w.ids) for w in windows)]), places, cues, 3 * len(cue_names), cue_names,
        np.array(evidence), np.array(noise), np.stack(kinds), np.stack(outcomes), facts,
        np.array(window_fold), np.array(row_fold), fold_of, texts, [session["file"] for session in sessions],
    )  # fmt: skip


def lower_layers(windows: list[list[int]], int8: str, first: int, cache: str) -> np.ndarray:
    """[tokens, 384] float16, all windows one after the other: what the shared layers of the finished file give. Kept in the cache folder."""
    digest = hashlib.sha256(json.dumps([base.sha256(int8), first, windows]).encode()).hexdigest()[:16]
    path = os.path.join(cache, f"hidden-{digest}.npy")
    if not os.path.exists(path):
        from concurrent.futures import ThreadPoolExecutor

        inputs, at, part = ["input_ids", "attention_mask", "token_type_ids"], graph.split_at(first), os.path.join(cache, "lower.onnx")
        onnx.utils.extract_model(int8, part, inputs, [at], check_model=False, infer_shapes=True)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        session = onnxruntime.InferenceSession(part, options, providers=["CPUExecutionProvider"])
        starts = np.cumsum([0, *map(len, windows)])
        out = np.lib.format.open_memmap(path + ".part", "w+", np.float16, (int(starts[-1]), WIDTH))

        def one(i: int) -> None:
            ids = np.array([windows[i]], np.int64)
            out[starts[i] : starts[i + 1]] = session.run([at], dict(zip(inputs, (ids, np.ones_like(ids), np.zeros_like(ids)), strict=True)))[0][0]

        with ThreadPoolExecutor(2) as pool:
            list(pool.map(one, range(len(windows))))
        out.flush()
        os.rename(path + ".part", path)
    return np.load(path)
