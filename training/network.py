"""What is trained: some layers that read on from where the shared lower layers of the base end, and the heads. PyTorch, fp32, two threads."""
import math
import os
import random
import time
from dataclasses import dataclass

import numpy as np
import torch
from torch import nn
from torch.nn import functional as F

torch.sparse.check_sparse_tensor_invariants.disable()  # or torch says at each start that it does not check

KINDS = ["decision", "pattern", "bug_fix", "preference", "failed_attempt", "architecture", "command", "todo"]
OUTCOMES = ["worked", "failed", "abandoned", "none"]
WIDTH, HEADS, INNER = 384, 12, 1536
CUES, HIDDEN, LINK = 96, 256, 64


@dataclass
class Settings:
    """Chosen by what folds 1 to 4 say of each other; fold 0 was looked at only at the end."""

    epochs: int = 2
    tokens: int = 4096  # a batch
    rate: float = 2e-4
    head_rate: float = 1e-3
    decay: float = 0.01
    dropout: float = 0.0
    head_dropout: float = 0.3
    quiet_share: float = 0.25  # of the windows without evidence, this share is seen in an epoch
    evidence_weight: float = 2.0
    noise_weight: float = 2.0
    noise_share: float = 0.5
    kind_share: float = 0.15
    outcome_share: float = 0.1
    keep_share: float = 0.2
    link_share: float = 0.3
    average: float = 0.99  # of the weights over the last steps


