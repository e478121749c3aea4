#!/usr/bin/env python3
"""
Fits what the compressor adds to readings: when two segments tell one fact, what came to nothing, what a finding is worth and of which kind it is. Logistic
regression on what `export_findings.ts` wrote; five folds by session say how well. `make_encoder.py` fits the tables of a model, which ship with it; those for
readings by the cues alone are made by
  python training/fit_weights.py --by-cues FINDINGS       # writes src/compress/cueWeights.ts
"""
import argparse
import json
import os
import zlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

OUT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "src", "compress", "cueWeights.ts")
STRENGTH = 0.1
# Set by hand. A finding is kept from this probability on: more brings precision at twice the cost in recall. What came to nothing is told from these log-odds
# on: with a model, at 0 (.5, 1) of the carried facts that did not fail .046 (.024, .018) are told as failures, and .715 (.702, .702) of those that did say so.
THRESHOLDS = {"model": {"keepFrom": 0.1, "failedFrom": 1.0}, "cues": {"keepFrom": 0.15, "failedFrom": 0.0}}
# What export_findings.ts calls the rows, and what the table is called.
TABLES = {"pair": "link", "failure": "failure", "finding": "worth"}


def fit(rows: list[dict], strength: float) -> tuple[dict[str, float], float, str]:
    names = list(rows[0]["cues"])
    x = np.array([[row["cues"][name] for name in names] for row in rows])
    y = np.array([row["right"] for row in rows])
    fold = np.array([zlib.crc32(row["file"].encode()) % 5 for row in rows])
    scale = x.std(axis=0) + 1e-6
    said = np.zeros(len(y))
    for held in range(5):
        model = LogisticRegression(C=strength, max_iter=2000).fit((x / scale)[fold != held], y[fold != held])
        said[fold == held] = model.decision_function((x / scale)[fold == held])
    model = LogisticRegression(C=strength, max_iter=2000).fit(x / scale, y)
    figures = f"{len(y)} rows, {y.sum()} right; on held-out sessions AUC {roc_auc_score(y, said):.3f}, average precision {average_precision_score(y, said):.3f}"
    return {name: float(value) for name, value in zip(names, model.coef_[0] / scale)}, float(model.intercept_[0]), figures


def fit_kinds(rows: list[dict], strength: float) -> tuple[dict[str, tuple[float, dict[str, float]]], str]:
    """A finding that carries facts of two kinds is an example of both, each for half."""
    names = sorted({cue for row in rows for cue in row["cues"]})
    examples = [(row, kind, 1 / len(row["right"])) for row in rows for kind in row["right"]]
    x = np.array([[row["cues"].get(name, 0.0) for name in names] for row, _, _ in examples])
    y = np.array([kind for _, kind, _ in examples])
    weight = np.array([w for _, _, w in examples])
    fold = np.array([zlib.crc32(row["file"].encode()) % 5 for row, _, _ in examples])
    scale = x.std(axis=0) + 0.1
    right = 0.0
    for held in range(5):
        model = LogisticRegression(C=strength, max_iter=2000).fit((x / scale)[fold != held], y[fold != held], weight[fold != held])
        right += float(weight[fold == held] @ (model.predict((x / scale)[fold == held]) == y[fold == held]))
    model = LogisticRegression(C=strength, max_iter=2000).fit(x / scale, y, weight)
    tables = {kind: (float(base), {n: float(v) for n, v in zip(names, row / scale)}) for kind, base, row in zip(model.classes_, model.intercept_, model.coef_)}
    return tables, f"{len(rows)} findings; on held-out sessions {right / weight.sum():.3f} right"


def tables(rows: list[dict], by: str, log=print) -> dict:
    """`FittedWeights` of src/model/encoder.ts; `by`: whose readings they are, a key of THRESHOLDS."""
    rounded = lambda base, of: {"base": round(base, 3), "of": {cue: round(value, 3) for cue, value in of.items() if abs(value) >= 0.0005}}
    out: dict = {}
    for kind, name in TABLES.items():
        weights, base, figures = fit([row for row in rows if row["is"] == kind], STRENGTH)
        log(f"{name}: {figures}")
        out[name] = rounded(base, weights)
    kinds, figures = fit_kinds([row for row in rows if row["is"] == "kind"], STRENGTH)
    log(f"kinds: {figures}")
    out["kinds"] = {kind: rounded(base, of) for kind, (base, of) in kinds.items()}
    return {**out, **THRESHOLDS[by]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by-cues", required=True)
    arguments = parser.parse_args()
    made = tables([json.loads(line) for line in open(arguments.by_cues, encoding="utf8")], "cues")
    with open(OUT, "w", encoding="utf8") as file:
        file.write("// What is fitted to readings by the cues alone, where there is no model: by training/fit_weights.py on the labelled sessions. Not edited by hand.\n")
        file.write(f"import type {{ FittedWeights }} from '../model/encoder.ts';\n\nexport const CUE_WEIGHTS: FittedWeights = {json.dumps(made, indent=2)};\n")


if __name__ == "__main__":
    main()
