"""`model.json`: what a folder with a model holds, so that the product can tell whether it is whole, and whose vectors those in a store are."""
import hashlib
import json
import os

import base

MAX_TOKENS = 512
FILES = ["encoder.onnx", "tokenizer.json", "weights.json"]


def seal(folder: str, cues: list[str] | None = None) -> None:
    """Writes it anew. `cues`: those that the model was taught; as they were when left out."""
    path = os.path.join(folder, "model.json")
    if cues is None:
        with open(path, encoding="utf8") as file:
            cues = json.load(file)["cues"]
    files = {name: {"sha256": base.sha256(os.path.join(folder, name)), "bytes": os.path.getsize(os.path.join(folder, name))} for name in FILES}
    manifest = {
        "id": hashlib.sha256("".join(files[name]["sha256"] for name in ("encoder.onnx", "tokenizer.json")).encode()).hexdigest()[:16],
        "dimensions": base.DIMENSIONS,
        "maxTokens": MAX_TOKENS,
        "queryPrefix": "",
        "cues": cues,
        "files": files,
    }
    with open(path, "w", encoding="utf8") as file:
        file.write(json.dumps(manifest, indent=2) + "\n")
