"""
What embeds: the base's upper layers, trained further so that a question in other words lies near the memory that answers it. Contrastive (InfoNCE, Oord et al.
2018) within batches of one project, so that what must be told apart is alike; tied to the base by cosine, so that it stays a good model of everything else.
"""
import argparse
import hashlib
import json
import math
import os
import random
import subprocess
import tempfile
import time
from dataclasses import asdict, dataclass

import numpy as np
import onnx
import torch
from torch import nn
from torch.nn import functional as F

import base
import corpus as corpora
import graph
import manifest
from network import Layer

HERE = os.path.dirname(os.path.abspath(__file__))
LAYERS, SHARED = 12, 6  # of the base; those that both branches begin with, never trained


@dataclass
class Settings:
    epochs: int = 2
    batch: int = 24  # facts
    rate: float = 5e-5
    decay: float = 0.01
    scale: float = 25.0  # of cosines: 1 / temperature
    back_share: float = 0.5  # of the loss, from memories to questions
    tie_share: float = 1.0
    others: int = 2  # memories of the same session that tell something else, to choose from
    question_tokens: int = 48
    memory_tokens: int = 128


class Embedder(nn.Module):
    """The layers after the shared ones. What they give for the first token, of length 1, is the embedding."""

    def __init__(self, fp32: str, first: int):
        super().__init__()
        whole = onnx.load(fp32).graph
        self.layers = nn.ModuleList(Layer(0.0) for _ in range(LAYERS - first))
        for i, layer in enumerate(self.layers):
            layer.load_state_dict({k: torch.from_numpy(v.copy()) for k, v in graph.weights_of(whole, first + i).items()})

    def forward(self, hidden: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        """hidden [b, n, 384], mask [b, 1, 1, n] bool → [b, 384]"""
        for layer in self.layers:
            hidden = layer(hidden, mask)
        return F.normalize(hidden[:, 0], dim=1)


class Texts:
    """Texts by number, each with what the shared layers give for it."""

    def __init__(self, tokenizer: str):
        self.tokenizer = base.Texts(tokenizer)
        self.ids: list[list[int]] = []
        self.number: dict[tuple[str, int], int] = {}

    def add(self, text: str, most: int) -> int:
        if (text, most) not in self.number:
            self.number[text, most] = len(self.ids)
            self.ids.append(self.tokenizer.ids(text, most))
        return self.number[text, most]

    def read(self, int8: str, first: int, cache: str) -> None:
        self.hidden = corpora.lower_layers(self.ids, int8, first, cache)
        self.starts = np.cumsum([0, *map(len, self.ids)])

    def embed(self, model: Embedder, texts: list[int], at_once: int = 12) -> torch.Tensor:
        ordered = sorted(range(len(texts)), key=lambda i: len(self.ids[texts[i]]))
        out: list[torch.Tensor] = [torch.empty(0)] * len(texts)
        for begin in range(0, len(ordered), at_once):
            part = ordered[begin : begin + at_once]
            longest = len(self.ids[texts[part[-1]]])
            hidden, mask = np.zeros((len(part), longest, base.DIMENSIONS), np.float32), np.zeros((len(part), longest), bool)
            for b, i in enumerate(part):
                first, end = self.starts[texts[i]], self.starts[texts[i] + 1]
                hidden[b, : end - first] = self.hidden[first:end]
                mask[b, : end - first] = True
            for i, vector in zip(part, model(torch.from_numpy(hidden), torch.from_numpy(mask)[:, None, None, :])):
                out[i] = vector
        return torch.stack(out)


@dataclass
class Row:
    project: str
    questions: list[int]
    memories: list[int]  # that answer them
    others: list[int]  # of the same session, that do not


def read_rows(data: str, readings: str, texts: Texts, settings: Settings, rng: random.Random) -> list[Row]:
    asked = {}
    with open(os.path.join(HERE, "questions.jsonl"), encoding="utf8") as file:
        for line in file:
            row = json.loads(line)
            asked[row["file"], row["fact"]] = row["questions"]
    command = [corpora.node(), os.path.join(HERE, "export_memories.ts"), "--data", data, "--readings", readings]
    rows = []
    for line in subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True).stdout.splitlines():
        told = json.loads(line)
        questions = asked.get((told["file"], told["fact"]))
        if questions is None:
            continue
        others = rng.sample(told["others"], min(settings.others, len(told["others"])))
        rows.append(
            Row(
                told["file"].split("/")[0],
                [texts.add(text, settings.question_tokens) for text in (*questions, told["statement"])],
                [texts.add(text, settings.memory_tokens) for text in told["texts"]],
                [texts.add(text, settings.memory_tokens) for text in others],
            )
        )
    return rows


