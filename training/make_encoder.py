#!/usr/bin/env python3
"""Makes `models/`: one encoder that embeds texts and reads episodes. Prints the figures of five folds by owner. Resumable: stop it and start it again. See README.md."""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
from dataclasses import asdict

import numpy as np
import torch
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import average_precision_score, roc_auc_score

import base
import corpus as corpora
import fit_weights
import graph
import manifest
from network import KINDS, OUTCOMES, Corpus, Reader, Settings, judge, train

HERE = os.path.dirname(os.path.abspath(__file__))
FOLDS = 5
SHARED, TRAINED = 6, 3  # layers


def calibrate(scores: np.ndarray, is_evidence: np.ndarray) -> tuple[float, float]:
    """Platt: weight = sigmoid(a · logit + b)."""
    model = LogisticRegression(C=1e6).fit(scores[:, None], is_evidence)
    return float(model.coef_[0, 0]), float(model.intercept_[0])


def link_auc(corpus: Corpus, rows: np.ndarray, link: np.ndarray) -> float:
    """Of pairs of evidence that stand within 20 segments of each other in a session: are those of one fact nearer?"""
    rows = rows[corpus.evidence[rows]]
    near, same = [], []
    for a in range(len(rows)):
        for b in range(a + 1, len(rows)):
            if rows[b] - rows[a] > 20 or corpus.texts[rows[a]][0] != corpus.texts[rows[b]][0]:
                break
            near.append(float(link[rows[a]] @ link[rows[b]]))
            same.append(bool(set(corpus.facts[rows[a]]) & set(corpus.facts[rows[b]])))
    return roc_auc_score(same, near)


def keep_auc(corpus: Corpus, windows: list[int], keep: np.ndarray) -> float:
    told, said = [], []
    for window in windows:
        for row, _, _, starts, kept in corpus.places[window]:
            known = [k for start, k in zip(starts, kept) if start >= 0]
            for k, value in zip(known, keep[row]):
                if k >= 0:
                    told.append(k)
                    said.append(value)
    return roc_auc_score(told, said)


def figures(corpus: Corpus, rows: np.ndarray, windows: list[int], out: dict[str, np.ndarray], calibration: tuple[float, float]) -> dict[str, float]:
    is_evidence, is_noise = corpus.evidence[rows], corpus.noise[rows]
    told = rows[is_evidence]
    weight = 1 / (1 + np.exp(-(calibration[0] * out["weight"][rows] + calibration[1])))
    went_wrong = corpus.outcomes[told][:, 1:3].sum(axis=1) > 0.5
    bins = np.clip((weight * 20).astype(int), 0, 19)
    against_noise = np.flatnonzero(is_evidence | is_noise)
    return {
        "segments": len(rows),
        "evidence": int(is_evidence.sum()),
        "average precision": average_precision_score(is_evidence, out["weight"][rows]),
        "AUC": roc_auc_score(is_evidence, out["weight"][rows]),
        "AUC against noise": roc_auc_score(is_evidence[against_noise], out["weight"][rows][against_noise]),
        "noise AUC": roc_auc_score(is_noise, out["noise"][rows]),
        "kind accuracy": float((out["kinds"][told].argmax(axis=1) == corpus.kinds[told].argmax(axis=1)).mean()),
        "outcome accuracy": float((out["outcomes"][told].argmax(axis=1) == corpus.outcomes[told].argmax(axis=1)).mean()),
        "failure AUC": roc_auc_score(went_wrong, out["outcomes"][told][:, 1:3].sum(axis=1)),
        "link AUC": link_auc(corpus, rows, out["link"]),
        "keep AUC": keep_auc(corpus, windows, out["keep"]),
        "calibration error": float(sum(abs(weight[bins == b].mean() - is_evidence[bins == b].mean()) * (bins == b).mean() for b in range(20) if (bins == b).any())),
    }


def trained(corpus: Corpus, windows: list[int], name: str, arguments, fp32: str) -> Reader:
    """The network of these windows; read back where it was finished before with the same settings, taken up where it was stopped."""
    settings = Settings()
    digest = hashlib.sha256(json.dumps([asdict(settings), SHARED, TRAINED, arguments.seed, len(corpus.evidence), windows]).encode()).hexdigest()[:12]
    path = os.path.join(arguments.cache, f"{name}-{digest}.pt")
    torch.manual_seed(arguments.seed)
    model = Reader(corpus.cue_count, TRAINED, settings)
    if os.path.exists(path):
        model.load_state_dict(torch.load(path))
        return model
    graph.begin_from_base(model, fp32, SHARED)
    print(name, flush=True)
    average = train(model, corpus, windows, settings, arguments.seed, path + ".part", lambda line: print(line, flush=True))
    torch.save(average, path)
    os.remove(path + ".part")
    model.load_state_dict(average)
    return model


def found(data: str, readings: str, cache: str) -> list[dict]:
    """What the compressor finds with these readings. First links are fitted, since they decide what is found; then the rest."""
    rows: list[dict] = []
    for weights in (None, os.path.join(cache, "weights.json")):
        if weights:
            with open(weights, "w", encoding="utf8") as file:
                json.dump(fit_weights.tables(rows, "model", lambda line: None), file)
        command = [corpora.node(), os.path.join(HERE, "export_findings.ts"), "--data", data, "--readings", readings, *(["--weights", weights] if weights else [])]
        rows = [json.loads(line) for line in subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines()]
    return rows


