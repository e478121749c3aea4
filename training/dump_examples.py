#!/usr/bin/env python3
"""Writes what Python makes of a few texts, for the tests of the TypeScript side: python training/dump_examples.py OUT.json"""
import json
import os
import sys

import numpy as np
import onnxruntime

import base
from windows import WINDOW, Window, Words, windows_of

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models")
REQUEST = "The upload fails on Windows.\nFind out why, and **don't** change the public API."
# role, text, failed, cues (the encoder is told them; one here is unknown to it)
SEGMENTS = [
    ("request", "The upload fails on Windows.", False),
    ("request", "Find out why, and **don't** change the public API.", False),
    ("reply", "- Let me look at how the path is built.", False),
    ("call", "`Bash` {\"command\": \"npm test -- --grep upload\"}", False),
    ("result", "Error: ENOENT: no such file or directory, open 'C:\\tmp\\a:b.txt'", True),
    ("result", "1 failing", True),
    ("reply", "1. **Root cause:** the time stamp in the name holds a colon, which Windows does not allow.", False),
    ("edit", "-  const name = `${id}:${stamp}`;", False),
    ("edit", "+  const name = `${id}-${stamp}`;", False),
    ("command", "npm test   -- --grep upload", False),
    ("reply", "I first tried to escape the colon with %3A, but the server decodes it again, so I reverted that.", False),
    ("reply", "## All 42 tests pass now ✅", False),
    ("reply", "上传失败的原因是文件名中的冒号。", False),
    ("commit", "Replace the colon in upload names", False),
    ("reply", "Does that “look” right?", False),
    ("result", " ".join(f"word{i}" for i in range(70)), False),  # longer than a segment may be
    *[("reply", f"Step {i} moved `src/part{i}.ts` below the others, since it is read last.", False) for i in range(20)],  # more than a window holds
]
CUES = [["shape:sentence", f"role:{role}", "failure" if failed else "system", "not a cue"] for role, _, failed in SEGMENTS]
TOKENIZER_TEXTS = [
    "", " ", "Hello, world!", "naïve café Ångström ÉCOLE", "上传失败 because of 冒号", "emoji 🙂 and ✅ arrows → ok", "snake_case camelCase kebab-case a.b.c()",
    "tab\tand\u00a0space\u200bzero\r\nline", "日本語テキスト 한국어 العربية हिन्दी", "x" * 120, "[CLS] and [MASK] in text", "don't can’t “quoted” …", "0x1F 1,234.56 50% $HOME/.config C:\\Users",
    "\u0000null \ufffd replaced \ufeffmark", "word " * 300,
]


def inputs(window: Window, cues: list[list[int]], count: int) -> dict[str, np.ndarray]:
    """What the model is given to read a window."""
    pool = np.zeros((len(window.places), len(window.ids)), np.float32)
    seen = np.zeros((len(window.places), 3 * count), np.float32)
    for row, place in enumerate(window.places):
        first = place.marker + 1 if place.end > place.marker + 1 else place.marker
        pool[row, first : place.end] = 1 / (place.end - first)
        for part, i in enumerate((place.segment, place.segment - 1, place.segment + 1)):
            if 0 <= i < len(cues):
                seen[row, [part * count + cue for cue in cues[i]]] = 1
    return {
        "input_ids": np.array([window.ids], np.int64), "is_reading": np.array(True), "markers": np.array([p.marker for p in window.places], np.int64),
        "words": np.array([start for p in window.places for start in p.words if start >= 0] or [0], np.int64), "pool": pool, "cues": seen,
    }  # fmt: skip


def embed(session: onnxruntime.InferenceSession, ids: list[int], count: int) -> np.ndarray:
    feed = inputs(Window(ids, []), [], count) | {"is_reading": np.array(False), "markers": np.zeros(1, np.int64), "pool": np.zeros((1, len(ids)), np.float32), "cues": np.zeros((1, 3 * count), np.float32)}
    return session.run(["embedding"], feed)[0][0]


def main(out: str) -> None:
    manifest = json.load(open(os.path.join(MODELS, "model.json"), encoding="utf8"))
    tokenizer = os.path.join(MODELS, "tokenizer.json")
    texts_of = base.Texts(tokenizer)
    session = onnxruntime.InferenceSession(os.path.join(MODELS, "encoder.onnx"), providers=["CPUExecutionProvider"])
    number = {cue: i for i, cue in enumerate(manifest["cues"])}
    cues = [[number[cue] for cue in of if cue in number] for of in CUES]
    numbers = lambda array: np.asarray(array, dtype=np.float64).round(6).tolist()
    windows = windows_of(REQUEST, [(role, failed, text) for role, text, failed in SEGMENTS], Words(tokenizer))
    assert len(windows) > 1 and all(len(window.ids) <= WINDOW for window in windows)

    names = ["kinds", "weight", "noise", "outcomes", "link"]
    readings = []
    for window in windows:
        outputs = dict(zip([*names, "keep"], session.run([*names, "keep"], inputs(window, cues, len(number))), strict=True))
        at = 0
        for row, place in enumerate(window.places):
            words = sum(start >= 0 for start in place.words)
            readings.append({name: numbers(outputs[name][row]) for name in names} | {"keep": numbers(outputs["keep"][at : at + words, 0])})
            at += words
    texts = [text for _, text, _ in SEGMENTS[:15]]
    example = {
        "id": manifest["id"],
        "tokens": [{"text": text, "maxTokens": limit, "ids": texts_of.ids(text, limit)} for text in TOKENIZER_TEXTS for limit in (512, 12)],
        "request": REQUEST,
        "segments": [{"role": role, "text": text, "isFailure": failed, "cues": of} for (role, text, failed), of in zip(SEGMENTS, CUES, strict=True)],
        "windows": [{"ids": w.ids, "places": [{"segment": p.segment, "marker": p.marker, "end": p.end, "words": p.words} for p in w.places]} for w in windows],
        "embeddings": [numbers(embed(session, texts_of.ids(text, 512), len(number))[:24]) for text in texts],
        "readings": readings,
    }
    os.makedirs(os.path.dirname(os.path.abspath(out)), exist_ok=True)
    with open(out, "w", encoding="utf8") as file:
        json.dump(example, file, ensure_ascii=True)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