def batches(rows: list[Row], size: int, rng: random.Random) -> list[list[Row]]:
    """Facts of one project side by side."""
    by_project: dict[str, list[Row]] = {}
    for row in rows:
        by_project.setdefault(row.project, []).append(row)
    out = []
    for members in by_project.values():
        shuffled = rng.sample(members, len(members))
        out += [part for at in range(0, len(shuffled), size) if len(part := shuffled[at : at + size]) > 4]
    rng.shuffle(out)
    return out


def loss_of(model: Embedder, first: Embedder, known: dict[int, torch.Tensor], batch: list[Row], texts: Texts, s: Settings, rng: random.Random) -> torch.Tensor:
    memories = [rng.choice(row.memories) for row in batch]
    others = [rng.choice(row.others) for row in batch if row.others]
    asked = [text for row in batch for text in rng.sample(row.questions, 2)]
    q, m = texts.embed(model, asked), texts.embed(model, memories + others)
    logits = s.scale * q @ m.T
    right = torch.arange(len(batch)).repeat_interleave(2)
    # The same memory may answer two questions of a batch.
    same = torch.tensor([[one == other for other in memories + others] for one in memories]).repeat_interleave(2, 0)
    same[torch.arange(len(right)), right] = False
    logits = logits.masked_fill(same, -1e4)
    loss = F.cross_entropy(logits, right) + s.back_share * F.cross_entropy(logits[::2, : len(batch)].T, torch.arange(len(batch)))
    everything = asked + memories + others
    fresh = [text for text in dict.fromkeys(everything) if text not in known]
    if fresh:
        with torch.no_grad():
            known.update(zip(fresh, texts.embed(first, fresh)))
    was = torch.stack([known[text] for text in everything])
    far = 1 - (torch.cat([q, m]) * was).sum(dim=1)
    return loss + s.tie_share * (far[: len(asked)].mean() + far[len(asked) :].mean())


def trained(data: str, readings: str, fp32: str, int8: str, tokenizer: str, seed: int, cache: str) -> Embedder:
    """Read back where it was finished before with the same settings and texts; taken up where it was stopped."""
    settings, rng = Settings(), random.Random(seed)
    torch.manual_seed(seed)
    texts = Texts(tokenizer)
    rows = read_rows(data, readings, texts, settings, rng)
    digest = hashlib.sha256(json.dumps([asdict(settings), SHARED, seed, [asdict(row) for row in rows], texts.ids]).encode()).hexdigest()[:12]
    path = os.path.join(cache, f"embedding-{digest}.pt")
    part = path + ".part"
    model, first = Embedder(fp32, SHARED), Embedder(fp32, SHARED).requires_grad_(False)
    if os.path.exists(path):
        model.load_state_dict(torch.load(path))
        return model
    texts.read(int8, SHARED, cache)
    optimizer = torch.optim.AdamW(model.parameters(), lr=settings.rate, weight_decay=settings.decay)
    plan = [batch for _ in range(settings.epochs) for batch in batches(rows, settings.batch, rng)]
    warm = max(1, len(plan) // 10)
    falling = lambda step: max(0.02, 0.5 * (1 + math.cos(math.pi * (step - warm) / (len(plan) - warm))))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: (step + 1) / warm if step < warm else falling(step))
    known: dict[int, torch.Tensor] = {}
    done, started, total = 0, time.time(), 0.0
    if os.path.exists(part):
        left = torch.load(part, weights_only=False)
        model.load_state_dict(left["model"])
        optimizer.load_state_dict(left["optimizer"])
        schedule.load_state_dict(left["schedule"])
        rng.setstate(left["rng"])
        done = left["done"]
    for step in range(done, len(plan)):
        loss = loss_of(model, first, known, plan[step], texts, settings, rng)
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()
        total += float(loss.detach())
        if (step + 1) % 20 == 0 or step + 1 == len(plan):
            print(f"step {step + 1} of {len(plan)}, loss {total / (step % 20 + 1):.3f}, {time.time() - started:.0f} s", flush=True)
            total = 0.0
            left = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "rng": rng.getstate(), "done": step + 1}
            torch.save(left, part)
    torch.save(model.state_dict(), path)
    os.remove(part)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", required=True, help="folder with sessions/ and labels/")
    parser.add_argument("--readings", required=True, help="what `make_encoder.py --readings` wrote")
    parser.add_argument("--models", default=os.path.join(HERE, "..", "models"), help="folder with a finished encoder.onnx, whose branch that embeds is replaced")
    parser.add_argument("--cache", default=os.path.join(tempfile.gettempdir(), "cairn-training"))
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seed", type=int, default=7)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    torch.set_flush_denormal(True)
    fp32, int8, tokenizer = base.prepare(arguments.cache)
    model = trained(arguments.data, arguments.readings, fp32, int8, tokenizer, arguments.seed, arguments.cache)
    graph.replace_embedding(os.path.join(arguments.models, "encoder.onnx"), model.layers, fp32, SHARED)
    manifest.seal(arguments.models)


if __name__ == "__main__":
    main()
