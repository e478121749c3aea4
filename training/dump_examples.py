#!/usr/bin/env python3
"""Writes what Python makes of a few texts, for the tests of the TypeScript side: python training/dump_examples.py OUT.json"""
import json
import os
import sys

import numpy as np
import onnxruntime

import base
from features import Plan, clean, features

MODELS = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "models")
REQUEST = "The upload fails on Windows.\nFind out why, and **don't** change the public API."
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
]
TOKENIZER_TEXTS = [
    "", " ", "Hello, world!", "naïve café Ångström ÉCOLE", "上传失败 because of 冒号", "emoji 🙂 and ✅ arrows → ok", "snake_case camelCase kebab-case a.b.c()",
    "tab\tand\u00a0space\u200bzero\r\nline", "日本語テキスト 한국어 العربية हिन्दी", "x" * 120, "[CLS] and [MASK] in text", "don't can’t “quoted” …", "0x1F 1,234.56 50% $HOME/.config C:\\Users",
    "\u0000null \ufffd replaced \ufeffmark", "word " * 300,
]


def main(out: str) -> None:
    manifest = json.load(open(os.path.join(MODELS, "model.json"), encoding="utf8"))
    embedder = base.Embedder(os.path.join(MODELS, "encoder.onnx"), os.path.join(MODELS, "tokenizer.json"))
    plan = Plan(os.path.join(MODELS, "features.json"))
    roles, raw, failures = zip(*SEGMENTS, strict=True)
    texts = [clean(role, text) for role, text in zip(roles, raw, strict=True)]

    # Small made-up vectors, so that the features can be compared without a model.
    rng = np.random.default_rng(1)
    small = rng.normal(size=(len(texts) + 1, 6))
    small = (small / np.linalg.norm(small, axis=1, keepdims=True)).round(6).astype(np.float32)
    made = features(plan, list(roles), texts, list(failures), small[:-1], small[-1])

    own = np.stack([embedder.embed(text, manifest["segmentTokens"]) for text in texts])
    request = embedder.embed(clean("request", REQUEST), manifest["requestTokens"])
    rows = features(plan, list(roles), texts, list(failures), own, request)
    heads = onnxruntime.InferenceSession(os.path.join(MODELS, "heads.onnx"), providers=["CPUExecutionProvider"])
    names = ["kinds", "weight", "outcomes", "link"]
    outputs = dict(zip(names, heads.run(names, {"features": np.concatenate([rows.vectors, rows.scalars], axis=1)}), strict=True))

    def numbers(array) -> list:
        return np.asarray(array, dtype=np.float64).round(6).tolist()

    tokens = [{"text": text, "maxTokens": limit, "ids": embedder.ids(text, limit)} for text in TOKENIZER_TEXTS for limit in (512, 12)]
    example = {
        "id": manifest["id"],
        "tokens": tokens,
        "request": REQUEST,
        "segments": [{"role": role, "text": text, "isFailure": failed} for role, text, failed in SEGMENTS],
        "cleaned": texts,
        "features": {"vectors": numbers(small[:-1]), "request": numbers(small[-1]), "rows": numbers(np.concatenate([made.vectors, made.scalars], axis=1))},
        "embeddings": numbers(own[:, :24]),
        "readings": [{name: numbers(outputs[name][i]) for name in names} for i in range(len(texts))],
    }
    os.makedirs(os.path.dirname(os.path.abspath(out)), exist_ok=True)
    with open(out, "w", encoding="utf8") as file:
        json.dump(example, file, ensure_ascii=True)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