def write_folder(folder: str, model: Reader, corpus: Corpus, calibration: tuple[float, float], weights: dict, fp32: str, int8: str, tokenizer: str) -> None:
    os.makedirs(folder, exist_ok=True)
    graph.write(model, fp32, int8, SHARED, calibration, os.path.join(folder, "encoder.onnx"))
    shutil.copyfile(tokenizer, os.path.join(folder, "tokenizer.json"))
    with open(os.path.join(folder, "weights.json"), "w", encoding="utf8") as file:
        file.write(json.dumps(weights, indent=1) + "\n")
    manifest.seal(folder, corpus.cue_names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder with sessions/ and labels/")
    parser.add_argument("--out", default=os.path.join(HERE, "..", "models"))
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "cairn-training"), help="downloads, features and finished networks; a second run reuses them")
    parser.add_argument("--folds", help="also write a model a fold here: fold<i>/ has not seen the owners of fold i; folds.json says who they are")
    parser.add_argument("--only", nargs="*", help="only these (0 to 4, all), and nothing into --out")
    parser.add_argument("--readings", help="also write what each fold's model says of the segments that it has not seen, a JSON line a session")
    parser.add_argument("--threads", type=int, default=2, help="two runs of one thread each (--only) are faster than one of two")
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)

    fp32, int8, tokenizer = base.prepare(arguments.cache)
    corpus = corpora.read_corpus(corpora.export(arguments.data, arguments.cache), tokenizer, int8, SHARED, FOLDS, arguments.cache)

    said: dict[int, dict[str, np.ndarray]] = {}
    models = {}
    everything = list(range(len(corpus.places)))
    if "all" in (arguments.only or []):
        trained(corpus, everything, "all", arguments, fp32)
    for fold in range(FOLDS):
        if arguments.only is not None and str(fold) not in arguments.only:
            continue
        models[fold] = trained(corpus, np.flatnonzero(corpus.window_fold != fold).tolist(), f"fold{fold}", arguments, fp32)
        said[fold] = judge(models[fold], corpus, np.flatnonzero(corpus.window_fold == fold).tolist())
    if not said:
        return
    calibrations = {}
    for fold, out in said.items():
        # Calibrated on what the others say of theirs: nothing of this fold is in it.
        others = [other for other in said if other != fold] or [fold]
        rows = {other: np.flatnonzero(corpus.row_fold == other) for other in said}
        calibration = calibrate(np.concatenate([said[o]["weight"][rows[o]] for o in others]), np.concatenate([corpus.evidence[rows[o]] for o in others]))
        out["calibrated"] = 1 / (1 + np.exp(-(calibration[0] * out["weight"] + calibration[1])))
        calibrations[fold] = calibration
    readings = arguments.readings or os.path.join(arguments.cache, "readings.jsonl")
    write_readings(readings, corpus, said)
    rows_found = found(arguments.data, readings, arguments.cache)
    fold_of_file = {corpus.files[session]: int(corpus.row_fold[row]) for row, (session, _) in enumerate(corpus.texts)}
    table = []
    for fold, out in said.items():
        calibration = calibrations[fold]
        row = figures(corpus, np.flatnonzero(corpus.row_fold == fold), np.flatnonzero(corpus.window_fold == fold).tolist(), out, calibration)
        print(f"fold {fold}: " + ", ".join(f"{k} {v:.3f}" if isinstance(v, float) else f"{k} {v}" for k, v in row.items()), flush=True)
        table.append(row)
        if arguments.folds:
            weights = fit_weights.tables([r for r in rows_found if fold_of_file[r["file"]] != fold], "model", lambda line: None)
            write_folder(os.path.join(arguments.folds, f"fold{fold}"), models[fold], corpus, calibration, weights, fp32, int8, tokenizer)
    print("mean of folds: " + ", ".join(f"{k} {np.mean([row[k] for row in table]):.3f}" for k in table[0] if k not in ("segments", "evidence")))
    if arguments.folds:
        with open(os.path.join(arguments.folds, "folds.json"), "w", encoding="utf8") as file:
            file.write(json.dumps(corpus.fold_of, indent=2) + "\n")
    if arguments.only is not None:
        return
    rows = [np.flatnonzero(corpus.row_fold == fold) for fold in said]
    calibration = calibrate(np.concatenate([said[f]["weight"][r] for f, r in zip(said, rows)]), np.concatenate([corpus.evidence[r] for r in rows]))
    model = trained(corpus, everything, "all", arguments, fp32)
    write_folder(arguments.out, model, corpus, calibration, fit_weights.tables(rows_found, "model"), fp32, int8, tokenizer)
    print(json.dumps({name: float(np.mean([row[name] for row in table])) for name in table[0]}))


def write_readings(path: str, corpus: Corpus, said: dict[int, dict[str, np.ndarray]]) -> None:
    of_session: dict[int, list[int]] = {}
    for row, (session, _) in enumerate(corpus.texts):
        of_session.setdefault(session, []).append(row)
    # Words without a token, or beyond the segment's length, are kept.
    words = {row: starts for placed in corpus.places for row, _, _, starts, _ in placed}
    short = lambda values: [round(float(v), 4) for v in values]
    with open(path, "w", encoding="utf8") as file:
        for session, rows in of_session.items():
            out = said.get(int(corpus.row_fold[rows[0]]))
            if out is None:
                continue
            units = []
            for row in rows:
                text = corpus.texts[row][1]
                keep, given = [1.0] * len(text.split()), iter(out["keep"][row])
                for i, start in enumerate(words[row]):
                    if start >= 0:
                        keep[i] = next(given)
                units.append({
                    "t": text, "w": round(float(out["calibrated"][row]), 5), "n": round(float(1 / (1 + np.exp(-out["noise"][row]))), 4),
                    "k": short(out["kinds"][row]), "o": short(out["outcomes"][row]), "l": short(out["link"][row]), "p": short(keep),
                })  # fmt: skip
            file.write(json.dumps({"file": corpus.files[session], "units": units}) + "\n")


if __name__ == "__main__":
    main()