class Layer(nn.Module):
    """One layer of BERT: attention, then the inner network, each added and normalised."""

    def __init__(self, dropout: float):
        super().__init__()
        self.query, self.key, self.value, self.out = (nn.Linear(WIDTH, WIDTH) for _ in range(4))
        self.inner, self.outer = nn.Linear(WIDTH, INNER), nn.Linear(INNER, WIDTH)
        self.norm_attention, self.norm = nn.LayerNorm(WIDTH, eps=1e-12), nn.LayerNorm(WIDTH, eps=1e-12)
        self.dropout = dropout

    def forward(self, x: torch.Tensor, mask: torch.Tensor) -> torch.Tensor:
        b, n, _ = x.shape
        q, k, v = (project(x).view(b, n, HEADS, WIDTH // HEADS).transpose(1, 2) for project in (self.query, self.key, self.value))
        attended = F.scaled_dot_product_attention(q, k, v, attn_mask=mask, dropout_p=self.dropout if self.training else 0.0)
        x = self.norm_attention(x + F.dropout(self.out(attended.transpose(1, 2).reshape(b, n, WIDTH)), self.dropout, self.training))
        return self.norm(x + F.dropout(self.outer(F.gelu(self.inner(x))), self.dropout, self.training))


@dataclass
class Read:
    weight: torch.Tensor  # [segments], logits
    noise: torch.Tensor  # [segments], logits: what a careless tool would keep and should not
    kinds: torch.Tensor  # [segments, 8], logits
    outcomes: torch.Tensor  # [segments, 4], logits
    link: torch.Tensor  # [segments, 64], of length 1
    keep: torch.Tensor  # [words], logits


class Reader(nn.Module):
    def __init__(self, cues: int, layers: int, settings: Settings = Settings()):
        super().__init__()
        self.layers = nn.ModuleList(Layer(settings.dropout) for _ in range(layers))
        self.cues = nn.Linear(cues, CUES)
        self.mix = nn.Linear(2 * WIDTH + CUES, HIDDEN)
        self.weight, self.noise = nn.Linear(HIDDEN, 1), nn.Linear(HIDDEN, 1)
        self.kinds, self.outcomes = nn.Linear(HIDDEN, len(KINDS)), nn.Linear(HIDDEN, len(OUTCOMES))
        self.link = nn.Linear(2 * WIDTH, LINK)
        self.keep = nn.Linear(WIDTH, 1)
        self.link_scale, self.link_base = nn.Parameter(torch.tensor(5.0)), nn.Parameter(torch.tensor(-2.0))
        self.head_dropout = settings.head_dropout

    def forward(self, hidden, mask, markers, pool, cues, words) -> Read:
        """hidden [b, n, 384]; mask [b, 1, 1, n] bool; markers [s] and words [w]: positions in the flattened batch; pool [s, b·n] sparse, rows sum to 1; cues [s, c]."""
        x = hidden
        for layer in self.layers:
            x = layer(x, mask)
        x = x.reshape(-1, WIDTH)
        seen = torch.cat([x[markers], torch.sparse.mm(pool, x)], dim=1)
        mixed = F.dropout(F.gelu(self.mix(torch.cat([F.dropout(seen, self.head_dropout, self.training), self.cues(cues)], dim=1))), self.head_dropout, self.training)
        return Read(
            self.weight(mixed)[:, 0],
            self.noise(mixed)[:, 0],
            self.kinds(mixed),
            self.outcomes(mixed),
            F.normalize(self.link(seen), dim=1),
            self.keep(x[words])[:, 0],
        )


@dataclass
class Batch:
    """Windows side by side. Targets are per segment, in the order of `rows`."""

    hidden: torch.Tensor
    mask: torch.Tensor
    markers: torch.Tensor
    pool: torch.Tensor
    cues: torch.Tensor
    words: torch.Tensor
    rows: np.ndarray  # which segment of the corpus
    window: np.ndarray  # which window of the batch
    word_rows: np.ndarray  # which segment each word is of
    keep: torch.Tensor  # of words: 1, 0, or -1 where nothing is said


@dataclass
class Corpus:
    hidden: np.ndarray  # [tokens, 384] float16: what the lower layers give, all windows one after the other
    starts: np.ndarray  # [windows + 1]
    places: list[list[tuple[int, int, int, list[int], list[float]]]]  # a window: (row, marker, end, words, keep)
    cues: list[list[int]]  # a row: its own, those of the row before, those of the row after
    cue_count: int
    cue_names: list[str]
    evidence: np.ndarray  # [rows]
    noise: np.ndarray
    kinds: np.ndarray  # [rows, 8] shares, zeros where no evidence
    outcomes: np.ndarray  # [rows, 4]
    facts: list[list[int]]
    window_fold: np.ndarray
    row_fold: np.ndarray
    fold_of: dict[str, int]
    texts: list[tuple[int, str]]  # of rows: which session, and the text
    files: list[str]

    def batch(self, windows: list[int]) -> Batch:
        lengths = [int(self.starts[w + 1] - self.starts[w]) for w in windows]
        longest = max(lengths)
        hidden = np.zeros((len(windows), longest, WIDTH), np.float32)
        mask = np.zeros((len(windows), longest), bool)
        markers, rows, of_window, words, word_rows, keep = [], [], [], [], [], []
        at_row, at_column, share = [], [], []
        for b, w in enumerate(windows):
            hidden[b, : lengths[b]] = self.hidden[self.starts[w] : self.starts[w + 1]]
            mask[b, : lengths[b]] = True
            for row, marker, end, starts, kept in self.places[w]:
                base = b * longest
                inside = range(marker + 1, end) if end > marker + 1 else range(marker, end)
                at_row += [len(rows)] * len(inside)
                at_column += [base + i for i in inside]
                share += [1 / len(inside)] * len(inside)
                for start, is_kept in zip(starts, kept):
                    if start >= 0:
                        words.append(base + start)
                        word_rows.append(len(rows))
                        keep.append(is_kept)
                markers.append(base + marker)
                rows.append(row)
                of_window.append(b)
        cues = torch.zeros(len(rows), self.cue_count)
        for i, row in enumerate(rows):
            cues[i, self.cues[row]] = 1
        pool = torch.sparse_coo_tensor(torch.tensor([at_row, at_column]), torch.tensor(share), (len(rows), len(windows) * longest)).coalesce()
        return Batch(
            torch.from_numpy(hidden), torch.from_numpy(mask)[:, None, None, :], torch.tensor(markers), pool, cues,
            torch.tensor(words, dtype=torch.long), np.array(rows), np.array(of_window), np.array(word_rows), torch.tensor(keep, dtype=torch.float32),
        )

    def batches(self, windows: list[int], tokens: int, rng: random.Random | None) -> list[list[int]]:
        """Windows of about the same length together; in random order where there is an `rng`."""
        length = lambda w: int(self.starts[w + 1] - self.starts[w])
        ordered = sorted(windows, key=lambda w: length(w) + (rng.random() * 40 if rng else 0))
        out, current = [], []
        for w in ordered:
            if current and (len(current) + 1) * max(length(w), length(current[-1])) > tokens:
                out.append(current)
                current = []
            current.append(w)
        out.append(current)
        if rng:
            rng.shuffle(out)
        return out


def pairs_of(batch: Batch, corpus: Corpus, rng: random.Random) -> tuple[list[int], list[int], list[float]]:
    """Evidence with others of its window: 1 where they tell the same fact."""
    a, b, same = [], [], []
    for w in np.unique(batch.window):
        members = np.flatnonzero(batch.window == w)
        for i in (m for m in members if corpus.evidence[batch.rows[m]]):
            facts = set(corpus.facts[batch.rows[i]])
            for j in members:
                if i != j and (corpus.evidence[batch.rows[j]] or rng.random() < 0.3):
                    a.append(i)
                    b.append(j)
                    same.append(float(bool(facts & set(corpus.facts[batch.rows[j]]))))
    return a, b, same


def loss_of(read: Read, model: Reader, batch: Batch, corpus: Corpus, s: Settings, rng: random.Random) -> torch.Tensor:
    evidence = torch.from_numpy(corpus.evidence[batch.rows]).float()
    noise = torch.from_numpy(corpus.noise[batch.rows]).float()
    weights = 1 + evidence * (s.evidence_weight - 1) + (1 - evidence) * noise * (s.noise_weight - 1)
    loss = (F.binary_cross_entropy_with_logits(read.weight, evidence, weight=weights, reduction="sum")) / len(weights)
    loss = loss + s.noise_share * F.binary_cross_entropy_with_logits(read.noise, noise, weight=1 + 2 * noise)
    told = np.flatnonzero(corpus.evidence[batch.rows])
    if len(told):
        share = len(told) / len(weights) * 10  # as if a tenth of each batch told something
        loss = loss + s.kind_share * share * F.cross_entropy(read.kinds[told], torch.from_numpy(corpus.kinds[batch.rows[told]]))
        loss = loss + s.outcome_share * share * F.cross_entropy(read.outcomes[told], torch.from_numpy(corpus.outcomes[batch.rows[told]]))
        said = batch.keep >= 0
        if said.any():
            loss = loss + s.keep_share * share * F.binary_cross_entropy_with_logits(read.keep[said], batch.keep[said])
        a, b, same = pairs_of(batch, corpus, rng)
        if a:
            odds = model.link_scale * (read.link[a] * read.link[b]).sum(dim=1) + model.link_base
            loss = loss + s.link_share * share * F.binary_cross_entropy_with_logits(odds, torch.tensor(same))
    return loss


def train(model: Reader, corpus: Corpus, windows: list[int], settings: Settings, seed: int, checkpoint: str, log=print) -> dict[str, torch.Tensor]:
    """Trains in place; returns the weights averaged over the last steps. Takes up where the checkpoint file was left."""
    rng = random.Random(seed)
    torch.manual_seed(seed)
    layers = list(model.layers.parameters())
    ids = {id(p) for p in layers}
    heads = [p for p in model.parameters() if id(p) not in ids]
    optimizer = torch.optim.AdamW([{"params": layers, "lr": settings.rate}, {"params": heads, "lr": settings.head_rate}], weight_decay=settings.decay)
    loud = [w for w in windows if any(corpus.evidence[row] for row, *_ in corpus.places[w])]
    known = set(loud)
    quiet = [w for w in windows if w not in known and corpus.places[w]]
    plan = []
    for _ in range(settings.epochs):
        plan += corpus.batches(loud + rng.sample(quiet, int(len(quiet) * settings.quiet_share)), settings.tokens, rng)
    warm = max(1, len(plan) // 12)
    falling = lambda step: 0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * (step - warm) / max(1, len(plan) - warm)))
    schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: (step + 1) / warm if step < warm else falling(step))
    average = {k: v.detach().clone() for k, v in model.state_dict().items()}
    done = 0
    if os.path.exists(checkpoint):
        left = torch.load(checkpoint, weights_only=False)
        model.load_state_dict(left["model"])
        optimizer.load_state_dict(left["optimizer"])
        schedule.load_state_dict(left["schedule"])
        average, done = left["average"], left["done"]
        rng.setstate(left["rng"])
        torch.set_rng_state(left["torch"])
    model.train()
    started, total = time.time(), 0.0
    for step in range(done, len(plan)):
        batch = corpus.batch(plan[step])
        read = model(batch.hidden, batch.mask, batch.markers, batch.pool, batch.cues, batch.words)
        loss = loss_of(read, model, batch, corpus, settings, rng)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        total += loss.item()
        decay = min(settings.average, (1 + step) / (10 + step))
        for k, v in model.state_dict().items():
            average[k].mul_(decay).add_(v, alpha=1 - decay)
        if (step + 1) % 50 == 0:
            log(f"  step {step + 1} of {len(plan)}: loss {total / 50:.4f}, {time.time() - started:.0f} s")
            total = 0.0
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "schedule": schedule.state_dict(), "average": average,
                     "done": step + 1, "rng": rng.getstate(), "torch": torch.get_rng_state()}  # fmt: skip
            torch.save(state, checkpoint + ".new")
            os.replace(checkpoint + ".new", checkpoint)
    return average


