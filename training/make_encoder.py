#!/usr/bin/env python3
"""Makes `models/`: quantises the encoder, trains the heads on its frozen outputs, prints the figures of five folds by owner. See README.md."""
import argparse
import hashlib
import json
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

import base
import sessions
from features import Plan, clean, features
from network import EVIDENCE, KINDS, OUTCOMES, TOLD, Settings, ensemble, export, logits, side_by_side, softmax, train, train_link

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDS = 5
MAX_TOKENS, SEGMENT_TOKENS, REQUEST_TOKENS = 512, 128, 256
LINK_SIZE = 64
MEMBERS = 2
BUDGET_CHARACTERS = 3_200  # about 800 tokens a session, as in the first study
FILES = ["encoder.onnx", "heads.onnx", "tokenizer.json", "features.json"]


@dataclass
class Corpus:
    vectors: np.ndarray
    scalars: np.ndarray
    kind: np.ndarray
    outcome: np.ndarray
    session: np.ndarray
    fold: np.ndarray
    position: np.ndarray
    length: np.ndarray
    facts: list[list[int]]

    @property
    def own(self) -> np.ndarray:
        return self.vectors[:, : base.DIMENSIONS]


def build_corpus(episodes, plan, fold_of, segment_vectors, request_vectors) -> Corpus:
    vectors, scalars, segments, session, fold = [], [], [], [], []
    number_of = {file: i for i, file in enumerate(dict.fromkeys(e.file for e in episodes))}
    for episode in episodes:
        texts = [clean(s.role, s.text) for s in episode.segments]
        request = request_vectors.get(clean("request", episode.request), np.zeros(base.DIMENSIONS, np.float32))
        made = features(plan, [s.role for s in episode.segments], texts, [s.is_failure for s in episode.segments], np.stack([segment_vectors[t] for t in texts]), request)
        vectors.append(made.vectors)
        scalars.append(made.scalars)
        segments += episode.segments
        session += [number_of[episode.file]] * len(texts)
        fold += [fold_of[episode.owner]] * len(texts)
    return Corpus(
        np.concatenate(vectors), np.concatenate(scalars),
        np.array([KINDS.index(s.kind) if s.kind else -1 for s in segments]),
        np.array([OUTCOMES.index(s.outcome) if s.outcome else -1 for s in segments]),
        np.array(session), np.array(fold),
        np.array([s.line for s in segments]), np.array([len(s.text) for s in segments]), [s.facts for s in segments],
    )


def fit(corpus: Corpus, rows: np.ndarray, seed: int, members: int = MEMBERS) -> dict[str, np.ndarray]:
    def one(settings: Settings, seed: int) -> dict[str, np.ndarray]:
        return train(corpus.vectors[rows], corpus.scalars[rows], corpus.kind[rows], corpus.outcome[rows], settings, seed)

    return side_by_side(*(ensemble([one(settings, seed + m) for m in range(members)]) for settings in (EVIDENCE, TOLD)))


def fit_link(corpus: Corpus, rows: np.ndarray, seed: int) -> np.ndarray:
    rows = rows[corpus.kind[rows] >= 0]
    return train_link(corpus.own[rows], corpus.session[rows], [corpus.facts[i] for i in rows], corpus.position[rows], LINK_SIZE, seed)


