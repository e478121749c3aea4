#!/usr/bin/env python3
"""
Fits what the compressor adds to the readings: when two segments tell one fact (src/compress/linkWeights.ts), what came to nothing
(src/compress/failureWeights.ts), and what a finding is worth (src/compress/worthWeights.ts) and of which kind (src/compress/kindWeights.ts). Logistic regression on what `export_findings.ts` wrote; five folds by session say how well.
  python training/fit_weights.py --by-model FINDINGS --by-cues FINDINGS
"""
import argparse
import json
import os
import zlib

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

HERE = os.path.dirname(os.path.abspath(__file__))
COMPRESS = os.path.join(HERE, "..", "src", "compress")
TABLES = {
    "pair": ("linkWeights.ts", "When two segments tell the same fact"),
    "failure": ("failureWeights.ts", "When what a finding tells came to nothing"),
    "finding": ("worthWeights.ts", "When a finding, as it is said, tells something that a careful reader would keep"),
}


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


def kind_table(name: str, comment: str, tables: dict) -> str:
    lines = "".join(
        f"  {kind}: {{\n    base: {base:.3f},\n    of: {{\n" + "".join(f"      '{cue}': {value:.3f},\n" for cue, value in of.items() if abs(value) >= 0.005) + "    },\n  },\n"
        for kind, (base, of) in tables.items()
    )
    return f"/** {comment} */\nexport const {name}: Readonly<Record<Kind, Weights>> = {{\n{lines}}};\n"


def table(name: str, comment: str, base: float, weights: dict[str, float]) -> str:
    lines = "".join(f"    {cue}: {value:.3f},\n" for cue, value in weights.items() if abs(value) >= 0.0005)
    return f"/** {comment} */\nexport const {name}: Weights = {{\n  base: {base:.3f},\n  of: {{\n{lines}  }},\n}};\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--by-model", required=True)
    parser.add_argument("--by-cues", required=True)
    parser.add_argument("--strength", type=float, default=0.1)
    arguments = parser.parse_args()
    read = lambda path: [json.loads(line) for line in open(path, encoding="utf8")]
    by_model, by_cues = read(arguments.by_model), read(arguments.by_cues)
    for kind, (file, what) in TABLES.items():
        out = f"// {what}: log-odds, fitted by training/fit_weights.py on the labelled sessions. Not edited by hand.\nimport type {{ Weights }} from './weights.ts';\n\n"
        out_tables = []
        for name, rows in (("BY_MODEL", by_model), ("BY_CUES", by_cues)):
            weights, base, figures = fit([row for row in rows if row["is"] == kind], arguments.strength)
            print(kind, name, figures)
            out_tables.append(table(name, figures + ".", base, weights))
        with open(os.path.join(COMPRESS, file), "w", encoding="utf8") as target:
            target.write(out + "\n".join(out_tables))
    out = "// Of which kind a fact is: log-odds, fitted by training/fit_weights.py on the labelled sessions. Not edited by hand.\nimport type { Kind } from '../memory.ts';\nimport type { Weights } from './weights.ts';\n\n"
    out_tables = []
    for name, rows in (("BY_MODEL", by_model), ("BY_CUES", by_cues)):
        tables, figures = fit_kinds([row for row in rows if row["is"] == "kind"], arguments.strength)
        print("kind", name, figures)
        out_tables.append(kind_table(name, figures + ".", tables))
    with open(os.path.join(COMPRESS, "kindWeights.ts"), "w", encoding="utf8") as target:
        target.write(out + "\n".join(out_tables))


if __name__ == "__main__":
    main()