@torch.no_grad()
def judge(model: Reader, corpus: Corpus, windows: list[int], tokens: int = 8192) -> dict[str, np.ndarray]:
    """What the model says of every segment of these windows; rows of others stay 0."""
    model.eval()
    n = len(corpus.evidence)
    out = {
        "weight": np.zeros(n, np.float32),
        "noise": np.zeros(n, np.float32),
        "kinds": np.zeros((n, len(KINDS)), np.float32),
        "outcomes": np.zeros((n, len(OUTCOMES)), np.float32),
        "link": np.zeros((n, LINK), np.float32),
        "keep": np.empty(n, object),
    }
    for members in corpus.batches(windows, tokens, None):
        batch = corpus.batch(members)
        read = model(batch.hidden, batch.mask, batch.markers, batch.pool, batch.cues, batch.words)
        out["weight"][batch.rows] = read.weight
        out["noise"][batch.rows] = read.noise
        out["kinds"][batch.rows] = read.kinds.softmax(dim=1)
        out["outcomes"][batch.rows] = read.outcomes.softmax(dim=1)
        out["link"][batch.rows] = read.link
        keep = read.keep.sigmoid().numpy()
        for i, row in enumerate(batch.rows):
            out["keep"][row] = keep[batch.word_rows == i]
    return out