def judge(corpus: Corpus, p: dict[str, np.ndarray], rows: np.ndarray) -> np.ndarray:
    return np.concatenate([logits(p, corpus.vectors[part], corpus.scalars[part]) for part in np.array_split(rows, max(1, len(rows) // 8192))])


def calibrate(scores: np.ndarray, is_evidence: np.ndarray) -> tuple[float, float]:
    """Platt: weight = sigmoid(a · logit + b)."""
    model = LogisticRegression(C=1e6).fit(scores[:, None], is_evidence)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def reached(corpus: Corpus, rows: np.ndarray, scores: np.ndarray) -> float:
    """Share of facts one of whose segments is among the best of its session that fit into the budget."""
    all_facts, found = set(), set()
    for session in np.unique(corpus.session[rows]):
        mine = np.flatnonzero(corpus.session[rows] == session)
        used = 0
        for i in mine:
            all_facts.update((session, fact) for fact in corpus.facts[rows[i]])
        for i in mine[np.argsort(-scores[mine], kind="stable")]:
            used += corpus.length[rows[i]]
            if used > BUDGET_CHARACTERS:
                break
            found.update((session, fact) for fact in corpus.facts[rows[i]])
    return len(found) / max(1, len(all_facts))


def link_auc(corpus: Corpus, rows: np.ndarray, projection: np.ndarray | None) -> float:
    """Of pairs of evidence of one session within 60 lines: do those of one fact lie nearer?"""
    rows = rows[corpus.kind[rows] >= 0]
    y = corpus.own[rows] if projection is None else corpus.own[rows] @ projection
    y = y / np.linalg.norm(y, axis=1, keepdims=True)
    near, same = [], []
    for a in range(len(rows)):
        for b in range(a + 1, len(rows)):
            if corpus.session[rows[a]] != corpus.session[rows[b]]:
                break
            if abs(int(corpus.position[rows[a]]) - int(corpus.position[rows[b]])) <= 60:
                near.append(float(y[a] @ y[b]))
                same.append(bool(set(corpus.facts[rows[a]]) & set(corpus.facts[rows[b]])))
    return roc_auc_score(same, near)


def figures(corpus: Corpus, rows: np.ndarray, out: np.ndarray, calibration: tuple[float, float]) -> dict[str, float]:
    is_evidence = corpus.kind[rows] >= 0
    weight = 1 / (1 + np.exp(-(calibration[0] * out[:, 0] + calibration[1])))
    kinds, outcomes = softmax(out[:, 1 : 1 + len(KINDS)]), softmax(out[:, 1 + len(KINDS) :])
    told = outcomes[is_evidence].argmax(axis=1)
    true = corpus.outcome[rows][is_evidence]
    went_wrong = np.isin(true, [OUTCOMES.index("failed"), OUTCOMES.index("abandoned")])
    wrong_share = outcomes[is_evidence][:, [1, 2]].sum(axis=1)
    bins = np.clip((weight * 20).astype(int), 0, 19)
    return {
        "segments": len(rows),
        "evidence": int(is_evidence.sum()),
        "average precision": average_precision_score(is_evidence, out[:, 0]),
        "AUC": roc_auc_score(is_evidence, out[:, 0]),
        "reached": reached(corpus, rows, out[:, 0]),
        "kind accuracy": float((kinds[is_evidence].argmax(axis=1) == corpus.kind[rows][is_evidence]).mean()),
        "outcome accuracy": float((told == true).mean()),
        "failure AUC": roc_auc_score(went_wrong, wrong_share),
        "calibration error": float(sum(abs(weight[bins == b].mean() - is_evidence[bins == b].mean()) * (bins == b).mean() for b in range(20) if (bins == b).any())),
    }


def write_manifest(folder: str) -> None:
    files = {name: {"sha256": base.sha256(os.path.join(folder, name)), "bytes": os.path.getsize(os.path.join(folder, name))} for name in FILES}
    manifest = {
        "id": hashlib.sha256("".join(f["sha256"] for f in files.values()).encode()).hexdigest()[:16],
        "dimensions": base.DIMENSIONS,
        "maxTokens": MAX_TOKENS,
        "segmentTokens": SEGMENT_TOKENS,
        "requestTokens": REQUEST_TOKENS,
        "queryPrefix": "",
        "files": files,
    }
    with open(os.path.join(folder, "model.json"), "w", encoding="utf8") as file:
        file.write(json.dumps(manifest, indent=2) + "\n")


def write_model(folder: str, encoder: str, tokenizer: str, plan: str, heads: dict[str, np.ndarray], link: np.ndarray, calibration: tuple[float, float]) -> None:
    os.makedirs(folder, exist_ok=True)
    for source, name in ((encoder, "encoder.onnx"), (tokenizer, "tokenizer.json"), (plan, "features.json")):
        target = os.path.join(folder, name)
        if os.path.realpath(source) != os.path.realpath(target):
            shutil.copyfile(source, target)
    export(os.path.join(folder, "heads.onnx"), heads, link, calibration)
    write_manifest(folder)


def load(arguments) -> tuple[Corpus, dict[str, int], str, str, str]:
    base.fetch(arguments.cache)
    encoder, tokenizer = os.path.join(arguments.cache, "encoder.onnx"), os.path.join(arguments.cache, "tokenizer.json")
    if not os.path.exists(encoder):
        base.quantise(os.path.join(arguments.cache, "fp32.onnx"), encoder)
    plan_path = os.path.join(arguments.out, "features.json")
    episodes, counts = sessions.read_all(arguments.data)
    print(counts, file=sys.stderr)
    fold_of = sessions.folds_by_owner(episodes, FOLDS)
    embed = lambda texts, tokens: base.embed_all(sorted(texts), encoder, tokenizer, tokens, arguments.cache)
    requests = embed({clean("request", e.request) for e in episodes} - {""}, REQUEST_TOKENS)
    texts = embed({clean(s.role, s.text) for e in episodes for s in e.segments}, SEGMENT_TOKENS)
    return build_corpus(episodes, Plan(plan_path), fold_of, texts, requests), fold_of, encoder, tokenizer, plan_path


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder with sessions/ and labels/")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "models"))
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "cairn-training"), help="downloads and embeddings; a second run reuses them")
    parser.add_argument("--folds", help="also write a model a fold here: fold<i>/ has not seen the owners of fold i; folds.json says who they are")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()

    corpus, fold_of, encoder, tokenizer, plan_path = load(arguments)
    held_out, rows_of, table = [], [], []
    for fold in range(FOLDS):
        rows, rest = np.flatnonzero(corpus.fold == fold), np.flatnonzero(corpus.fold != fold)
        heads = fit(corpus, rest, arguments.seed)
        # Calibrated on a fold that a twin has not seen, and without the fold that is judged.
        inner = (fold + 1) % FOLDS
        twin = fit(corpus, rest[corpus.fold[rest] != inner], arguments.seed, members=1)
        inner_rows = rest[corpus.fold[rest] == inner]
        calibration = calibrate(judge(corpus, twin, inner_rows)[:, 0], corpus.kind[inner_rows] >= 0)
        link = fit_link(corpus, rest, arguments.seed)
        out = judge(corpus, heads, rows)
        row = figures(corpus, rows, out, calibration) | {"link AUC": link_auc(corpus, rows, link), "embedding link AUC": link_auc(corpus, rows, None)}
        print(f"fold {fold}: " + ", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)
        table.append(row)
        held_out.append(out)
        rows_of.append(rows)
        if arguments.folds:
            write_model(os.path.join(arguments.folds, f"fold{fold}"), encoder, tokenizer, plan_path, heads, link, calibration)
    if arguments.folds:
        with open(os.path.join(arguments.folds, "folds.json"), "w", encoding="utf8") as file:
            file.write(json.dumps(fold_of, indent=2) + "\n")
    print("mean of folds: " + ", ".join(f"{k} {np.mean([row[k] for row in table]):.3f}" for k in table[0] if k not in ("segments", "evidence")))
    rows, out = np.concatenate(rows_of), np.concatenate(held_out)
    calibration = calibrate(out[:, 0], corpus.kind[rows] >= 0)
    everything = np.arange(len(corpus.kind))
    write_model(arguments.out, encoder, tokenizer, plan_path, fit(corpus, everything, arguments.seed), fit_link(corpus, everything, arguments.seed), calibration)
    print(json.dumps({"pooled": figures(corpus, rows, out, calibration)}))


if __name__ == "__main__":
    main()
